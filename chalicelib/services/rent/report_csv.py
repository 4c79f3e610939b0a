"""A sheet as CSV (RFC 4180) that Excel opens in Russia: UTF-8 with its mark, semicolons, commas."""

import csv
import datetime as dt
import io
from decimal import Decimal

from chalicelib.services.rent.report_sheet import Cell, Sheet

_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV Injection)."""


def render(sheet: Sheet) -> bytes:
    """Return the file; texts are kept from being formulas by an apostrophe before them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([_plain_text(cell) for cell in line] for line in sheet.heading)
    writer.writerow([])
    writer.writerow(map(_plain_text, sheet.columns))
    writer.writerows([_plain_text(cell) for cell in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def _plain_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return "'" + cell if cell.startswith(_FORMULA) else cell
        case Decimal():
            return f"{cell:.2f}".replace(".", ",")
        case dt.datetime():
            return f"{cell:%d.%m.%Y %H:%M:%S}"
        case dt.date():
            return f"{cell:%d.%m.%Y}"
        case _:
            return str(cell)
