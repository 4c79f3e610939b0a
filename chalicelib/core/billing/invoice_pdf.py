"""Renders an invoice as a PDF in the customary form of «Счёт на оплату», with the payment QR code.

An invoice always gives the same bytes. The text can be selected and searched, since the fonts are
embedded as subsets with their Unicode maps.
"""

import functools
import re
from collections import defaultdict
from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    LongTable,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from chalicelib.core.billing.model import Invoice, InvoiceState, Party, Seller, VatRate
from chalicelib.core.billing.payment_qr import qr_code
from chalicelib.core.russian import NBSP, long_date, money, number, sum_in_words
from chalicelib.core.typeset import paragraph, register_fonts

_WIDTH = 180 * mm
_MARGIN = 15 * mm
_FRAME_PADDING = 6  # points that a page template adds inside its margins
_GREY: Color = HexColor(0x5F6368)
_HAIR = 0.5
_CODE_SIZE = 40 * mm
_STATES = {
    InvoiceState.PAID: "Счёт оплачен",
    InvoiceState.CANCELLED: "Счёт отменён",
    InvoiceState.EXPIRED: "Срок оплаты счёта истёк",
}


def render(invoice: Invoice) -> bytes:
    """Return the PDF of an invoice. Only an open invoice has the QR code."""
    register_fonts()
    out = BytesIO()
    title = f"Счёт на оплату №{NBSP}{invoice.number} от {long_date(invoice.issued_on)}"
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN - _FRAME_PADDING,
        rightMargin=_MARGIN - _FRAME_PADDING,
        topMargin=14 * mm,
        bottomMargin=16 * mm,
        title=title.replace(NBSP, " "),
        author=invoice.seller.name,
        subject=invoice.purpose,
        creator="",
        producer="",
        invariant=1,
    )

    def first_page(canvas: Canvas, _document: object) -> None:
        canvas.setCatalogEntry("Lang", "ru-RU")
        # The date of the document, not of rendering, so that the bytes stay the same.
        canvas.setDateFormatter(lambda *_: f"D:{invoice.issued_on:%Y%m%d}000000+03'00'")

    def later_page(canvas: Canvas, _document: object) -> None:
        canvas.setFont("Roboto", 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, 9 * mm, title)
        canvas.drawRightString(_MARGIN + _WIDTH, 9 * mm, f"Лист {canvas.getPageNumber()}")

    story: list[Flowable] = [
        _bank_details(invoice.seller),
        Spacer(0, 8 * mm),
        paragraph(title, size=15, bold=True),
        Spacer(0, 2.5 * mm),
        HRFlowable(width="100%", thickness=1.2, color=black, spaceAfter=3 * mm),
        _parties(invoice),
        Spacer(0, 4 * mm),
        _lines(invoice),
        Spacer(0, 3 * mm),
        _conclusion(invoice),
    ]
    document.build(story, onFirstPage=first_page, onLaterPages=later_page)
    return out.getvalue()


def _bank_details(seller: Seller) -> Table:
    """Return the bank details of the seller, laid out as in a payment order."""
    inn_kpp = f"ИНН{NBSP}{seller.inn}" + (f"   КПП{NBSP}{seller.kpp}" if seller.kpp else "")
    small = functools.partial(paragraph, size=7.5, color=_GREY)
    cells: list[list[Any]] = [
        [paragraph(seller.bank_name), "БИК", seller.bic],
        [small("Банк получателя"), f"Сч.{NBSP}№", seller.correspondent_account],
        [inn_kpp, f"Сч.{NBSP}№", seller.account],
        [paragraph(seller.name), "", ""],
        [small("Получатель"), "", ""],
    ]
    return Table(
        cells,
        colWidths=[100 * mm, 16 * mm, 64 * mm],
        style=[
            *_TEXT,
            ("BOX", (0, 0), (-1, -1), _HAIR, black),
            ("LINEAFTER", (0, 0), (1, -1), _HAIR, black),
            ("LINEBELOW", (1, 0), (1, 0), _HAIR, black),
            ("LINEBELOW", (0, 1), (-1, 1), _HAIR, black),
            ("LINEBELOW", (0, 2), (0, 2), _HAIR, black),
            ("SPAN", (1, 2), (1, 4)),
            ("SPAN", (2, 2), (2, 4)),
        ],
    )


def _parties(invoice: Invoice) -> Table:
    return Table(
        [
            ["Поставщик:", paragraph(_party(invoice.seller), bold=True)],
            ["Покупатель:", paragraph(_party(invoice.payer), bold=True)],
        ],
        colWidths=[25 * mm, _WIDTH - 25 * mm],
        style=[*_TEXT, ("LEFTPADDING", (0, 0), (0, -1), 0), ("RIGHTPADDING", (-1, 0), (-1, -1), 0)],
    )


def _party(party: Party) -> str:
    kpp = [f"КПП{NBSP}{party.kpp}"] if party.kpp else []
    text = ", ".join([party.name, f"ИНН{NBSP}{party.inn}", *kpp, party.address])
    return re.sub(r"\b(\w{1,4}\.) ", rf"\1{NBSP}", text)  # «г. Москва» and «д. 5» are not broken


def _lines(invoice: Invoice) -> LongTable:
    """Return the lines and totals as one table, with the header on every page."""
    head = ["№", "Товары (работы, услуги)", "Кол-во", "Ед.", "Цена, руб.", "Сумма, руб."]
    rows: list[list[Any]] = [
        [
            str(position),
            paragraph(line.title),
            number(line.quantity),
            paragraph(line.unit),
            money(line.price_kopecks),
            money(line.total_kopecks),
        ]
        for position, line in enumerate(invoice.lines, start=1)
    ]
    totals = [
        ("Итого:", money(invoice.total_kopecks)),
        *_vat(invoice),
        ("Всего к оплате:", money(invoice.total_kopecks)),
    ]
    last = len(rows)
    return LongTable(
        [head, *rows, *([label, "", "", "", "", amount] for label, amount in totals)],
        colWidths=[width * mm for width in (9, 83, 17, 14, 27, 30)],
        repeatRows=1,
        style=[
            *_TEXT,
            ("GRID", (0, 0), (-1, last), _HAIR, black),
            ("FONTNAME", (0, 0), (-1, 0), "Roboto-Bold"),
            ("ALIGN", (0, 0), (-1, 0), "CENTER"),
            ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
            ("ALIGN", (0, 1), (0, last), "CENTER"),
            ("ALIGN", (2, 1), (2, last), "RIGHT"),
            ("ALIGN", (4, 1), (-1, last), "RIGHT"),
            *(("SPAN", (0, row), (4, row)) for row in range(last + 1, last + len(totals) + 1)),
            ("ALIGN", (0, last + 1), (-1, -1), "RIGHT"),
            ("FONTNAME", (0, last + 1), (-1, -1), "Roboto-Bold"),
            ("RIGHTPADDING", (0, last + 1), (0, -1), 8),
            ("TOPPADDING", (0, last + 1), (-1, last + 1), 5),
            ("NOSPLIT", (0, last), (-1, -1)),
        ],
    )


def _vat(invoice: Invoice) -> list[tuple[str, str]]:
    """VAT by rate, highest first; then what is exempt from it."""
    by_rate: defaultdict[VatRate, int] = defaultdict(int)
    for line in invoice.lines:
        by_rate[line.vat_rate] += line.vat_kopecks
    taxed = [rate for rate in VatRate if rate in by_rate and rate is not VatRate.EXEMPT]
    if not taxed:
        return [("Без налога (НДС):", "—")]
    rows = [(f"В том числе НДС {rate.percent}{NBSP}%:", money(by_rate[rate])) for rate in taxed]
    if VatRate.EXEMPT in by_rate:
        exempt = (ln.total_kopecks for ln in invoice.lines if ln.vat_rate is VatRate.EXEMPT)
        rows.append(("Не облагается НДС:", money(sum(exempt))))
    return rows


def _conclusion(invoice: Invoice) -> Table:
    """The sum in words, the term, the purpose and who signs; to the right of them the QR code."""
    total = f"{money(invoice.total_kopecks)}{NBSP}руб."
    text: list[Flowable] = [
        paragraph(
            f"Всего наименований{NBSP}{number(len(invoice.lines))}, на{NBSP}сумму{NBSP}{total}"
        ),
        paragraph(sum_in_words(invoice.total_kopecks), size=10.5, bold=True),
        Spacer(0, 3 * mm),
    ]
    code: list[Flowable]
    if invoice.state is InvoiceState.OPEN:
        text += [
            paragraph(f"Оплатить до{NBSP}{long_date(invoice.pay_before)}"),
            paragraph("В назначении платежа укажите:"),
            paragraph(invoice.purpose, bold=True),
        ]
        code = [
            _Code(invoice),
            Spacer(0, 2 * mm),
            paragraph("Оплата по QR-коду", size=7.5, align=TA_CENTER, color=_GREY),
        ]
    else:
        code = [paragraph(_STATES[invoice.state], size=10.5, bold=True, align=TA_RIGHT)]
    text += [Spacer(0, 4 * mm), _signatures(invoice.seller)]
    return Table(
        [[text, code]],
        colWidths=[_WIDTH - _CODE_SIZE, _CODE_SIZE],
        style=[
            *_TEXT,
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (0, -1), 6 * mm),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ],
    )


def _signatures(seller: Seller) -> Table:
    return Table(
        [
            ["Руководитель", "", paragraph(seller.director)],
            ["Главный бухгалтер", "", paragraph(seller.chief_accountant)],
        ],
        colWidths=[34 * mm, 40 * mm, 60 * mm],
        hAlign="LEFT",
        style=[
            *_TEXT,
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("FONTNAME", (0, 0), (0, -1), "Roboto-Bold"),
            ("LINEBELOW", (1, 0), (1, -1), _HAIR, black),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("TOPPADDING", (0, 0), (-1, -1), 9),
        ],
    )


class _Code(Flowable):
    """The payment QR code in vectors; the white of the page is its quiet zone."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__()
        self._rows = qr_code(invoice).matrix
        self.width = self.height = _CODE_SIZE

    def draw(self) -> None:
        # One path for all modules and one rectangle a run: separate ones show seams on a screen.
        module = self.width / len(self._rows)
        path = self.canv.beginPath()
        for y, row in enumerate(self._rows):
            x = 0
            while x < len(row):
                end = x
                while end < len(row) and row[end]:
                    end += 1
                if end > x:
                    path.rect(
                        x * module, self.height - (y + 1) * module, (end - x) * module, module
                    )
                x = end + 1
        self.canv.drawPath(path, stroke=0, fill=1)


_TEXT: list[Any] = [
    ("FONT", (0, 0), (-1, -1), "Roboto", 9, 11.25),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
]
