"""A receipt is read from the tax service's JSON and rendered as SMS, e-mail and page."""

import datetime as dt
import html
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from chalicelib.core.notification.mail import Letter
from chalicelib.core.notification.mime import mime
from chalicelib.services.e_receipts import legal_name, receipt_labels, sms_parts
from chalicelib.services.e_receipts.receipt import Receipt, from_document
from chalicelib.services.e_receipts.receipt_email import receipt_email
from chalicelib.services.e_receipts.receipt_page import receipt_page
from chalicelib.services.e_receipts.sms_text import sms_text
from tests.support.receipts import DRIVE, NUMBER, SIGN, document
from tests.support.samples import SAMPLES

URL = "https://cheki.example.ru"
CODE = f"t=20261124T1205&s=1285.21&fn={DRIVE}&i={NUMBER}&fp={SIGN}&n=1"


def receipt(**changes: Any) -> Receipt:
    return from_document(document(**changes))


def words(page: str) -> str:
    """Return the visible text of a page on one line."""
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def test_padding_is_removed_and_the_time_is_moscow_time() -> None:
    read = receipt()
    assert (read.inn, read.register_id) == ("7728168971", "0004817236006552")
    assert read.at.isoformat() == "2026-11-24T12:05:00+03:00"
    assert read.vat == {2: 11684, 11: 4454}
    assert read.items[0].marking == "04602547000046 5IADe0"
    assert read.items[0].quantity == Decimal("2.337")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1654957800, "2022-06-11T17:30:00+03:00"),
        ("1654957800", "2022-06-11T17:30:00+03:00"),
        ("2022-06-11T14:30:00Z", "2022-06-11T17:30:00+03:00"),
    ],
)
def test_time_is_read_in_other_forms(value: Any, expected: str) -> None:
    assert receipt(dateTime=value).at == dt.datetime.fromisoformat(expected)


@pytest.mark.parametrize("field", ["fiscalDriveNumber", "fiscalSign", "totalSum", "dateTime"])
def test_receipt_that_cannot_be_identified_is_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        from_document({name: value for name, value in document().items() if name != field})


def test_unpaired_surrogate_is_replaced() -> None:
    item = document()["items"][0] | {"name": "Чай \ud83d"}
    assert "Чай ?" in receipt_page(receipt(items=[item])).decode()


def test_numeric_gtin_is_padded_with_zeros() -> None:
    item = document()["items"][0] | {"productCodeData": {"gtin": 4602547000046}}
    del item["productCodeNew"]
    assert receipt(items=[item]).items[0].marking == "04602547000046"


# No deadline: the first rendering loads the templates.
@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*document(), *document()["items"][0], "buyerAddress", "properties"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers())
        | st.floats() | st.dictionaries(st.text(max_size=3), st.integers()),
    )
)  # fmt: skip
def test_unexpected_values_of_optional_fields_are_ignored(
    odd: dict[str, Any],
) -> None:
    needed = {"operationType", "fiscalDriveNumber", "fiscalDocumentNumber", "fiscalSign"}
    needed |= {"totalSum", "dateTime", "items"}
    optional = {name: value for name, value in odd.items() if name not in needed}
    item = document()["items"][0] | odd
    shown = from_document(document(**optional, items=[item, 7, None]))
    assert receipt_page(shown)
    assert receipt_email(shown, URL).text


def test_every_real_receipt_is_shown() -> None:
    files = sorted((SAMPLES / "receipts").glob("*.json"))
    assert len(files) >= 29
    for file in files:
        read = from_document(json.loads(file.read_text(encoding="utf-8")))
        page = words(receipt_page(read).decode())
        assert all(" ".join(item.name.split()) in page for item in read.items), file.name
        assert receipt_labels.money(read.total).replace("\u00a0", " ") in page.replace(
            "\u00a0", " "
        )
        link = read.link(URL)
        made = sms_text(read, link)
        assert made.parts <= 3
        assert sms_text(read, link, "Ромашка").parts <= made.parts


@pytest.mark.parametrize(
    ("kopecks", "text"),
    [(0, "0,00"), (5, "0,05"), (128521, "1\u00a0285,21"), (10**9, "10\u00a0000\u00a0000,00")],
)
def test_money(kopecks: int, text: str) -> None:
    assert receipt_labels.money(kopecks) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("1", "1"), ("1.0", "1"), ("0.384", "0,384"), ("100", "100"), ("1E+2", "100")],
)
def test_quantity(value: str, text: str) -> None:
    assert receipt_labels.quantity(Decimal(value)) == text


@pytest.mark.parametrize(
    ("full", "short", "bare"),
    [
        ('ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "ТД"', 'ООО "ТД"', "ТД"),
        ("Публичное акционерное  общество «Лён»", "ПАО «Лён»", "Лён"),
        ('АО "Юг" Юг-7', 'АО "Юг" Юг-7', '"Юг" Юг-7'),
        ("Индивидуальный предприниматель Петрова А. С.", "ИП Петрова А. С.", "Петрова А. С."),
        ("ИП", "ИП", "ИП"),
        ("Лавка\r\nу дома", "Лавка у дома", "Лавка у дома"),
    ],
)
def test_legal_names_are_shortened(full: str, short: str, bare: str) -> None:
    assert legal_name.short_name(full) == short
    assert legal_name.bare_name(short) == bare


def test_sms_states_the_required_details() -> None:
    read = receipt()
    made = sms_text(read, read.link(URL))
    assert made.text == (
        f"РОМАШКА: чек 1285,21р 24.11.26 12:05 РНМ 0004817236006552 ФП {SIGN} "
        f"{URL}/r/{DRIVE}/{NUMBER}/{SIGN}"
    )
    assert made.parts == sms_parts.count_parts(made.text) == 2


def test_brand_replaces_the_legal_name() -> None:
    made = sms_text(receipt(), "https://c.ru", "«Ёлка» 24")
    assert made.text.startswith("«Ёлка» 24: чек")
    assert "РОМАШКА" not in made.text


def test_name_is_shortened_only_to_save_a_part() -> None:
    short_link = "https://c.ru"
    assert sms_text(receipt(), short_link).text.startswith('ООО "РОМАШКА": ')
    long = receipt(user="ООО «" + "Х" * 200 + "»")
    made = sms_text(long, short_link)
    assert made.parts == 2
    assert len(made.text) == 2 * sms_parts.UCS2_PART
    assert "…: чек" in made.text


def test_sms_of_a_return_says_so() -> None:
    assert ": возврат 1285,21р" in sms_text(receipt(operationType=2), "https://c.ru").text


def test_page_shows_everything_and_escapes_it() -> None:
    page = receipt_page(receipt()).decode()
    assert "Творог &lt;5%&gt; &amp; «Ко»" in page
    shown = words(page).replace("\u00a0", " ")
    for text in (
        'ООО "РОМАШКА"',
        "Приход · 24.11.2026 12:05",
        "2,337 кг × 549,90",
        "НДС 10 % · Маркированный товар · Полный расчёт",
        "Код маркировки: 04602547000046 5IADe0",
        "Итог 1 285,21 ₽",
        "Безналичными 1 285,21",
        "в т. ч. НДС 10 % 116,84",
        "в т. ч. НДС 22 % 44,54",
        "ИНН 7728168971",
        "Место расчётов Магазин «На углу»",
        "Рег. номер ККТ 0004817236006552",
        f"Номер ФН {DRIVE}",
        f"Номер ФД {NUMBER}",
        f"Фискальный признак {SIGN}",
    ):
        assert text in shown, text
    assert "Наличными" not in shown
    assert 'name="robots" content="noindex' in page
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "field", ["user", "retailPlace", "retailPlaceAddress", "operator", "fnsUrl"]
)
def test_fields_of_a_receipt_are_escaped(field: str) -> None:
    evil = '"><script>alert(1)</script>'
    page = receipt_page(receipt(**{field: evil})).decode()
    mail = receipt_email(receipt(**{field: evil}), URL)
    assert "<script" not in page + mail.html
    assert "&lt;script&gt;" in page


def test_page_contains_the_logo_if_given() -> None:
    assert "<img" not in receipt_page(receipt()).decode()
    assert '<img src="data:image/png;base64,bG9nbw=="' in receipt_page(receipt(), b"logo").decode()


def test_qr_code_of_the_email_is_readable() -> None:
    mail = receipt_email(receipt(), URL)
    barcodes = zxingcpp.read_barcodes(Image.open(io.BytesIO(mail.pictures["qr"])))
    assert [item.text for item in barcodes] == [CODE]


def test_qr_code_of_the_page_is_the_same() -> None:
    import segno

    page = receipt_page(receipt()).decode()
    path = re.search(r'<path[^>]* d="([^"]+)"', page)
    drawn = segno.make_qr(CODE, error="m").svg_inline(scale=4, border=2)
    assert path is not None
    assert path[1] in drawn


def test_email_has_text_html_and_pictures(environment: None) -> None:
    made = receipt_email(receipt(), f"{URL}/r/1", b"logo")
    assert made.subject == 'Кассовый чек на 1\u00a0285,21 ₽ — ООО "РОМАШКА"'
    assert set(re.findall(r'src="cid:(\w+)"', made.html)) == set(made.pictures) == {"qr", "logo"}
    assert f'href="{URL}/r/1"' in made.html
    assert f"{URL}/r/1" in made.text
    letter = Letter("a@example.ru", made.subject, made.text, made.html, made.pictures)
    raw = mime(letter, "noreply@example.ru")
    assert b"Content-ID: <logo>" in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    raw.decode("ascii")
    assert "cid:" not in made.standing_alone


def test_email_without_a_logo() -> None:
    made = receipt_email(receipt(), URL)
    assert set(made.pictures) == {"qr"}
    assert "cid:logo" not in made.html


@settings(deadline=None)
@given(st.text(max_size=40))
def test_subject_is_one_line_for_every_name(name: str) -> None:
    subject = receipt_email(receipt(user=name), URL).subject
    assert len(subject.splitlines()) == 1
    assert subject.isprintable() or "\u00a0" in subject
