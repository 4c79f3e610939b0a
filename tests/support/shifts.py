"""Receipts of shifts, as the feed keeps them."""

from collections.abc import Iterator
from typing import Any

from chalicelib.core.fiscal.document import FiscalDocument
from chalicelib.core.fiscal.model import StoredDocument

REGISTER, DRIVE, INN = "0004817236006552", "9960440300412358", "7728168971"


def item(**changes: Any) -> dict[str, Any]:
    """Return an item of a receipt: one piece at 100 roubles with 22 % of VAT."""
    return {
        "name": "Морс ягодный 0,2",
        "price": 100_00,
        "quantity": 1,
        "sum": 100_00,
        "nds": 11,
        "paymentType": 4,
        "productType": 1,
        "itemsQuantityMeasure": 0,
    } | changes


def receipt(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a receipt in the tax service's JSON: its total is its items', in cash."""
    items = changes.get("items", [item()])
    total = changes["totalSum"] if "totalSum" in changes else sum(line["sum"] for line in items)
    return {
        "code": 3,
        "operationType": 1,
        "user": 'ООО "Ромашка"',
        "userInn": INN + "  ",
        "retailPlace": "Магазин «На углу»",
        "retailPlaceAddress": "г. Москва, ул. Образцовая, д. 17",
        "kktRegId": REGISTER + "    ",
        "fiscalDriveNumber": DRIVE,
        "fiscalDocumentNumber": number,
        "fiscalSign": 1_000_000 + number,
        "shiftNumber": 59,
        "dateTime": "2026-11-24T12:05:00",
        "totalSum": total,
        "cashTotalSum": total,
        "ecashTotalSum": 0,
        "appliedTaxationType": 1,
        "items": items,
    } | changes


def stored(number: int = 1, **changes: Any) -> StoredDocument:
    """Return a receipt as it is kept."""
    return StoredDocument.of("client-1", FiscalDocument.model_validate(receipt(number, **changes)))


def closing(number: int, **changes: Any) -> StoredDocument:
    """Return the closing of the shift."""
    bare = {"code": 5, "items": None, "totalSum": 0, "operationType": None}
    return stored(number, **(bare | {"dateTime": "2026-11-24T23:10:00"} | changes))


def month(registers: int, days: int, receipts: int, items: int = 5) -> Iterator[StoredDocument]:
    """Yield what registers ring up: ``receipts`` a day, of ``items`` out of two hundred goods."""
    for register in range(registers):
        number = 0
        for day in range(days):
            for place in range(receipts):
                number += 1
                goods = [(number * 7 + n * 31 + register) % 200 for n in range(items)]
                yield stored(
                    number,
                    kktRegId=f"{register:016}",
                    fiscalDriveNumber=f"{register:016}",
                    shiftNumber=day + 1,
                    dateTime=f"2026-{10 + day // 28:02}-{day % 28 + 1:02}T{8 + place % 14:02}:00:00",
                    operationType=2 if place % 50 == 49 else 1,
                    items=[
                        item(
                            name=f"Товар {product} в упаковке",
                            price=50_00 + product,
                            quantity=1 + product % 3,
                            sum=(50_00 + product) * (1 + product % 3),
                            nds=2 if product % 4 else 11,
                        )
                        for product in goods
                    ],
                )
