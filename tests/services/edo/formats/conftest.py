"""Documents of our own making, and those published beside this checkout."""

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
    """Already tomorrow in Moscow."""
    return dt.datetime(2026, 7, 1, 21, 30, 5, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def guid() -> UUID:
    return UUID("57cd8895-2d8c-42b2-961c-a158b5a86496")


@pytest.fixture(scope="session")
def make_form() -> Callable[..., UpdForm]:
    def make(**said: Any) -> UpdForm:
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
        return UpdForm.model_validate(form | said)

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
    """A seller's title of our own making; what is said goes into its form."""

    def make(**said: Any) -> File:
        form = make_form(**said)
        return upd_from_form.make(form, organisation, entrepreneur, director, moment, guid)

    return make


@pytest.fixture(scope="session")
def spoil(make_title: MakeTitle) -> Callable[..., dict[str, str]]:
    """The faults found in a title in which some text was replaced."""

    def faults(*replaced: tuple[str, str], **said: Any) -> dict[str, str]:
        name, content = make_title(**said)
        text = content.decode("windows-1251")
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        with pytest.raises(TitleRefused) as refused:
            seller_title.read(text.encode("windows-1251"), name)
        found: dict[str, str] = {}
        for place, word in refused.value.errors:
            found[place] = f"{found.get(place, '')} {word}".strip()
        return found

    return faults


@pytest.fixture(scope="session")
def published() -> Path:
    return SAMPLES / "edo"
