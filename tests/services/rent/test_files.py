"""Turnover as CSV and XLSX: choice by Accept, the Russian locale of Excel, no formulas."""

import csv
import io
import zipfile
from typing import Any

import pytest
from defusedxml import ElementTree

from chalicelib.services.rent.report import CSV, XLSX
from infra.demonstration_pki import DemonstrationPki
from tests.support import steps
from tests.support import steps_rent as by
from tests.support.steps_rent import REGISTERS
from tests.support.world import Answer, World

ONE = REGISTERS[0]
HEADING = ["Арендатор", "Арендодатель", "Магазин", "Период", "Сформировано"]
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def granted(world: World, pki: DemonstrationPki) -> Any:
    by.ready(world, pki)
    shop_id = by.open_shop(world, ONE, name='=HYPERLINK("http://x")')
    granted = by.grant(world, shop_id)
    today = by.today(world)
    by.sell(
        world, by.receipt(ONE, 1, today, 123_45), by.receipt(ONE, 2, today, 223_46, operation=2)
    )
    return granted


def fetched(world: World, granted: Any, accept: str, **how: Any) -> Answer:
    path = f"GET /rent/tenants/{granted['grant_id']}/turnover"
    query = by.period(world) | how
    return world.call(path, who="landlord", query=query, headers={"Accept": accept})


def cells(content: bytes) -> list[list[tuple[str, str]]]:
    """Return the type and the text of each cell of the sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(string.itertext()) for string in shared.iter(f"{_NS}si")]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{_NS}f")), "no formula"
    assert not list(sheet.iter(f"{_NS}hyperlink")), "no link"
    rows = []
    for row in sheet.iter(f"{_NS}row"):
        rows.append([])
        for cell in row.iter(f"{_NS}c"):
            text = "".join(cell.itertext())
            kind = cell.get("t", "n")
            rows[-1].append((kind, texts[int(text)] if kind == "s" else text))
    return rows


def test_csv_opens_in_excel_in_russia(world: World, granted: Any) -> None:
    answer = fetched(world, granted, CSV)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    today = by.today(world)
    name = f"oborot-{steps.PROFILE['inn']}-{by.period(world)['from']}-{today}.csv"
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert answer.body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[:5]] == HEADING
    assert rows[0][1] == f"{steps.PROFILE['name']}, ИНН {steps.PROFILE['inn']}"
    assert rows[1][1] == f"{by.LANDLORD['name']}, ИНН {by.LANDLORD['inn']}"
    assert rows[2][1].startswith("'=HYPERLINK")
    assert rows[3][1].endswith(f"{today:%d.%m.%Y}")
    figures = ["1", "1", "-100,01", f"{today:%d.%m.%Y} 12:00:00"]
    assert rows[7:] == [
        [f"№ {ONE}", f"{today:%d.%m.%Y}", *figures],
        [f"№ {ONE}", "Итого", *figures],
        ["Все кассы", f"{today:%d.%m.%Y}", *figures],
        ["Все кассы", "Итого", *figures],
    ]


def test_workbook_holds_texts_numbers_and_dates(world: World, granted: Any) -> None:
    answer = fetched(world, granted, XLSX, by="month")
    assert answer.headers["Content-Type"] == XLSX
    rows = cells(answer.body)
    assert [row[0] for row in rows[:5]] == [("s", name) for name in HEADING]
    assert rows[2][1] == ("s", '=HYPERLINK("http://x"), г. Москва, д. 1')
    kinds = [kind for kind, _ in rows[6]]
    assert kinds == ["s", "s", "n", "n", "n", "n"]
    assert [text for _, text in rows[6]][:5] == [
        f"№ {ONE}",
        f"{by.today(world):%m.%Y}",
        "1",
        "1",
        "-100.01",
    ]


def test_same_access_renders_the_same_file(world: World, granted: Any) -> None:
    from chalicelib.services.rent import report
    from chalicelib.services.rent.turnover_model import TenantTurnover

    turnover = TenantTurnover.model_validate(by.look(world, granted))
    made = [report.render(turnover, XLSX, world.moment).content for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        ("", 200, "application/json"),
        ("*/*", 200, "application/json"),
        ("text/csv, application/json;q=0.5", 200, "text/csv; charset=utf-8"),
        ("text/*", 200, "text/csv; charset=utf-8"),
        (f"{XLSX}, */*;q=0.1", 200, XLSX),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200, "application/json"),
        ("application/json;q=0, */*", 200, "text/csv; charset=utf-8"),
        ("nonsense", 200, "application/json"),
        ("application/pdf", 406, "application/problem+json"),
        ("*/*;q=0", 406, "application/problem+json"),
    ],
)
def test_media_type_is_chosen_by_accept(
    world: World, accept: str, status: int, media_type: str, granted: Any
) -> None:
    answer = fetched(world, granted, accept)
    assert (answer.status, answer.headers["Content-Type"]) == (status, media_type)
    log = world.get(f"/rent/grants/{granted['grant_id']}/accesses")["items"]
    assert [look["media_type"] for look in log] == (
        [media_type.partition(";")[0]] if status == 200 else []
    )
