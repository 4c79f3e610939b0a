"""What happens to an order when its invoice is paid or expires."""

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import InvoiceClosed
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.table import fetch
from chalicelib.services.fiscal_drives import mail, store
from chalicelib.services.fiscal_drives.model import OrderStatus
from chalicelib.services.fiscal_drives.rules import OrderUnknown, StatusNotAllowed
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES


@consumer(store.QUEUE, writes=[FISCAL_DRIVES, OUTBOX])
def follow_invoice(closed: InvoiceClosed) -> None:
    """Move the order on once: paid, with an e-mail; or expired, with the drives put back."""
    order = fetch(store.order(closed.client_id, closed.subject))
    if order is None:
        raise OrderUnknown
    if order.status is not OrderStatus.INVOICED:
        logger.info("invoice already followed", order_id=order.order_id)
        return
    if closed.state is InvoiceState.PAID:
        status, by, effects = OrderStatus.PAID, Actor.BANK, [mail.paid(order)]
    else:
        status, by = OrderStatus.EXPIRED, Actor.TIME
        effects = [store.put_back(line) for line in order.lines]
    try:
        transact([store.move(order, status, by), *effects])
    except StatusNotAllowed:
        logger.info("invoice followed at the same time", order_id=order.order_id)
