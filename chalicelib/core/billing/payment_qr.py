"""The payment code of an invoice: ГОСТ Р 56042-2014, read by the apps of all Russian banks."""

from segno import QRCode, make_qr

from chalicelib.core.billing.model import Invoice

_SERVICE = "ST00012"  # the standard's name, version 1, encoding 2: UTF-8
_SEPARATOR = "|"


def encode(invoice: Invoice) -> str:
    """The text of the code: five required fields in the standard's order, then ours.

    ``Sum`` is in kopecks: what is still due. Values longer than the standard admits are cut.
    """
    seller = invoice.seller
    fields = {
        "Name": seller.name[:160],
        "PersonalAcc": seller.account,
        "BankName": seller.bank_name[:45],
        "BIC": seller.bic,
        "CorrespAcc": seller.correspondent_account,
        "Sum": str(invoice.due_kopecks),
        "Purpose": invoice.purpose[:210],
        "PayeeINN": seller.inn,
        "KPP": seller.kpp or "",
    }
    # The separator has no escape in the standard, so inside a value it becomes a slash.
    pairs = (f"{key}={value.replace(_SEPARATOR, '/')}" for key, value in fields.items() if value)
    return _SEPARATOR.join((_SERVICE, *pairs))


def qr_code(invoice: Invoice) -> QRCode:
    """The code itself: ``.matrix`` for drawing, ``.svg_inline()`` for a page."""
    # Byte mode without an ECI header, which banking apps do not expect; level M by the standard.
    return make_qr(encode(invoice), error="m", boost_error=False, encoding="utf-8", eci=False)
