"""«Купить ФН»: the catalogue, the cart and the orders of fiscal drives."""

from chalicelib.core.billing import store as billing
from chalicelib.core.billing.sale import Sold
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import every, fetch, first
from chalicelib.services.fiscal_drives import mail, rules, store
from chalicelib.services.fiscal_drives.model import (
    Cart,
    CartLine,
    CatalogueEntry,
    Drive,
    DriveModel,
    DriveOnSale,
    NewOrder,
    NextState,
    Order,
    OrderState,
    Quantity,
)
from chalicelib.services.fiscal_drives.rules import ORDER
from chalicelib.services.fiscal_drives.sale import SALE
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES

BOTH = ("client", "operator")
_MOST_DRIVES = 100


@action("GET /fiscal-drives", caller="client", reads=[FISCAL_DRIVES, ORGANISATION])
def list_drives(caller: Caller) -> Page[CatalogueEntry]:
    """List the drives on sale, each with the cash registers of the caller that the drive fits."""
    # Two reads: lists of two tables cannot be read in one call.
    drives = every(store.drives(), most=_MOST_DRIVES)
    registers = every(organisation.registers(caller.client_id), most=organisation.MOST_REGISTERS)
    return Page(items=rules.catalogue(drives, registers, clock.today()), next=None)


@action("PUT /fiscal-drives/{model}", caller="operator", idempotent=True, writes=[FISCAL_DRIVES])
def put_drive_on_sale(caller: Caller, model: DriveModel, offer: DriveOnSale) -> Drive:
    """Put a drive on sale, change its price, or add to its stock."""
    current = fetch(store.drive(model))
    in_stock = (current.in_stock if current else 0) + offer.received
    drive = Drive(model=model, in_stock=in_stock, **offer.model_dump(exclude={"received"}))
    return commit(drive, store.put_on_sale(model, offer, current))


@action("GET /fiscal-drives/cart", caller="client", reads=[FISCAL_DRIVES])
def get_cart(caller: Caller) -> Cart:
    """Return the cart of the caller, empty if nothing was put in it."""
    cart = fetch(store.cart(caller.client_id))
    return Cart(lines=cart.lines if cart else ())


@action("PUT /fiscal-drives/cart/{model}", caller="client", writes=[FISCAL_DRIVES])
def put_in_cart(caller: Caller, model: str, payload: Quantity) -> Cart:
    """Set the number of drives of a model in the cart, at the current price."""
    cart, drive = fetch(store.cart(caller.client_id), store.drive(model))
    if drive is None:
        raise rules.DriveUnknown
    line = CartLine(
        model=model,
        title=drive.title,
        quantity=payload.quantity,
        price_kopecks=drive.price_kopecks,
    )
    lines = rules.with_line(cart.lines if cart else (), line)
    return commit(Cart(lines=lines), store.put_cart(caller.client_id, lines, cart))


@action("DELETE /fiscal-drives/cart/{model}", caller="client", writes=[FISCAL_DRIVES])
def take_from_cart(caller: Caller, model: str) -> Cart:
    """Remove the drives of a model from the cart."""
    cart = fetch(store.cart(caller.client_id))
    lines = rules.without_line(cart.lines if cart else (), model)
    return commit(Cart(lines=lines), store.put_cart(caller.client_id, lines, cart))


@action(
    "POST /fiscal-drives/orders",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION],
    writes=[FISCAL_DRIVES, BILLING],
    settings=[BillingSettings],
)
def order_fiscal_drives(caller: Caller, form: NewOrder) -> Sold[Order]:
    """Order the drives in the cart: take them from the stock and issue an invoice."""
    cart, payer = fetch(store.cart(caller.client_id), organisation.profile(caller.client_id))
    payer = require_profile(payer)
    if cart is None or not cart.lines:
        raise rules.CartEmpty
    opening = SALE.begin(payer, rules.invoice_lines(cart.lines))
    invoice = opening.invoice
    order = Order(
        order_id=new_identifier(),
        client_id=caller.client_id,
        status=opening.state,
        ordered_at=opening.at,
        **form.model_dump(),
        lines=cart.lines,
        total_kopecks=invoice.total_kopecks,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        history=opening.history,
    )
    return commit(
        Sold(sold=order, invoice=invoice),
        store.put_order(order),
        store.put_cart(caller.client_id, (), cart),
        *map(store.take, cart.lines),
        *SALE.issue(caller.client_id, invoice, order.order_id),
    )


@action("GET /fiscal-drives/orders", caller=BOTH, reads=[FISCAL_DRIVES], settings=[PageSettings])
def list_orders(caller: Caller, query: PageQuery) -> Page[Order]:
    """List the orders of the caller, or of all clients for the operator, the newest first."""
    orders = store.orders_of_all() if caller.is_operator else store.orders(caller.client_id)
    return page(orders, query, caller.client_id)


@action("GET /fiscal-drives/orders/{order_id}", caller=BOTH, reads=[FISCAL_DRIVES])
def get_order(caller: Caller, order_id: str) -> Order:
    """Return an order with its history, for «Статус заказа»."""
    order = (
        first(store.orders_of_all(order_id))
        if caller.is_operator
        else fetch(store.order(caller.client_id, order_id))
    )
    if order is None:
        raise rules.OrderUnknown
    return order


@action(
    "POST /fiscal-drives/orders/{order_id}/cancellation",
    caller="client",
    writes=[FISCAL_DRIVES, BILLING],
)
def cancel_order(caller: Caller, order_id: str) -> Order:
    """Cancel an unpaid order and its invoice, and return the drives to the stock."""
    order = fetch(store.order(caller.client_id, order_id))
    if order is None:
        raise rules.OrderUnknown
    cancelled = ORDER.move(order, OrderState.CANCELLED, Actor.CLIENT)
    return commit(
        cancelled.changed,
        store.move_order(cancelled),
        billing.cancel(caller.client_id, order.invoice_id),
        *map(store.put_back, order.lines),
    )


@action(
    "POST /fiscal-drives/orders/{order_id}/status",
    caller="operator",
    writes=[FISCAL_DRIVES, OUTBOX],
)
def move_order(caller: Caller, order_id: str, payload: NextState) -> Order:
    """Move an order to its next state. The client is notified by e-mail when it is shipped."""
    order = get_order(caller, order_id)
    changes = payload.model_dump(include={"tracking_number"}, exclude_none=True)
    move = ORDER.move(order, payload.status, Actor.OPERATOR, **changes)
    return commit(
        move.changed,
        store.move_order(move),
        mail.shipped(move.changed) if payload.status is OrderState.SHIPPED else None,
    )
