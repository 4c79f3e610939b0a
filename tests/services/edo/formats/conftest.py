"""Documents made by the product, and published samples."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chalicelib.services.edo.formats import seller_title, upd_from_form
from chalicelib.services.edo.formats.model import (
    DocumentParty,
    FileSigner,
    FullName,
    PowerOfAttorney,
)
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.upd_form import UpdForm
from tests.support.samples import SAMPLES

File = tuple[str, bytes]
MakeTitle = Callable[..., File]


@pytest.fixture(scope="session")
def organisation() -> DocumentParty:
    return DocumentParty(
        "2XX-7736207543-773601001-1",
        "7736207543",
        "ООО «Ромашка»",
        "119021, г. Москва, ул. Льва Толстого, д. 16",
        "773601001",
    )


@pytest.fixture(scope="session")
def entrepreneur() -> DocumentParty:
    return DocumentParty(
        "2BM-500100732259-20260101",
        "500100732259",
        "ИП Петрова Анна",
        "141400, Московская область, г. Химки",
        person=FullName("Петрова", "Анна"),
    )


@pytest.fixture(scope="session")
def director() -> FileSigner:
    return FileSigner(FullName("Иванов", "Иван", "Иванович"), "Генеральный директор")


@pytest.fixture(scope="session")
def employee() -> FileSigner:
    granted = PowerOfAttorney(
        "5f34036f-27c9-438b-8ccc-0c5059326d04", dt.date(2026, 1, 12), "https://m4d.nalog.gov.ru"
    )
    return FileSigner(FullName("Сидоров", "Пётр"), "Кладовщик", granted)


@pytest.fixture(scope="session")
def moment() -> dt.datetime:
    """A moment at which Moscow has the next day."""
    return dt.datetime(2026, 7, 1, 21, 30, 5, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def guid() -> UUID:
    return UUID("57cd8895-2d8c-42b2-961c-a158b5a86496")


@pytest.fixture(scope="session")
def make_form() -> Callable[..., UpdForm]:
    def make(**fields: Any) -> UpdForm:
        line = {"name": "Кабель", "quantity": "3", "unit": "м", "unit_code": "006"}
        lines = [
            {**line, "price_kopecks": 12_200, "vat_rate": "22"},
            {**line, "name": "Книга", "price_kopecks": 11_000, "vat_rate": "10"},
            {**line, "name": "Услуга", "quantity": "0.5", "price_kopecks": 5_001}
            | {"vat_rate": "none"},
        ]
        form = {
            "number": "15/2",
            "date": "2026-06-30",
            "function": "СЧФДОП",
            "lines": lines,
            "basis": [{"name": "Договор", "number": "7", "date": "2026-01-12"}],
        }
        return UpdForm.model_validate(form | fields)

    return make


@pytest.fixture(scope="session")
def make_title(
    make_form: Callable[..., UpdForm],
    organisation: DocumentParty,
    entrepreneur: DocumentParty,
    director: FileSigner,
    moment: dt.datetime,
    guid: UUID,
) -> MakeTitle:
    """Return a function that makes a seller's title from a form with the given fields."""

    def make(**fields: Any) -> File:
        form = make_form(**fields)
        return upd_from_form.make(form, organisation, entrepreneur, director, moment, guid)

    return make


@pytest.fixture(scope="session")
def spoil(make_title: MakeTitle) -> Callable[..., dict[str, str]]:
    """Return a function that replaces text in a title and returns the faults of the title by place."""

    def faults(*replaced: tuple[str, str], **fields: Any) -> dict[str, str]:
        name, content = make_title(**fields)
        text = content.decode("windows-1251")
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        with pytest.raises(TitleRefused) as refused:
            seller_title.read(text.encode("windows-1251"), name)
        faults_by_place: dict[str, str] = {}
        for place, word in refused.value.errors:
            faults_by_place[place] = f"{faults_by_place.get(place, '')} {word}".strip()
        return faults_by_place

    return faults


@pytest.fixture(scope="session")
def published() -> Path:
    return SAMPLES / "edo"
