"""The payment QR code of an invoice, ГОСТ Р 56042-2014, which the apps of Russian banks read."""

from segno import QRCode, make_qr

from chalicelib.core.billing.model import Invoice

_SERVICE = "ST00012"  # the standard's name, version 1, encoding 2: UTF-8
_SEPARATOR = "|"


def encode(invoice: Invoice) -> str:
    """Return the text of the code: the five required fields in the order of the standard first.

    ``Sum`` is the amount still to pay in kopecks. Values are cut to the length of the standard.
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
    # The standard has no escape for the separator, so a slash replaces it within a value.
    pairs = (f"{key}={value.replace(_SEPARATOR, '/')}" for key, value in fields.items() if value)
    return _SEPARATOR.join((_SERVICE, *pairs))


def qr_code(invoice: Invoice) -> QRCode:
    """Return the QR code of an invoice."""
    # Banking apps expect byte mode without an ECI header; the standard requires level M.
    return make_qr(encode(invoice), error="m", boost_error=False, encoding="utf-8", eci=False)
