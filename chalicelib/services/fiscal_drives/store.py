"""Items of the table FiscalDrives.

The partition ``catalogue``, which belongs to no client, has ``drive#<model>`` with the number in
stock. The partition of a client has ``cart``, which carries a version, and ``order#<id>``. The
index ``worklist`` lists the orders of all clients for the operator.
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
"""Notifies the service of paid and expired invoices."""

_CATALOGUE = "catalogue"


class KeptCart(Cart):
    """A cart with the version that its next write expects."""

    version: int


def drives() -> Query[Drive]:
    """List the drives of the catalogue."""
    return FISCAL_DRIVES.list(_CATALOGUE, "drive#", Drive.model_validate)


def drive(model: str) -> Get[Drive]:
    """Describe a drive of the catalogue."""
    return FISCAL_DRIVES.get(_CATALOGUE, f"drive#{model}", Drive.model_validate)


def put_on_sale(model: str, offer: DriveOnSale, current: Drive | None) -> Write:
    """Put a drive on sale, or change ``current``, and add the pieces received to the stock."""
    attributes = {"model": model, **to_item(offer)}
    received = attributes.pop("received")
    sk = f"drive#{model}"
    if current is None:
        item = {"client_id": _CATALOGUE, "sk": sk, "in_stock": received, **attributes}
        return FISCAL_DRIVES.put(item, new=True)
    return FISCAL_DRIVES.update(_CATALOGUE, sk, put=attributes, add={"in_stock": received})


def take(line: CartLine) -> Write:
    """Take the drives of a cart line from the stock, at the price of the line.

    The write is refused with DriveUnknown, PriceChanged or OutOfStock.
    """

    def refuse(item: Item | None) -> Problem:
        if item is None:
            return DriveUnknown()
        if item["price_kopecks"] != line.price_kopecks:
            return PriceChanged(
                model=line.model, title=line.title, price_kopecks=item["price_kopecks"]
            )
        return OutOfStock(model=line.model, title=line.title, left=item["in_stock"])

    enough = Attr("in_stock").gte(line.quantity)
    return FISCAL_DRIVES.update(
        _CATALOGUE,
        f"drive#{line.model}",
        add={"in_stock": -line.quantity},
        when=enough & Attr("price_kopecks").eq(line.price_kopecks),
        otherwise=refuse,
    )


def put_back(line: CartLine) -> Write:
    """Return the drives of a cart line to the stock."""
    return FISCAL_DRIVES.update(_CATALOGUE, f"drive#{line.model}", add={"in_stock": line.quantity})


def cart(client_id: str) -> Get[KeptCart]:
    """Describe the cart of a client."""
    return FISCAL_DRIVES.get(client_id, "cart", KeptCart.model_validate)


def put_cart(client_id: str, lines: tuple[CartLine, ...], current: KeptCart | None) -> Write:
    """Write ``lines`` as the cart, unless another request has changed the cart ``current``."""
    version = current.version if current else 0
    item = {
        "client_id": client_id,
        "sk": "cart",
        "version": version + 1,
        "lines": [to_item(line) for line in lines],
    }
    if current is None:
        return FISCAL_DRIVES.put(item, new=True, otherwise=CartChanged())
    return FISCAL_DRIVES.put(item, when=Attr("version").eq(version), otherwise=CartChanged())


def order(client_id: str, order_id: str) -> Get[Order]:
    """Describe an order of a client."""
    return FISCAL_DRIVES.get(client_id, f"order#{order_id}", Order.model_validate)


def orders(client_id: str) -> Query[Order]:
    """List the orders of a client, the newest first."""
    return FISCAL_DRIVES.list(client_id, "order#", Order.model_validate, newest_first=True)


def orders_of_all(order_id: str | None = None) -> Query[Order]:
    """List the orders of all clients, the newest first, or the order with that identifier."""
    return FISCAL_DRIVES.index(
        "worklist", "orders", Order.model_validate, at=order_id, newest_first=True
    )


def put_order(new: Order) -> Write:
    """Write a new order."""
    item = to_item(new) | {
        "sk": f"order#{new.order_id}",
        "worklist": "orders",
        "worklist_sort": new.order_id,
    }
    return FISCAL_DRIVES.put(item, new=True)


def move_order(move: Move[OrderState, Order]) -> Write:
    """Write the move of an order to another state."""
    order = move.changed
    return move.write(FISCAL_DRIVES, order.client_id, f"order#{order.order_id}")
