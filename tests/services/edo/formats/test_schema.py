"""The schemas load whole, their rules among them."""

import datetime as dt
from pathlib import Path
from uuid import UUID

import pytest

from chalicelib.services.edo.formats import file_name, schema
from chalicelib.services.edo.formats.model import FullName, Party
from chalicelib.services.edo.formats.schema import Schema

FOLDER = Path(schema.__file__).parent / "schemas"


def test_every_file_is_known() -> None:
    assert {one.stem for one in FOLDER.glob("*.xsd")} == set(Schema)


@pytest.mark.parametrize(
    ("which", "rules"),
    [
        (Schema.SELLER_TITLE, 54),  # 58 stand in the file, four of them struck out by comments
        (Schema.BUYER_TITLE, 12),
        (Schema.DATE_OF_RECEIPT, 9),
        (Schema.DATE_OF_SENDING, 9),
        (Schema.RECEIPT_NOTICE, 12),
        (Schema.CORRECTION_REQUEST, 12),
        (Schema.ANNULMENT_OFFER, 0),
    ],
)
def test_rules_are_found(which: Schema, rules: int) -> None:
    assert len(schema._load(which)[1]) == rules


def test_schemas_are_those_published(published: Path) -> None:
    for one in published.rglob("*.xsd"):
        assert (FOLDER / one.name).read_bytes() == one.read_bytes()


def test_names_are_read_as_written() -> None:
    guid, day = UUID("57cd8895-2d8c-42b2-961c-a158b5a86496"), dt.date(2026, 7, 2)
    for prefix, write in (("ON_NSCHFDOPPR", file_name.seller), ("ON_NSCHFDOPPOK", file_name.buyer)):
        name = file_name.read(write("2BM-1", "2XX-2", day, guid, "1_0_0_0_1_07"))
        assert name == file_name.FileName(prefix, "2BM-1", "2XX-2", day, guid, "1_0_0_0_1_07")
    name = file_name.read(file_name.technology("DP_PDPOL", "2BM-1", "2XX", day, guid))
    assert name == file_name.FileName("DP_PDPOL", "2BM-1", "2XX", day, guid, None)


@pytest.mark.parametrize(
    "name",
    [
        "ON_NSCHFDOPPR_2BM-1_2XX-2_20260230_57cd8895-2d8c-42b2-961c-a158b5a86496_0_0_0_0_0_00",
        "ON_NSCHFDOPPR_2BM-1_2XX-2_20260702_57cd8895-2d8c-42b2-961c-a158b5a86496",
        "ON_NSCHFDOPPR_2BM-1_20260702_57cd8895-2d8c-42b2-961c-a158b5a86496_0_0_0_0_0_00",
        "ON_NSCHFDOPPR_2BM-1_2XX-2_20260702_57cd8895_0_0_0_0_0_00",
        "DP_PDPOL_2BM-1_2XX_20260702_57cd8895-2d8c-42b2-961c-a158b5a86496_0_0_0_0_0_00",
        "ON_SFAKT_2BM-1_2XX-2_20260702_57cd8895-2d8c-42b2-961c-a158b5a86496_0_0_0_0_0_00",
        "",
    ],
)
def test_refuses_names(name: str) -> None:
    with pytest.raises(ValueError, match="файла"):
        file_name.read(name)


@pytest.mark.parametrize(
    ("inn", "kpp", "person"),
    [
        ("7736207543", None, None),
        ("500100732259", "773601001", None),
        ("500100732259", None, None),
        ("7736207543", "773601001", FullName("Иванов", "Иван")),
    ],
)
def test_a_party_is_of_one_kind(inn: str, kpp: str | None, person: FullName | None) -> None:
    with pytest.raises(ValueError, match="КПП"):
        Party("2XX-1", inn, "Имя", "Адрес", kpp, person)
