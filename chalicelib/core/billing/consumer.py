"""Payments from the bank's side, and the end of an invoice's time."""

from chalicelib.core.billing import counting, store
from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import InvoiceClosed, NewPayment, Outcome, Payment
from chalicelib.core.billing.rules import BankReferenceCounted, InvoiceNotOpen
from chalicelib.core.billing.store import BILLING
from chalicelib.runtime import clock, outbox
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer, scheduled
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import every, fetch

PAYMENTS = Queue("Payments")
_AT_ONCE = 1_000


@consumer(PAYMENTS, writes=[BILLING, OUTBOX])
def receive_payment(new: NewPayment) -> None:
    """Count a payment that the bank tells of; one that names no invoice of ours is kept."""
    payment = Payment(**new.model_dump(), received_at=clock.now(), outcome=Outcome.UNMATCHED)
    facts = fetch(store.by_number(new.invoice_number))
    try:
        if facts is None:
            counting.keep_unmatched(payment, "not-found")
        else:
            counting.count(payment, facts)
    except BankReferenceCounted:
        logger.info("payment repeated")


@scheduled("rate(1 hour)", writes=[BILLING, OUTBOX])
def expire_invoices() -> None:
    """Let invoices expire whose last day to pay has gone, and tell their services."""
    for overdue in every(store.overdue(clock.today()), most=_AT_ONCE):
        closed = InvoiceClosed(
            client_id=overdue.client_id,
            invoice_id=overdue.invoice_id,
            subject=overdue.subject,
            state=InvoiceState.EXPIRED,
        )
        try:
            transact(
                [
                    store.expire(overdue.client_id, overdue.invoice_id),
                    outbox.message(overdue.client_id, Queue(overdue.queue), closed),
                ]
            )
        except InvoiceNotOpen:
            logger.info("paid or cancelled at the last moment", invoice_id=overdue.invoice_id)
