"""The file that a landlord downloads: turnover of a period as CSV or XLSX."""

import datetime as dt

from chalicelib.runtime.file_response import FileResponse
from chalicelib.services.rent.report_sheet import lay_out
from chalicelib.services.rent.turnover_model import TenantTurnover

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def render(turnover: TenantTurnover, media_type: str, made_at: dt.datetime) -> FileResponse:
    """Return the turnover as a file.

    ``media_type`` is ``CSV`` or ``XLSX``; ``made_at`` is printed in the heading and written into
    the properties of the workbook.
    """
    sheet = lay_out(turnover, made_at)
    name = f"oborot-{turnover.tenant.inn}-{turnover.first}-{turnover.last}"
    if media_type == CSV:
        from chalicelib.services.rent import report_csv

        return FileResponse(report_csv.render(sheet), f"{CSV}; charset=utf-8", f"{name}.csv")
    from chalicelib.services.rent import report_xlsx

    return FileResponse(report_xlsx.render(sheet, made_at), XLSX, f"{name}.xlsx")
