"""Allocates payments to invoices, whatever the order in which payments arrive and repeat."""

import datetime as dt
from collections.abc import Callable

from chalicelib.core.billing import rules, store
from chalicelib.core.billing.model import InvoiceClosed, InvoiceReference, InvoiceState
from chalicelib.core.billing.payment_model import Payment, PaymentOutcome
from chalicelib.core.billing.rules import InvoiceBalance
from chalicelib.core.billing.store import BalanceChanged
from chalicelib.runtime import outbox
from chalicelib.runtime.commit import transact
from chalicelib.runtime.problem import Unavailable
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Write

_ATTEMPTS = 5

Perform = Callable[[Payment, list[Write]], object]
"""Performs the writes of a payment in one transaction."""


def perform_alone(payment: Payment, writes: list[Write]) -> None:
    """Perform the writes as a transaction of their own."""
    transact(writes)


def allocate(
    payment: Payment, invoice: InvoiceReference, at: dt.datetime, perform: Perform = perform_alone
) -> Payment:
    """Allocate ``payment`` to ``invoice`` at the moment ``at``; return the payment as it is kept.

    The service that issued the invoice is notified when the invoice is paid in full.

    Raises:
        BankReferenceCounted: a payment with this bank reference is already allocated.
        Unavailable: other payments kept changing the balance of the invoice.
    """
    # Nearly every invoice is open and unpaid, so its balance is assumed, not read. A refused
    # transaction returns the real balance.
    balance = InvoiceBalance(InvoiceState.OPEN, 0)
    for _ in range(_ATTEMPTS):
        settlement = rules.settle(balance, invoice.total_kopecks, payment.amount_kopecks)
        outcome = settlement.outcome
        allocated = payment.model_copy(
            update={"outcome": outcome, "invoice_id": invoice.invoice_id}
        )
        writes = [store.put_payment(allocated), store.settle(invoice, balance, settlement, at)]
        if outcome in {PaymentOutcome.PAID, PaymentOutcome.OVERPAID}:
            writes.append(_notify_paid(invoice))
        try:
            perform(allocated, writes)
        except BalanceChanged as changed:
            balance = changed.balance
        else:
            return allocated
    raise Unavailable


def keep_unmatched(payment: Payment, reason: str) -> Payment:
    """Keep a payment whose invoice is not known, for the operator to look into.

    Raises:
        BankReferenceCounted: a payment with this bank reference is already kept.
    """
    unmatched = payment.model_copy(update={"outcome": PaymentOutcome.UNMATCHED, "reason": reason})
    transact([store.put_payment(unmatched)])
    return unmatched


def _notify_paid(invoice: InvoiceReference) -> Write:
    closed = InvoiceClosed(
        client_id=invoice.client_id,
        invoice_id=invoice.invoice_id,
        subject=invoice.subject,
        state=InvoiceState.PAID,
    )
    return outbox.message(invoice.client_id, Queue(invoice.queue), closed)
