"""The public page of a receipt: a printable HTML file without scripts."""

from chalicelib.services.e_receipts.receipt import Receipt
from chalicelib.services.e_receipts.receipt_view import view
from chalicelib.services.e_receipts.rendering import data_uri, render


def receipt_page(receipt: Receipt, logo: bytes | None = None) -> bytes:
    """Return the page of a receipt as UTF-8 HTML, with the seller's logo if given.

    The logo is a PNG of 170×68 pixels.
    """
    import segno
    from markupsafe import Markup

    shown = view(receipt)
    code = segno.make_qr(shown.check_code, error="m")
    svg = code.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True)
    page = render(
        "receipt_page.html",
        receipt=shown,
        logo=data_uri(logo) if logo else None,
        # segno generates the SVG; it contains no text of the receipt.
        qr=Markup(svg),  # noqa: S704
    )
    return page.encode()
