"""A sheet as an Excel workbook (Office Open XML): texts are texts, never formulas or links."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import xlsxwriter

from chalicelib.services.rent.report_sheet import Cell, Sheet

_WIDTHS = (26, 14, 10, 12, 18, 28)
"""Widths of the columns in characters."""


def render(sheet: Sheet, made_at: dt.datetime) -> bytes:
    """Return the file, with ``made_at`` as the time of creation."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": made_at})
        page = book.add_worksheet("Оборот")
        bold = book.add_format({"bold": True})
        formats = {
            Decimal: book.add_format({"num_format": "#,##0.00"}),
            dt.datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"}),
            dt.date: book.add_format({"num_format": "dd.mm.yyyy"}),
        }
        for column, width in enumerate(_WIDTHS):
            page.set_column(column, column, width)
        for line, (name, value) in enumerate(sheet.heading):
            page.write_string(line, 0, name, bold)
            page.write_string(line, 1, value)
        top = len(sheet.heading) + 1
        for column, title in enumerate(sheet.columns):
            page.write_string(top, column, title, bold)
        for line, row in enumerate(sheet.rows, start=top + 1):
            for column, cell in enumerate(row):
                _write(page, line, column, cell, formats.get(type(cell)))
        page.freeze_panes(top + 1, 0)
    return out.getvalue()


def _write(page: Any, line: int, column: int, cell: Cell, how: Any) -> None:
    match cell:
        case None:
            return
        case str():
            page.write_string(line, column, cell)
        case dt.date():
            page.write_datetime(line, column, cell, how)
        case _:
            page.write_number(line, column, cell, how)
