"""A receipt as a retail report counts it: items that add up to its total exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.services.integration_1c.message.number import MILLION, millionths, shared_out, whole
from chalicelib.services.integration_1c.message.vat import EXEMPT, Rate, named, rate_of, tax_of

WITHOUT_ITEMS = "Розничная выручка без расшифровки по товарам"
_ADVANCES = (1, 2, 3)
_REPAYMENTS = (7,)
"""Tag 1214: what is paid before the goods pass, and after they did."""


@dataclass(frozen=True, slots=True)
class Sold:
    """An item of a receipt; ``sum`` has its part of what the total differs by."""

    said: Mapping[str, Any]
    rate: Rate
    price: int
    quantity: int
    """Millionths."""
    sum: int
    is_advance: bool
    is_repayment: bool
    is_agents: bool


def items_of(document: StoredDocument) -> list[Sold]:
    """Return a receipt's items, whose sums are its total.

    Tills round the total down to roubles, or are out by a kopeck: the difference is shared among
    the items by their sums. A receipt without items, such as a correction before ФФД 1.2, gets one
    a rate.
    """
    receipt = document.content
    listed = receipt.get("items")
    said = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not said:
        return list(_without_items(document))
    sums = shared_out(document.total, [whole(one.get("sum")) for one in said])
    agents = bool(receipt.get("paymentAgentType"))
    return [
        Sold(
            said=one,
            rate=rate_of(one, document.day),
            price=whole(one.get("price")),
            quantity=millionths(one.get("quantity")),
            sum=amount,
            is_advance=one.get("paymentType") in _ADVANCES,
            is_repayment=one.get("paymentType") in _REPAYMENTS,
            is_agents=agents or bool(one.get("paymentAgentByProductType")),
        )
        for one, amount in zip(said, sums, strict=True)
    ]


def _without_items(document: StoredDocument) -> Iterator[Sold]:
    found = {
        rate: amount if rate.percent <= 0 else amount * (100 + rate.percent) // rate.percent
        for rate, amount in named(document.content, document.day).items()
    } or {EXEMPT: document.total}
    for rate, amount in zip(found, shared_out(document.total, list(found.values())), strict=True):
        yield Sold({"name": WITHOUT_ITEMS}, rate, amount, MILLION, amount, False, False, False)


def taxes_of(document: StoredDocument, items: list[Sold]) -> dict[Rate, int]:
    """Return the receipt's tax by rate."""
    sums: dict[Rate, list[int]] = {}
    for one in items:
        sums.setdefault(one.rate, []).append(one.sum)
    said = named(document.content, document.day)
    return {rate: tax_of(rate, of, said.get(rate)) for rate, of in sums.items()}
