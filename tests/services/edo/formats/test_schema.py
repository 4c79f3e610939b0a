"""The schemas with their rules, and the names of files."""

import datetime as dt
import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from chalicelib.services.edo.formats import file_name, schema
from chalicelib.services.edo.formats.model import DocumentParty, FullName
from chalicelib.services.edo.formats.schema import Schema

FOLDER = Path(schema.__file__).parent / "schemas"


def test_every_schema_file_has_a_constant() -> None:
    assert {path.stem for path in FOLDER.glob("*.xsd")} == set(Schema)


@pytest.mark.parametrize(
    ("which", "rules"),
    [
        (Schema.SELLER_TITLE, 54),  # the file has 58 rules, four of them in comments
        (Schema.BUYER_TITLE, 12),
        (Schema.DATE_OF_RECEIPT, 9),
        (Schema.DATE_OF_SENDING, 9),
        (Schema.RECEIPT_NOTICE, 12),
        (Schema.CORRECTION_REQUEST, 12),
        (Schema.ANNULMENT_OFFER, 0),
    ],
)
def test_all_rules_of_a_schema_are_compiled(which: Schema, rules: int) -> None:
    assert len(schema._load(which)[1]) == rules


PUBLISHED = """
5a52bf8d35e993efdf2854fc9d63f88ff08a6baa314760879fe899faf51ba6e8  DP_IZVPOL_1_982_00_01_03_01.xsd
16b1b199979daa292f59fa1424b9c9e475e21cad377356c26d3d740236e0e478  DP_PDOTPR_1_983_00_01_03_01.xsd
67c98ec1d66bb0334f6031bc01356e6cdd8ce20c4fa6b1cd09204209176dba31  DP_PDPOL_1_984_00_01_03_01.xsd
ab9e5c669cc2b888b57415d9805799c3bd4de445b87010e1403b29d252788e00  DP_PRANNUL_1_985_00_01_01_02.xsd
8f9ec5c8604031484bc3810e3104d3a06cd2abe917eedf7f9ea1fb87e51f37cd  DP_UVUTOCH_1_985_00_01_03_01.xsd
41f04bd6d880fda4d00f2d4cf685fe1be733eedba759df930ea9a9b27179ccdf  ON_NSCHFDOPPOK_1_997_02_05_03_01.xsd
f98a1ac91cb840ff341976f7636d8a98d51a43e9b1cbbf3e97386551aacdb49a  ON_NSCHFDOPPR_1_997_01_05_03_05.xsd
"""
"""The schemas as the tax service publishes them: SHA-256 and file name."""


def test_schemas_are_those_published() -> None:
    for line in PUBLISHED.split("\n")[1:-1]:
        digest, name = line.split()
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_file_names_are_read_as_they_were_made() -> None:
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
def test_invalid_file_names_are_refused(name: str) -> None:
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
        DocumentParty("2XX-1", inn, "Имя", "Адрес", kpp, person)
