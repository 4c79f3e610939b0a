"""The printable view, read as text."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from chalicelib.services.edo.formats import printable, seller_title
from chalicelib.services.edo.formats.printable import Stamp
from chalicelib.services.edo.formats.seller_title import SellerTitle

MakeTitle = Callable[..., tuple[str, bytes]]
STAMP = Stamp(
    owner="Иванов Иван Иванович",
    organisation="ООО «Ромашка»",
    position="Генеральный директор",
    certificate_serial="01D9A3F2C4B5",
    valid_from=dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC),
    valid_until=dt.datetime(2027, 4, 12, 9, tzinfo=dt.UTC),
    signed_at=dt.datetime(2026, 7, 1, 21, 30, 5, tzinfo=dt.UTC),
)


@pytest.fixture
def title(make_title: MakeTitle) -> SellerTitle:
    name, content = make_title()
    return seller_title.read(content, name)


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page with single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_printed_upd_contains_all_data_and_is_reproducible(title: SellerTitle) -> None:
    pdf = printable.render(title, f"{title.file_id}.xml", [STAMP], document_id="doc-1")
    [text] = pages(pdf)
    for expected in (
        "Универсальный передаточный документ",
        "№ 15/2 от 30 июня 2026 г.",
        "Продавец: ООО «Ромашка», ИНН 7736207543, КПП 773601001",
        "Покупатель: ИП Петрова Анна, ИНН 500100732259",
        "1 Кабель м 3 100,00 300,00 22% 66,00 366,00",
        "3 Услуга м 0,5 50,01 25,01 без НДС — 25,01",
        "Всего к оплате 625,01 96,00 721,01",
        "Основание: Договор № 7 от 12.01.2026",
    ):
        assert expected in text
    assert pdf == printable.render(title, f"{title.file_id}.xml", [STAMP], document_id="doc-1")


def test_the_mark_shows_the_signature() -> None:
    [text] = pages(printable.render(None, "Акт <№ 5> & К.pdf", [STAMP] * 3, document_id="doc-1"))
    assert "Файл: Акт <№ 5> & К.pdf" in text
    for expected in (
        "ДОКУМЕНТ ПОДПИСАН ЭЛЕКТРОННОЙ ПОДПИСЬЮ",
        "Сертификат 01D9A3F2C4B5",
        "Владелец Иванов Иван Иванович",
        "Генеральный директор, ООО «Ромашка»",
        "Действителен с 12.01.2026 по 12.04.2027",
        "Подписано 02.07.2026 в 00:30:05 (московское время)",
        "Документ doc-1",
    ):
        assert text.count(expected) == 3


def test_printable_view_without_signatures_contains_a_note(title: SellerTitle) -> None:
    assert "Документ не подписан" in pages(printable.render(title, "x", [], document_id="d"))[0]


def test_longest_values_are_printed(title: SellerTitle) -> None:
    longest = replace(title.lines[0], name="W" * 2000, unit="W" * 255)
    seller = replace(title.seller, name="Щ" * 1000, address="Щ" * 1000)
    title = replace(title, lines=(longest,) * 3, seller=seller, basis=("Щ" * 500,) * 3)
    stamp = replace(STAMP, owner="Щ" * 180, organisation="Щ" * 1000)
    assert pages(printable.render(title, "W" * 255, [stamp] * 5, document_id="d" * 40))


def test_header_repeats_on_each_page_and_lines_are_limited(title: SellerTitle) -> None:
    title = replace(title, lines=title.lines[:1] * 1001)
    printed = pages(printable.render(title, "x", [STAMP], document_id="d"))
    assert "Сумма НДС" in printed[0]
    assert "Сумма НДС" in printed[1]
    assert any("первые 1000 из 1001" in text for text in printed)
