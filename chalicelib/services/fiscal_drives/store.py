"""Where drives, carts and orders are kept.

In the partition ``catalogue``, which is no client's: ``drive#<model>`` with the number in stock.
In a client's: ``cart``, which carries a version, and ``order#<id>``. Index ``worklist`` lists
everybody's orders for the operator.
"""

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime.lifecycle import Move
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item
from chalicelib.services.fiscal_drives.model import (
    Cart,
    CartLine,
    Drive,
    DriveOnSale,
    Order,
    OrderState,
)
from chalicelib.services.fiscal_drives.rules import (
    CartChanged,
    DriveUnknown,
    OutOfStock,
    PriceChanged,
)

FISCAL_DRIVES = Table("FiscalDrives")
QUEUE = Queue("FiscalDrives")
"""Where the service hears of its invoices."""

_CATALOGUE = "catalogue"


class KeptCart(Cart):
    """A cart as it is kept."""

    version: int


def drives() -> Query[Drive]:
    """The catalogue."""
    return FISCAL_DRIVES.list(_CATALOGUE, "drive#", Drive.model_validate)


def drive(model: str) -> Get[Drive]:
    """One drive of the catalogue."""
    return FISCAL_DRIVES.get(_CATALOGUE, f"drive#{model}", Drive.model_validate)


def put_on_sale(model: str, said: DriveOnSale, known: Drive | None) -> Write:
    """Keep what the operator says of a drive and add what was received to the stock."""
    kept = {"model": model, **to_item(said)}
    received = kept.pop("received")
    if known is None:
        item = {"client_id": _CATALOGUE, "sk": f"drive#{model}", "in_stock": received, **kept}
        return FISCAL_DRIVES.put(item, new=True)
    return FISCAL_DRIVES.update(_CATALOGUE, f"drive#{model}", put=kept, add={"in_stock": received})


def take(line: CartLine) -> Write:
    """Take drives from the stock, at the price that the client saw."""

    def refuse(found: Item | None) -> Problem:
        if found is None:
            return DriveUnknown()
        if found["price_kopecks"] != line.price_kopecks:
            return PriceChanged(
                model=line.model, title=line.title, price_kopecks=found["price_kopecks"]
            )
        return OutOfStock(model=line.model, title=line.title, left=found["in_stock"])

    enough = Attr("in_stock").gte(line.quantity)
    return FISCAL_DRIVES.update(
        _CATALOGUE,
        f"drive#{line.model}",
        add={"in_stock": -line.quantity},
        when=enough & Attr("price_kopecks").eq(line.price_kopecks),
        otherwise=refuse,
    )


def put_back(line: CartLine) -> Write:
    """Return drives to the stock."""
    return FISCAL_DRIVES.update(_CATALOGUE, f"drive#{line.model}", add={"in_stock": line.quantity})


def cart(client_id: str) -> Get[KeptCart]:
    """What the client is about to order."""
    return FISCAL_DRIVES.get(client_id, "cart", KeptCart.model_validate)


def put_cart(client_id: str, lines: tuple[CartLine, ...], seen: KeptCart | None) -> Write:
    """Keep a changed cart, unless another call changed it since it was ``seen``."""
    version = seen.version if seen else 0
    item = {
        "client_id": client_id,
        "sk": "cart",
        "version": version + 1,
        "lines": [to_item(line) for line in lines],
    }
    if seen is None:
        return FISCAL_DRIVES.put(item, new=True, otherwise=CartChanged())
    return FISCAL_DRIVES.put(item, when=Attr("version").eq(version), otherwise=CartChanged())


def order(client_id: str, order_id: str) -> Get[Order]:
    """One order of a client."""
    return FISCAL_DRIVES.get(client_id, f"order#{order_id}", Order.model_validate)


def orders(client_id: str) -> Query[Order]:
    """A client's orders, newest first."""
    return FISCAL_DRIVES.list(client_id, "order#", Order.model_validate, newest_first=True)


def orders_of_all(order_id: str | None = None) -> Query[Order]:
    """Everybody's orders, newest first, or the one of that id; for the operator."""
    return FISCAL_DRIVES.index(
        "worklist", "orders", Order.model_validate, at=order_id, newest_first=True
    )


def put_order(new: Order) -> Write:
    """Keep a new order."""
    item = to_item(new) | {
        "sk": f"order#{new.order_id}",
        "worklist": "orders",
        "worklist_sort": new.order_id,
    }
    return FISCAL_DRIVES.put(item, new=True)


def move_order(move: Move[OrderState, Order]) -> Write:
    """Keep a move of an order."""
    order = move.changed
    return move.write(FISCAL_DRIVES, order.client_id, f"order#{order.order_id}")
