"""Whatever is wrong with a payload is said in Russian."""

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.validation import problem
from infra import declarations

MODELS = {
    payload[1].__name__: payload[1]
    for payload in (payload_of(signature(one)) for one in declarations.actions())
    if payload
}

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
ENGLISH = re.compile(r"\b(or|and|should|must|input|valid|value|string|number|error|field)\b", re.I)


def objects(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(model.model_fields, VALUES)
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            fields[name] = objects(inner) | VALUES
    return st.fixed_dictionaries({}, optional={**fields, "unknown": VALUES})


def read(model: type[BaseModel], said: Any) -> list[dict[str, str]]:
    try:
        model.model_validate_json(json.dumps(said), strict=True)
    except ValidationError as error:
        return list(problem(error).members["errors"])
    return []


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_no_fault_is_told_in_english(model: type[BaseModel]) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(objects(model))
    def check(said: Any) -> None:
        for error in read(model, said):
            assert set(error) == {"pointer", "detail"}
            assert re.search("[а-яё]", error["detail"]), error
            assert not ENGLISH.search(error["detail"]), error
            assert "{" not in error["detail"], error
            assert re.fullmatch("(/[^/]*)*", error["pointer"]), error

    check()


class Inner(BaseModel):
    a: int


class Outer(BaseModel):
    inner: list[Inner]
    names: dict[str, int] = {}


class Named(BaseModel):
    id: uuid.UUID
    at: dt.time


def test_what_was_sent_is_not_quoted() -> None:
    said = {one["detail"] for one in read(Named, {"id": "жжж", "at": "жжж"})}
    assert said == {"Нужен идентификатор UUID.", "Неверное значение."}


def test_pointers_are_those_of_rfc_6901() -> None:
    faults = read(Outer, {"inner": [{"a": 1}, {"a": "x"}], "names": {"a/b~c": "x"}})
    assert {one["pointer"] for one in faults} == {"/inner/1/a", "/names/a~1b~0c"}


def test_what_is_wrong_with_the_whole_points_at_the_whole() -> None:
    assert read(Outer, [])[0]["pointer"] == ""


def test_many_faults_and_long_names_are_cut_short() -> None:
    faults = read(Outer, {"inner": [{}] * 1000, "names": {"a" * 5000: "x"}})
    assert len(faults) == 50
    (fault,) = read(Outer, {"inner": [], "names": {"a" * 5000: "x"}})
    assert len(fault["pointer"]) < 200
