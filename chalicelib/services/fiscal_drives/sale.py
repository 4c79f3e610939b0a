"""The sale of fiscal drives by invoice."""

from chalicelib.core.billing.sale import Sale
from chalicelib.runtime.history import Actor
from chalicelib.runtime.table import Write
from chalicelib.services.fiscal_drives import mail, store
from chalicelib.services.fiscal_drives.model import Order, OrderState
from chalicelib.services.fiscal_drives.rules import ORDER, OrderUnknown


def _paid(order: Order) -> list[Write]:
    paid = ORDER.move(order, OrderState.PAID, Actor.BANK)
    return [store.move_order(paid), mail.paid(order)]


def _expired(order: Order) -> list[Write]:
    expired = ORDER.move(order, OrderState.EXPIRED, Actor.TIME)
    return [store.move_order(expired), *map(store.put_back, order.lines)]


SALE = Sale(
    queue=store.QUEUE,
    first=OrderState.INVOICED,
    lifecycle=ORDER,
    get=store.order,
    unknown=OrderUnknown,
    paid=_paid,
    expired=_expired,
)
