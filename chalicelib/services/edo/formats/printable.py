"""The printable view of a document with the marks of its electronic signatures.

A УПД is printed with the same content as the statutory form, but in a more readable layout. The
mark of a signature follows ГОСТ Р 7.0.97-2016, 5.23; it shows the data of the signature and has no
legal effect. Equal data give equal bytes.
"""

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, Table

from chalicelib.core.russian import NBSP, THIN, long_date, money
from chalicelib.core.typeset import Align, paragraph, register_fonts
from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.edo.formats.codes import UpdFunction
from chalicelib.services.edo.formats.seller_title import SellerTitle
from chalicelib.services.edo.formats.sums import TitleLine
from chalicelib.services.edo.formats.title_party import TitleParty

_MARGIN: Final = 12 * mm
_FRAME_PADDING: Final = 6  # points that a page template adds inside its margins
_GREY: Final = HexColor(0x5F6368)
_BLUE: Final = HexColor(0x1F4E9E)
_HAIR: Final = 0.5
_MOST_IN_CELL: Final = 400
"""Characters of a line's name that are printed: a longer name might not fit a page."""
_MOST_LINES: Final = 1000
"""Lines that are printed: a thousand lines take seconds, and a file may have tens of thousands."""
_FITS: Final = 12
"""Characters that fit the narrowest column, the first excepted."""
_NAMES: Final = {
    UpdFunction.INVOICE: "Счёт-фактура",
    UpdFunction.INVOICE_AND_TRANSFER: (
        "Универсальный передаточный документ (счёт-фактура и передаточный документ)"
    ),
    UpdFunction.TRANSFER: "Универсальный передаточный документ (передаточный документ)",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """The mark of an electronic signature (ГОСТ Р 7.0.97-2016, 5.23)."""

    owner: str
    """Surname, given name and patronymic."""
    organisation: str
    position: str | None
    certificate_serial: str
    """Hexadecimal."""
    valid_from: dt.datetime
    valid_until: dt.datetime
    signed_at: dt.datetime
    """Moment at which the signature was accepted; aware."""


def render(
    title: SellerTitle | None, file_name: str, stamps: Sequence[Stamp], *, document_id: str
) -> bytes:
    """Return a PDF: the content of a УПД, or a cover sheet for any other file; then the marks."""
    register_fonts()
    out = BytesIO()
    page = landscape(A4) if title else A4
    width = page[0] - 2 * _MARGIN
    document = SimpleDocTemplate(
        out,
        pagesize=page,
        leftMargin=_MARGIN - _FRAME_PADDING,
        rightMargin=_MARGIN - _FRAME_PADDING,
        topMargin=_MARGIN,
        bottomMargin=16 * mm,
        title=f"{_NAMES[title.function]} № {title.number}" if title else file_name,
        author="",
        subject=document_id,
        creator="",
        producer="",
        invariant=1,
    )

    def each_page(canvas: Canvas, _document: object) -> None:
        canvas.setCatalogEntry("Lang", "ru-RU")
        canvas.setFont("Roboto", 7)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, 8 * mm, f"Идентификатор документа {document_id}")
        canvas.drawRightString(_MARGIN + width, 8 * mm, f"Лист {canvas.getPageNumber()}")

    story = _upd(title, width) if title else _cover(file_name)
    story += [Spacer(0, 6 * mm), *_marks(stamps, document_id, width)]
    document.build(story, onFirstPage=each_page, onLaterPages=each_page)
    return out.getvalue()


def _cover(file_name: str) -> list[Flowable]:
    return [
        paragraph("Электронный документ", size=15, bold=True),
        Spacer(0, 4 * mm),
        paragraph(f"Файл: {file_name}", size=10.5),
        Spacer(0, 2 * mm),
        paragraph(
            "Документ передан через оператора электронного документооборота. Его содержание — "
            "в приложенном файле, подписи проверяются по нему же.",
            color=_GREY,
        ),
    ]


def _upd(title: SellerTitle, width: float) -> list[Flowable]:
    heading = f"{_NAMES[title.function]} №{NBSP}{title.number} от {long_date(title.date)}"
    return [
        paragraph(heading, size=13, bold=True),
        Spacer(0, 3 * mm),
        *_facts(
            ("Продавец", _party(title.seller)),
            ("Покупатель", _party(title.buyer)),
            ("Валюта", "российский рубль, 643" if title.currency == "643" else title.currency),
        ),
        Spacer(0, 3 * mm),
        *([_lines(title, width), Spacer(0, 3 * mm)] if title.lines else []),
        *_facts(("Напечатаны строки", _printed(len(title.lines)))),
        *_facts(
            ("Операция", title.operation),
            ("Дата передачи", long_date(title.transferred_on) if title.transferred_on else None),
            ("Основание", "; ".join(title.basis) or None),
            ("Составлен по полномочию", title.made_under),
            ("Подписывает со стороны продавца", "; ".join(title.signers)),
            ("Файл", f"{title.file_id}.xml"),
        ),
    ]


def _facts(*facts: tuple[str, str | None]) -> list[Flowable]:
    return [
        paragraph(value, lead=f'<font color="#5F6368">{name}:</font> ', size=8.5)
        for name, value in facts
        if value
    ]


def _party(party: TitleParty) -> str:
    inn = f"ИНН{NBSP}{party.inn}" if party.inn else None
    kpp = f"КПП{NBSP}{party.kpp}" if party.kpp else None
    return ", ".join([party.name, *filter(None, (inn, kpp, party.address))])


def _lines(title: SellerTitle, width: float) -> LongTable:
    """Return lines and total as one table whose header repeats on every page."""
    head = (
        *("№", "Наименование товара (работ, услуг), имущественного права", "Ед. изм."),
        *("Кол-во", "Цена без НДС", "Стоимость без НДС", "Ставка НДС", "Сумма НДС"),
        "Стоимость с НДС",
    )
    total = title.total
    rows: list[list[Any]] = [[paragraph(name, size=7.5, bold=True) for name in head]]
    rows += map(_row, title.lines[:_MOST_LINES])
    if total:
        sums = (total.net_kopecks, total.vat_kopecks, total.total_kopecks)
        net, vat, due = map(_money, sums)
        rows.append(["Всего к оплате", *[""] * 4, net, "", vat, due])
    shares = (9, 78, 19, 24, 29, 31, 21, 28, 34)
    return LongTable(
        rows,
        colWidths=[width * share / sum(shares) for share in shares],
        repeatRows=1,
        style=[
            ("GRID", (0, 0), (-1, -1), _HAIR, black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("FONT", (0, 0), (-1, -1), "Roboto", 8, 10),
            ("ALIGN", (3, 1), (5, -1), "RIGHT"),
            ("ALIGN", (7, 1), (8, -1), "RIGHT"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            *(_TOTAL_STYLE if total else ()),
        ],
    )


_TOTAL_STYLE: Final = (
    ("SPAN", (0, -1), (4, -1)),
    ("FONTNAME", (0, -1), (-1, -1), "Roboto-Bold"),
    ("NOSPLIT", (0, -2), (-1, -1)),  # keeps the total on the page of the last line
)


def _printed(lines: int) -> str | None:
    return f"первые {_MOST_LINES} из {lines}, остальные — в файле" if lines > _MOST_LINES else None


def _row(line: TitleLine) -> list[Any]:
    name = line.name
    if len(name) > _MOST_IN_CELL:
        name = f"{name[:_MOST_IN_CELL]}…"
    return [
        str(line.number),
        paragraph(name, size=8),
        _cell(line.unit or "—"),
        _cell(_decimal(line.quantity), align=TA_RIGHT),
        _cell(_decimal(line.price, decimals=2), align=TA_RIGHT),
        _cell(_money(line.net_kopecks), align=TA_RIGHT),
        _cell(line.vat_rate),
        _cell(_money(line.vat_kopecks), align=TA_RIGHT),
        _cell(_money(line.total_kopecks), align=TA_RIGHT),
    ]


def _cell(text: str, align: Align = TA_LEFT) -> str | Paragraph:
    """Return a short text unchanged and a long text as a paragraph, which wraps but is slow."""
    return text if len(text) <= _FITS else paragraph(text, size=8, align=align)


def _money(kopecks: int | None) -> str:
    if kopecks is None:
        return "—"
    return money(kopecks) if kopecks >= 0 else f"−{money(-kopecks)}"


def _decimal(value: Decimal | None, decimals: int = 0) -> str:
    """Return a number with at least ``decimals`` decimals, without further zeros, in thousands."""
    if value is None:
        return "—"
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0").ljust(decimals, "0")
    return f"{int(whole):,}".replace(",", THIN) + (f",{part}" if part else "")


def _marks(stamps: Sequence[Stamp], document_id: str, width: float) -> list[Flowable]:
    """Return the marks in two columns."""
    if not stamps:
        return [paragraph("Документ не подписан.", color=_GREY)]
    column = width / 2
    cells: list[Any] = [_mark(stamp, document_id, column - 4 * mm) for stamp in stamps]
    cells += [""] * (len(cells) % 2)
    return [
        Table(
            [cells[at : at + 2]],
            colWidths=[column, column],
            style=[
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4 * mm),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3 * mm),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ],
        )
        for at in range(0, len(cells), 2)
    ]


def _mark(stamp: Stamp, document_id: str, width: float) -> Table:
    line = functools.partial(paragraph, size=8, color=_BLUE)
    valid = f"с {_day(stamp.valid_from)} по {_day(stamp.valid_until)}"
    signed = stamp.signed_at.astimezone(MOSCOW)
    holder = ", ".join(filter(None, (stamp.position, stamp.organisation)))
    rows = [
        line("ДОКУМЕНТ ПОДПИСАН ЭЛЕКТРОННОЙ ПОДПИСЬЮ", bold=True),
        line(f"Сертификат {stamp.certificate_serial}"),
        line(f"Владелец {stamp.owner}", bold=True),
        *([line(holder)] if holder else []),
        line(f"Действителен {valid}"),
        line(f"Подписано {signed:%d.%m.%Y в %H:%M:%S} (московское время)"),
        line(f"Документ {document_id}"),
    ]
    return Table(
        [[rows]],
        colWidths=[width],
        style=[
            ("BOX", (0, 0), (-1, -1), 1, _BLUE),
            ("ROUNDEDCORNERS", [4, 4, 4, 4]),
            ("LEFTPADDING", (0, 0), (-1, -1), 8),
            ("RIGHTPADDING", (0, 0), (-1, -1), 8),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
        ],
    )


def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(MOSCOW):%d.%m.%Y}"
