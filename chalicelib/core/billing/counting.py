"""The way of a payment: to its invoice once, whatever order and however often it arrives."""

from collections.abc import Callable

from chalicelib.core.billing import rules, store
from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import InvoiceClosed, Outcome, Payment
from chalicelib.core.billing.store import InvoiceFacts, InvoiceMoved
from chalicelib.runtime import outbox
from chalicelib.runtime.commit import transact
from chalicelib.runtime.problem import Unavailable
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Write

_ATTEMPTS = 5

Perform = Callable[[Payment, list[Write]], object]
"""Writes a payment and what it causes, in one transaction."""


def alone(payment: Payment, writes: list[Write]) -> None:
    """Perform the writes as a transaction of their own."""
    transact(writes)


def count(payment: Payment, facts: InvoiceFacts, perform: Perform = alone) -> Payment:
    """Count ``payment`` towards the invoice of ``facts`` and tell its service when it is paid.

    The invoice is first taken to be open and unpaid, as nearly all are, which saves reading it;
    a refused transaction tells where it really is, and is tried again from there.

    Raises:
        BankReferenceCounted: the bank reference is kept already.
    """
    seen = (InvoiceState.OPEN, 0)
    for _ in range(_ATTEMPTS):
        result = rules.settle(seen, facts.total_kopecks, payment.amount_kopecks)
        counted = payment.model_copy(
            update={"outcome": result.outcome, "invoice_id": facts.invoice_id}
        )
        writes = [store.keep(counted), store.settle(facts, seen, result)]
        if result.state is InvoiceState.PAID and result.outcome is not Outcome.LATE:
            writes.append(_paid(facts))
        try:
            perform(counted, writes)
        except InvoiceMoved as moved:
            seen = (moved.state, moved.paid_kopecks)
        else:
            return counted
    raise Unavailable


def keep_unmatched(payment: Payment, reason: str, perform: Perform = alone) -> Payment:
    """Keep a payment whose invoice is not known, for a person.

    Raises:
        BankReferenceCounted: the bank reference is kept already.
    """
    kept = payment.model_copy(update={"outcome": Outcome.UNMATCHED, "reason": reason})
    perform(kept, [store.keep(kept)])
    return kept


def _paid(facts: InvoiceFacts) -> Write:
    closed = InvoiceClosed(
        client_id=facts.client_id,
        invoice_id=facts.invoice_id,
        subject=facts.subject,
        state=InvoiceState.PAID,
    )
    return outbox.message(facts.client_id, Queue(facts.queue), closed)
