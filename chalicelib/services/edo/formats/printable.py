"""The printable view of a document with the marks of its electronic signatures.

A УПД is shown as people read it, not in the statutory form: what it says is the same. The mark is
that of ГОСТ Р 7.0.97-2016, 5.23; it makes nothing valid, it shows what is in the signature. The
same data always give the same bytes.
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
from chalicelib.services.edo.formats.model import UpdFunction
from chalicelib.services.edo.formats.seller_title import SellerTitle
from chalicelib.services.edo.formats.sums import TitleLine
from chalicelib.services.edo.formats.title_party import TitleParty

_MARGIN: Final = 12 * mm
_FRAME_PADDING: Final = 6  # what a page template adds inside its margins, in points
_GREY: Final = HexColor(0x5F6368)
_BLUE: Final = HexColor(0x1F4E9E)
_HAIR: Final = 0.5
_MOST_IN_CELL: Final = 400
"""Characters of a line's name that a cell shows: a longer one would not fit its page."""
_MOST_LINES: Final = 1000
"""Lines that are printed: a thousand take seconds, and a file may have tens of thousands."""
_FITS: Final = 12
"""Characters that the narrowest column but the first holds."""
_NAMES: Final = {
    UpdFunction.INVOICE: "Счёт-фактура",
    UpdFunction.INVOICE_AND_TRANSFER: (
        "Универсальный передаточный документ (счёт-фактура и передаточный документ)"
    ),
    UpdFunction.TRANSFER: "Универсальный передаточный документ (передаточный документ)",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the mark of an electronic signature shows (ГОСТ Р 7.0.97-2016, 5.23)."""

    owner: str
    """Surname, given name and patronymic."""
    organisation: str
    position: str | None
    certificate_serial: str
    """Hexadecimal."""
    valid_from: dt.datetime
    valid_until: dt.datetime
    signed_at: dt.datetime
    """When the signature was taken in; aware."""


def render(
    title: SellerTitle | None, file_name: str, stamps: Sequence[Stamp], *, document_id: str
) -> bytes:
    """A PDF: the УПД as people read it, or for any other file a sheet that names it."""
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
            ("Продавец", _participant(title.seller)),
            ("Покупатель", _participant(title.buyer)),
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
        paragraph(said, lead=f'<font color="#5F6368">{name}:</font> ', size=8.5)
        for name, said in facts
        if said
    ]


def _participant(one: TitleParty) -> str:
    inn = [f"ИНН{NBSP}{one.inn}"] if one.inn else []
    kpp = [f"КПП{NBSP}{one.kpp}"] if one.kpp else []
    return ", ".join([one.name, *inn, *kpp, *([one.address] if one.address else [])])


def _lines(title: SellerTitle, width: float) -> LongTable:
    """Lines and totals as one table: its header returns on every page."""
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
    ("NOSPLIT", (0, -2), (-1, -1)),  # a total never stands alone
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
    """A short text as it is, which is many times quicker than a paragraph; a long one wraps."""
    return text if len(text) <= _FITS else paragraph(text, size=8, align=align)


def _money(kopecks: int | None) -> str:
    if kopecks is None:
        return "—"
    return money(kopecks) if kopecks >= 0 else f"−{money(-kopecks)}"


def _decimal(value: Decimal | None, decimals: int = 0) -> str:
    """At least so many decimals, no zeros after them, thousands parted."""
    if value is None:
        return "—"
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0").ljust(decimals, "0")
    return f"{int(whole):,}".replace(",", THIN) + (f",{part}" if part else "")


def _marks(stamps: Sequence[Stamp], document_id: str, width: float) -> list[Flowable]:
    """The marks two in a row, as wide as fits them."""
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
    said = functools.partial(paragraph, size=8, color=_BLUE)
    valid = f"с {_day(stamp.valid_from)} по {_day(stamp.valid_until)}"
    signed = stamp.signed_at.astimezone(MOSCOW)
    holder = ", ".join(filter(None, (stamp.position, stamp.organisation)))
    rows = [
        said("ДОКУМЕНТ ПОДПИСАН ЭЛЕКТРОННОЙ ПОДПИСЬЮ", bold=True),
        said(f"Сертификат {stamp.certificate_serial}"),
        said(f"Владелец {stamp.owner}", bold=True),
        *([said(holder)] if holder else []),
        said(f"Действителен {valid}"),
        said(f"Подписано {signed:%d.%m.%Y в %H:%M:%S} (московское время)"),
        said(f"Документ {document_id}"),
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
