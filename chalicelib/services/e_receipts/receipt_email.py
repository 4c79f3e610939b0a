"""The e-mail that brings a buyer a receipt."""

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
    """An e-mail; its HTML shows ``pictures``, PNG, by their content ids."""

    subject: str
    text: str
    html: str
    pictures: Mapping[str, bytes]

    @property
    def standing_alone(self) -> str:
        """The HTML with its pictures inside, for who sees it outside a mail."""
        html = self.html
        for name, png in self.pictures.items():
            html = html.replace(f'"cid:{name}"', f'"{data_uri(png)}"')
        return html


def receipt_email(receipt: Receipt, link: str, logo: bytes | None = None) -> ReceiptEmail:
    """Return the e-mail of a receipt to be seen at ``link``, with the logo if there is one."""
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
    return [f"{name}: {said}" for name, said in rows]
