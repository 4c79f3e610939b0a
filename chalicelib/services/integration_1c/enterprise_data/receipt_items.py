"""The items of a receipt, adjusted so that they add up to the total of the receipt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.services.integration_1c.enterprise_data.numbers import (
    MILLION,
    distribute,
    millionths,
    whole,
)
from chalicelib.services.integration_1c.enterprise_data.vat import (
    EXEMPT,
    Rate,
    rate_of,
    stated_amounts,
    tax_of,
)

WITHOUT_ITEMS = "Розничная выручка без расшифровки по товарам"
_ADVANCES = (1, 2, 3)
"""Values of tag 1214 for payments before the goods are handed over."""
_REPAYMENTS = (7,)
"""Values of tag 1214 for payments after the goods were handed over."""


@dataclass(frozen=True, slots=True)
class SoldItem:
    """An item of a receipt. Amounts are in kopecks.

    ``sum`` is adjusted so that the items add up to the total of the receipt.
    """

    fields: Mapping[str, Any]
    """The item in the JSON of the tax service."""
    rate: Rate
    price: int
    quantity: int
    """Millionths."""
    sum: int
    is_advance: bool
    is_repayment: bool
    is_agents: bool
    """Whether the seller sells the item as an agent."""


def items_of(document: StoredDocument) -> list[SoldItem]:
    """Return the items of a receipt. Their sums add up to the total of the receipt.

    Registers round the total down to roubles, or are wrong by a kopeck. The difference is
    distributed among the items in proportion to their sums. For a receipt without items, such as
    a correction before ФФД 1.2, one item for each VAT rate is returned.
    """
    receipt = document.content
    listed = receipt.get("items")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    if not items:
        return list(_without_items(document))
    sums = distribute(document.total, [whole(item.get("sum")) for item in items])
    agents = bool(receipt.get("paymentAgentType"))
    return [
        SoldItem(
            fields=item,
            rate=rate_of(item, document.day),
            price=whole(item.get("price")),
            quantity=millionths(item.get("quantity")),
            sum=amount,
            is_advance=item.get("paymentType") in _ADVANCES,
            is_repayment=item.get("paymentType") in _REPAYMENTS,
            is_agents=agents or bool(item.get("paymentAgentByProductType")),
        )
        for item, amount in zip(items, sums, strict=True)
    ]


def _without_items(document: StoredDocument) -> Iterator[SoldItem]:
    sums = {
        rate: amount if rate.percent <= 0 else amount * (100 + rate.percent) // rate.percent
        for rate, amount in stated_amounts(document.content, document.day).items()
    } or {EXEMPT: document.total}
    for rate, amount in zip(sums, distribute(document.total, list(sums.values())), strict=True):
        yield SoldItem({"name": WITHOUT_ITEMS}, rate, amount, MILLION, amount, False, False, False)


def taxes_of(document: StoredDocument, items: list[SoldItem]) -> dict[Rate, int]:
    """Return the tax of a receipt by rate, in kopecks."""
    sums: dict[Rate, list[int]] = {}
    for item in items:
        sums.setdefault(item.rate, []).append(item.sum)
    stated = stated_amounts(document.content, document.day)
    return {rate: tax_of(rate, amounts, stated.get(rate)) for rate, amounts in sums.items()}
