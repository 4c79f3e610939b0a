"""The PDF of an invoice, read as text, as a picture and as a payment code."""

import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from chalicelib.core.billing.invoice_pdf import render
from chalicelib.core.billing.model import Invoice, InvoiceState, Party, Seller
from chalicelib.core.billing.payment_qr import encode

MakeInvoice = Callable[..., Invoice]


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page with single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def codes(pdf: bytes, page: int = -1) -> list[bytes]:
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page % len(document)].render(scale=150 / 72, grayscale=True).to_pil()
    return [code.bytes for code in zxingcpp.read_barcodes(picture)]


def test_page_has_what_an_accountant_needs(make_invoice: MakeInvoice) -> None:
    (page,) = pages(render(make_invoice({"quantity": 2}, {"title": "Доставка", "quantity": 1})))
    for text in (
        "ПАО «Пример Банк», г. Москва БИК 044525225 Банк получателя",
        "Сч. № 30101810400000000225",
        "Сч. № 40702810900000000042",
        "ИНН 7707083893 КПП 770701001",
        "Счёт на оплату № СУ-000042 от 24 ноября 2026 г.",
        "Поставщик: ООО «Оператор данных», ИНН 7707083893, КПП 770701001, 127006",
        "Покупатель: ООО «Ромашка», ИНН 7728168971, КПП 772801001, 117342",
        "№ Товары (работы, услуги) Кол-во Ед. Цена, руб. Сумма, руб.",
        "1 Фискальный накопитель на 15 месяцев 2 шт. 12 200,00 24 400,00",
        "2 Доставка 1 шт. 12 200,00 12 200,00",
        "Итого: 36 600,00 В том числе НДС 22 %: 6 600,00 Всего к оплате: 36 600,00",
        "Всего наименований 2, на сумму 36 600,00 руб.",
        "Тридцать шесть тысяч шестьсот рублей 00 копеек",
        "Оплатить до 1 декабря 2026 г.",
        "Оплата по счёту № СУ-000042 от 24.11.2026",
        "Руководитель Иванов И. И.",
        "Главный бухгалтер Петрова А. С.",
        "Оплата по QR-коду",
    ):
        assert text in page


def test_payment_code_is_read_from_the_page(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice()
    assert codes(render(invoice)) == [encode(invoice).encode()]


@pytest.mark.parametrize("state", [s for s in InvoiceState if s is not InvoiceState.OPEN])
def test_closed_invoice_has_no_payment_code(make_invoice: MakeInvoice, state: str) -> None:
    pdf = render(make_invoice(state=state))
    (text,) = pages(pdf)
    assert re.search("Счёт оплачен|Счёт отменён|Срок оплаты счёта истёк", text)
    assert "QR" not in text
    assert "Оплатить до" not in text
    assert codes(pdf) == []


def test_entrepreneur_without_kpp(make_invoice: MakeInvoice) -> None:
    payer = Party(name="ИП Петрова А. С.", inn="500100732259", address="г. Химки")
    (text,) = pages(render(make_invoice(payer=payer)))
    assert "Покупатель: ИП Петрова А. С., ИНН 500100732259, г. Химки" in text


def test_rates_of_vat_each_on_a_line(make_invoice: MakeInvoice) -> None:
    rates = ("none", "0", "5", "22", "22")
    (text,) = pages(render(make_invoice(*({"vat_rate": rate} for rate in rates))))
    assert (
        "Итого: 61 000,00 В том числе НДС 22 %: 4 400,00 В том числе НДС 5 %: 580,95 "
        "В том числе НДС 0 %: 0,00 Не облагается НДС: 12 200,00 Всего к оплате: 61 000,00"
    ) in text
    (text,) = pages(render(make_invoice({"vat_rate": "none"})))
    assert "Без налога (НДС): —" in text
    assert "НДС 0" not in text


def test_two_hundred_lines(make_invoice: MakeInvoice) -> None:
    lines = [{"title": f"Накопитель {n}", "quantity": n} for n in range(1, 201)]
    pdf = render(make_invoice(*lines))
    texts = pages(pdf)
    whole = " ".join(texts)
    assert len(texts) > 3
    assert re.findall(r"Накопитель (\d+) ", whole) == [str(n) for n in range(1, 201)]
    for number, text in enumerate(texts, start=1):
        if "Накопитель" in text:
            assert "Товары (работы, услуги)" in text
        if number > 1:
            assert f"Счёт на оплату № СУ-000042 от 24 ноября 2026 г. Лист {number}" in text
    assert len(codes(pdf)) == 1


def test_totals_never_stand_on_a_page_without_a_line(make_invoice: MakeInvoice) -> None:
    broke = set()
    for count in range(18, 36):
        texts = pages(render(make_invoice(*[{"title": "Накопитель"}] * count)))
        broke.add(len(texts))
        (with_totals,) = (text for text in texts if "Итого:" in text)
        assert "Накопитель" in with_totals
        assert "Всего к оплате:" in with_totals
        (with_words,) = (text for text in texts if "Всего наименований" in text)
        assert "Руководитель" in with_words
    assert broke == {1, 2}


def boxes(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Return left, bottom, right and top of each run of text on the first page."""
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    return [page.get_rect(n) for n in range(page.count_rects())]


def test_long_words_wrap_and_nothing_overlaps(
    make_invoice: MakeInvoice, seller: Seller, payer: Party
) -> None:
    long_seller = seller.model_dump() | {
        "name": "Общество «" + "Очень длинное название " * 12 + "»",
        "bank_name": "ФИЛИАЛ «ЦЕНТРАЛЬНЫЙ» " * 8,
        "director": "Константинопольский-Задунайский Константин Константинович",
    }
    long_payer = payer.model_dump() | {"name": "Ж" * 300, "address": "Улица & <дом> " * 20}
    pdf = render(
        make_invoice(
            {
                "title": "Б" * 400,
                "quantity": 1_000_000,
                "price_kopecks": 9_000_000,
                "unit": "комплект",
            },
            {"title": "Подключение кассы к модулю " * 10},
            seller=Seller.model_validate(long_seller),
            payer=Party.model_validate(long_payer),
        )
    )
    assert "<дом>" in "".join(pages(pdf))
    drawn = boxes(pdf)
    assert len(drawn) > 40
    slack = 1.0  # points: descenders of one line and capitals of the next may touch
    for left, bottom, right, top in drawn:
        assert left > 42
        assert right < 596 - 42
        assert bottom > 25
        for other in drawn:
            if other == (left, bottom, right, top):
                continue
            apart = (
                other[0] >= right - slack
                or other[2] <= left + slack
                or other[1] >= top - slack
                or other[3] <= bottom + slack
            )
            assert apart, (left, bottom, right, top, other)


def test_characters_outside_the_font_are_rendered(make_invoice: MakeInvoice) -> None:
    (text,) = pages(render(make_invoice({"title": "Накопитель 😀 漢字"})))
    assert "Накопитель" in text


def test_metadata(make_invoice: MakeInvoice) -> None:
    reader = PdfReader(BytesIO(render(make_invoice())))
    assert reader.metadata is not None
    assert reader.metadata.title == "Счёт на оплату № СУ-000042 от 24 ноября 2026 г."
    assert reader.metadata.author == "ООО «Оператор данных»"
    assert reader.metadata["/CreationDate"] == "D:20261124000000+03'00'"
    assert reader.trailer["/Root"]["/Lang"] == "ru-RU"


def test_same_invoice_gives_the_same_bytes(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice({}, {"vat_rate": "none"})
    again = (
        "import sys; from chalicelib.core.billing.invoice_pdf import render;"
        "from chalicelib.core.billing.model import Invoice;"
        "sys.stdout.buffer.write(render(Invoice.model_validate_json(sys.stdin.read())))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", again],
        input=invoice.model_dump_json().encode(),
        capture_output=True,
        check=True,
    )
    assert render(invoice) == elsewhere.stdout
