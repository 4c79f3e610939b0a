"""Stored receipts, and steps of «Электронные чеки»."""

from typing import Any

from chalicelib.core.fiscal.document import FiscalDocument
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import put_receipt
from tests.support import applications as by
from tests.support import cloud
from tests.support.world import World

DRIVE, NUMBER, SIGN = "9960440300412358", 708, 2401595691
PHONE, EMAIL = "+7 916 123-45-67", "pokupatel@example.ru"
PAGE = f"/r/{DRIVE}/{NUMBER}/{SIGN}"


def document(**changes: Any) -> dict[str, Any]:
    """Return a receipt in the tax service's JSON form, with its padding."""
    return {
        "code": 3,
        "fiscalDocumentFormatVer": 4,
        "operationType": 1,
        "user": 'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "РОМАШКА"',
        "userInn": "7728168971  ",
        "retailPlaceAddress": "117342, г. Москва, ул. Образцовая, д. 17",
        "retailPlace": "Магазин «На углу»",
        "kktRegId": "0004817236006552    ",
        "shiftNumber": 59,
        "requestNumber": 8,
        "dateTime": "2026-11-24T12:05:00",
        "fiscalDriveNumber": DRIVE,
        "fiscalDocumentNumber": NUMBER,
        "fiscalSign": SIGN,
        "totalSum": 128521,
        "ecashTotalSum": 128521,
        "cashTotalSum": 0,
        "appliedTaxationType": 1,
        "nds10": 11684,
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 4454}]},
        "items": [
            {
                "name": "Творог <5%> & «Ко»",
                "price": 54990,
                "quantity": 2.337,
                "sum": 128521,
                "nds": 2,
                "paymentType": 4,
                "productType": 33,
                "itemsQuantityMeasure": 11,
                "productCodeNew": {"gs1m": {"gtin": "04602547000046", "sernum": "5IADe0"}},
            }
        ],
    } | changes


def store(world: World, client_id: str = "client-1", **changes: Any) -> dict[str, Any]:
    """Store a receipt as the feed does; return the message that requests its delivery."""
    fiscal_document = FiscalDocument.model_validate(document(**changes))
    stored = StoredDocument.of(client_id, fiscal_document)
    (put,) = put_receipt(stored).request.values()
    cloud.client("dynamodb").put_item(**put)
    return {
        "client_id": client_id,
        "fiscal_drive": stored.fiscal_drive,
        "document_number": stored.number,
    }


def request_delivery(world: World, to: str = PHONE, **changes: Any) -> dict[str, Any]:
    """Store a receipt whose buyer left a contact; return the message that requests a delivery."""
    return store(world, **({"buyerPhoneOrAddress": to} | changes))


def deliver(world: World, to: str = PHONE, **changes: Any) -> None:
    """Store a receipt and deliver it."""
    request_delivery(world, to, **changes)
    world.drain()


def switch_on(world: World, *channels: str) -> None:
    """Switch these channels on, or both if none is given."""
    for channel in channels or ("sms", "email"):
        world.ok(f"PUT /e-receipts/channels/{channel}", {"enabled": True})


def approve(world: World, form: Any = None, service: str = by.BRAND) -> None:
    """Apply for a service and approve the application."""
    by.decide(world, by.in_review(world, form, service))
    world.drain()
