"""Errors of a payload are described in Russian."""

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
    for payload in (payload_of(signature(declared)) for declared in declarations.actions())
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


def read(model: type[BaseModel], value: Any) -> list[dict[str, str]]:
    try:
        model.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        return list(problem(error).members["errors"])
    return []


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_errors_are_described_in_russian(model: type[BaseModel]) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(objects(model))
    def check(value: Any) -> None:
        for error in read(model, value):
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


def test_errors_do_not_quote_the_payload() -> None:
    details = {error["detail"] for error in read(Named, {"id": "жжж", "at": "жжж"})}
    assert details == {"Нужен идентификатор UUID.", "Неверное значение."}


def test_pointers_are_those_of_rfc_6901() -> None:
    faults = read(Outer, {"inner": [{"a": 1}, {"a": "x"}], "names": {"a/b~c": "x"}})
    assert {fault["pointer"] for fault in faults} == {"/inner/1/a", "/names/a~1b~0c"}


def test_error_of_the_whole_payload_has_an_empty_pointer() -> None:
    assert read(Outer, [])[0]["pointer"] == ""


def test_errors_are_limited_in_number_and_length() -> None:
    faults = read(Outer, {"inner": [{}] * 1000, "names": {"a" * 5000: "x"}})
    assert len(faults) == 50
    (fault,) = read(Outer, {"inner": [], "names": {"a" * 5000: "x"}})
    assert len(fault["pointer"]) < 200
