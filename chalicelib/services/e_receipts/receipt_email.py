"""The e-mail that delivers a receipt to its buyer."""

import dataclasses
import io
from collections.abc import Mapping

from chalicelib.services.e_receipts.receipt import Receipt
from chalicelib.services.e_receipts.receipt_view import ReceiptView, Row, view
from chalicelib.services.e_receipts.rendering import data_uri, render

QR, LOGO = "qr", "logo"
"""Content ids of the pictures."""


@dataclasses.dataclass(frozen=True)
class ReceiptEmail:
    """An e-mail with a receipt; ``pictures`` are PNG files by the content id used in the HTML."""

    subject: str
    text: str
    html: str
    pictures: Mapping[str, bytes]

    @property
    def standing_alone(self) -> str:
        """The HTML with its pictures as data URIs, to be shown outside an e-mail."""
        html = self.html
        for name, png in self.pictures.items():
            html = html.replace(f'"cid:{name}"', f'"{data_uri(png)}"')
        return html


def receipt_email(receipt: Receipt, link: str, logo: bytes | None = None) -> ReceiptEmail:
    """Return the e-mail of a receipt whose page is at ``link``, with the logo if given."""
    shown = view(receipt)
    pictures = {QR: _qr(shown.check_code)} | ({LOGO: logo} if logo else {})
    return ReceiptEmail(
        subject=f"{shown.title} на {shown.total} ₽ — {shown.organisation}",
        text=_text(shown, link),
        html=render("receipt_email.html", receipt=shown, link=link, has_logo=bool(logo)),
        pictures=pictures,
    )


def _qr(code: str) -> bytes:
    import segno

    out = io.BytesIO()
    segno.make_qr(code, error="m").save(out, kind="png", scale=5, border=2)
    return out.getvalue()


def _text(shown: ReceiptView, link: str) -> str:
    lines = [shown.organisation, f"{shown.title}. {shown.operation}", shown.moment, ""]
    for item in shown.items:
        lines += [f"{item.number}. {item.name}", f"   {item.reckoning} = {item.total}"]
        lines += [f"   {note}" for note in (*item.kinds, *item.codes)]
    lines += ["", f"ИТОГ: {shown.total} ₽"]
    lines += _rows(shown.payments) + _rows(shown.vat)
    lines += ["", *_rows(shown.seller), "", *_rows(shown.fiscal)]
    lines += ["", f"Посмотреть и распечатать чек: {link}", ""]
    return "\n".join(lines)


def _rows(rows: list[Row]) -> list[str]:
    return [f"{name}: {value}" for name, value in rows]
