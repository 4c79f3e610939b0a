"""Payments reported by the bank, and the expiry of invoices."""

from chalicelib.core.billing import allocation, rules, store
from chalicelib.core.billing.model import InvoiceClosed, InvoiceState
from chalicelib.core.billing.payment_model import MatchOutcome, NewPayment, Payment, PaymentOutcome
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
def receive_payment(message: NewPayment) -> None:
    """Allocate a payment reported by the bank; keep a payment of an unknown invoice."""
    at = clock.now()
    payment = Payment(**message.model_dump(), received_at=at, outcome=PaymentOutcome.UNMATCHED)
    invoice = fetch(store.by_number(message.invoice_number))
    try:
        if invoice is None:
            allocation.keep_unmatched(payment, MatchOutcome.NOT_FOUND.value)
        else:
            allocation.allocate(payment, invoice, at)
    except BankReferenceCounted:
        current = fetch(store.payment(payment.bank_reference))
        if current and rules.is_repeat(current, payment):
            logger.info("payment repeated")
        else:
            _keep_differing(payment)


def _keep_differing(payment: Payment) -> None:
    """Keep a payment whose bank reference belongs to another payment, for the accountant."""
    differing = rules.with_own_reference(payment)
    try:
        allocation.keep_unmatched(differing, MatchOutcome.REFERENCE_USED.value)
    except BankReferenceCounted:
        logger.info("payment repeated")


@scheduled("rate(1 hour)", writes=[BILLING, OUTBOX])
def expire_invoices() -> None:
    """Expire the open invoices whose last day to pay is over, and notify their services."""
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
