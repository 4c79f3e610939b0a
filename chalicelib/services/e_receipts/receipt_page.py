"""The page on which anybody sees a receipt: one file, printable, without a script."""

from chalicelib.services.e_receipts.receipt import Receipt
from chalicelib.services.e_receipts.receipt_view import view
from chalicelib.services.e_receipts.rendering import data_uri, render


def receipt_page(receipt: Receipt, logo: bytes | None = None) -> bytes:
    """Return the page as UTF-8 HTML, with the merchant's logo (PNG, 170×68) if there is one."""
    import segno
    from markupsafe import Markup

    shown = view(receipt)
    code = segno.make_qr(shown.check_code, error="m")
    svg = code.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True)
    page = render(
        "receipt_page.html",
        receipt=shown,
        logo=data_uri(logo) if logo else None,
        # Drawn by segno out of digits alone.
        qr=Markup(svg),  # noqa: S704
    )
    return page.encode()
