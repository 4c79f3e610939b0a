"""Previews: the SMS and the e-mail of an example receipt."""

import datetime as dt

from chalicelib.core.organisation.model import Profile
from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.e_receipts.application_model import AdditionalService
from chalicelib.services.e_receipts.contact import Channel
from chalicelib.services.e_receipts.model import Preview
from chalicelib.services.e_receipts.receipt import Receipt, from_document
from chalicelib.services.e_receipts.receipt_email import receipt_email
from chalicelib.services.e_receipts.sms_text import sms_text


def preview(
    service: AdditionalService,
    profile: Profile,
    at: dt.datetime,
    url: str,
    *,
    brand: str | None,
    logo: bytes | None,
) -> Preview:
    """Return the SMS (for the branded message) or the e-mail (for the logo) of an example receipt.

    ``at`` is the time of the receipt, ``url`` the base URL of receipt pages. Without a brand the
    SMS begins with the legal name.
    """
    receipt = example(profile, at)
    if service is AdditionalService.BRANDED_MESSAGE:
        message = sms_text(receipt, receipt.link(url), brand)
        return Preview(channel=Channel.SMS, text=message.text, parts=message.parts)
    email = receipt_email(receipt, receipt.link(url), logo)
    return Preview(channel=Channel.EMAIL, subject=email.subject, html=email.standing_alone)


def example(profile: Profile, at: dt.datetime) -> Receipt:
    """Return an example receipt of an organisation."""
    return from_document(
        {
            "code": 3,
            "operationType": 1,
            "user": profile.name,
            "userInn": profile.inn,
            "retailPlaceAddress": profile.address,
            "dateTime": at.astimezone(MOSCOW).isoformat(),
            "kktRegId": "0000000000012345",
            "fiscalDriveNumber": "9999000000012345",
            "fiscalDocumentNumber": 12345,
            "fiscalSign": 1234567890,
            "shiftNumber": 12,
            "requestNumber": 34,
            "totalSum": 750_00,
            "ecashTotalSum": 750_00,
            "appliedTaxationType": 1,
            "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 135_25}]},
            "items": [
                {"name": "Пример товара", "price": 250_00, "quantity": 2, "sum": 500_00}
                | {"nds": 11, "productType": 1, "paymentType": 4, "itemsQuantityMeasure": 0},
                {"name": "Пример услуги", "price": 250_00, "quantity": 1, "sum": 250_00}
                | {"nds": 11, "productType": 4, "paymentType": 4},
            ],
        }
    )
