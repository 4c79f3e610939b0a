"""What the receipt feed consumes a receipt, by the meter of ``cost``,."""

import json
from typing import Any

from chalicelib.core.fiscal.consumer import BATCH
from chalicelib.core.fiscal.store import FISCAL
from tests.bench.cost import Meter, size
from tests.bench.worlds import one_world
from tests.support import cloud, steps

_TOGETHER = 5
"""Receipts of one register's day in a batch: what the goal is set for."""
_ROUNDS = 10
"""Batches one after another into the same items."""


def run() -> list[tuple[str, str]]:
    """(what, figure) for a day of ten registers, then for each of its receipts told again."""
    meter, figures = Meter(), []
    with meter.installed(), one_world() as world:
        registers = [f"000481723600{n:04}" for n in range(BATCH // _TOGETHER)]
        for register in registers:
            steps.know_register(world, register_id=register)
        meter.follow(world)
        from chalicelib.core.fiscal.consumer import follow_fiscal_documents

        batches = [_batch(registers, turn) for turn in range(_ROUNDS)]
        for told in ("new", "told again"):
            meter.used.clear()
            with world.running("follow_fiscal_documents"):
                for batch in batches:
                    if follow_fiscal_documents(batch, None)["batchItemFailures"]:
                        raise RuntimeError("the feed refused what it is measured with")
            used = meter.used["follow_fiscal_documents"]
            receipts = _ROUNDS * BATCH
            figures.append(
                (
                    f"a receipt, {told}, {_TOGETHER} an item and batch of {BATCH}",
                    f"{used.units['write'] / receipts:.3f} write, "
                    f"{used.units['read'] / receipts:.3f} read, "
                    f"{used.calls.total() / receipts:.2f} calls",
                )
            )
        sizes: dict[str, list[int]] = {"receipt": [], "turnover": []}
        for item in cloud.items(FISCAL):
            kind = "turnover" if item["sk"]["S"].startswith("turnover") else "receipt"
            sizes[kind].append(size(item))
        figures += [(f"largest {kind} item", f"{max(of)} bytes") for kind, of in sizes.items()]
    return figures


def _batch(registers: list[str], turn: int) -> dict[str, Any]:
    documents = [
        _receipt(register, turn * _TOGETHER + place + 1)
        for register in registers
        for place in range(_TOGETHER)
    ]
    records = [
        {"messageId": f"{turn}-{n}", "body": json.dumps(document, ensure_ascii=False)}
        for n, document in enumerate(documents)
    ]
    return {"Records": records}


def _receipt(register: str, number: int) -> dict[str, Any]:
    """Return a receipt of five items, about 1.7 KB of JSON, with a buyer's contact."""
    items = [
        {
            "name": f"Товар {number * 7919 + n} в упаковке",
            "itemsQuantityMeasure": 0,
            "price": 100_00 + number * n,
            "quantity": n,
            "sum": (100_00 + number * n) * n,
            "nds": 11,
            "paymentType": 4,
            "productType": 1,
        }
        for n in range(1, 6)
    ]
    total = sum(int(str(item["sum"])) for item in items)
    minutes = number * 3
    return {
        "code": 3,
        "user": steps.PROFILE["name"],
        "userInn": f"{steps.PROFILE['inn']}  ",
        "kktRegId": f"{register}    ",
        "fiscalDriveNumber": f"9960{register[-12:]}",
        "fiscalDocumentNumber": 70_000 + number,
        "fiscalDocumentFormatVer": 4,
        "fiscalSign": (number * 2_654_435_761) % 2**32,
        "shiftNumber": 412,
        "requestNumber": number,
        "dateTime": f"2026-11-24T{8 + minutes // 60:02}:{minutes % 60:02}:00",
        "operationType": 1,
        "totalSum": total,
        "cashTotalSum": total if number % 3 == 0 else 0,
        "ecashTotalSum": 0 if number % 3 == 0 else total,
        "prepaidSum": 0,
        "creditSum": 0,
        "provisionSum": 0,
        "appliedTaxationType": 1,
        "operator": "Кассир Смирнова М. А.",
        "retailPlace": "Магазин «На углу»",
        "retailPlaceAddress": steps.PROFILE["address"],
        "buyerPhoneOrAddress": f"+7916{number:07}",
        "items": items,
    }
