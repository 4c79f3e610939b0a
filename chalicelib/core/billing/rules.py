"""The lifecycle of an invoice, and what a payment changes in it."""

import dataclasses
import datetime as dt
import hashlib

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment_model import MOST_BANK_REFERENCE, Payment, PaymentOutcome
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem


class InvoiceUnknown(NotFound):
    """There is no such invoice, or the invoice belongs to another client."""

    slug = "invoice-unknown"
    detail = "Такого счёта нет."


class InvoiceNotOpen(StateNotAllowed):
    """The invoice is already paid, cancelled or expired."""

    slug = "invoice-not-open"
    title = "Счёт уже закрыт"
    detail = "Счёт уже оплачен, отменён или его срок истёк."


INVOICE = Lifecycle(
    {InvoiceState.OPEN: {InvoiceState.PAID, InvoiceState.CANCELLED, InvoiceState.EXPIRED}},
    refusal=InvoiceNotOpen,
)


class BankReferenceCounted(Problem):
    """A payment with this bank reference is already kept."""

    slug = "bank-reference-counted"
    title = "Платёж уже учтён"
    detail = "Платёж с этим номером уже учтён."


class PaidInFuture(Problem):
    """The day on which a payment was made has not come yet."""

    status = 422
    slug = "paid-in-future"
    title = "Дата платежа в будущем"
    detail = "Платёж не может быть сделан позже сегодняшнего дня."


class StatementRefused(Problem):
    """The file is not a readable bank statement; no payment of the file was kept."""

    status = 422
    slug = "statement-unreadable"
    title = "Выписка не читается"


@dataclasses.dataclass(frozen=True)
class InvoiceBalance:
    """The state of an invoice and the kopecks paid so far."""

    state: InvoiceState
    paid_kopecks: int


@dataclasses.dataclass(frozen=True)
class Settlement:
    """The balance of an invoice after a payment, and the outcome of the payment."""

    balance: InvoiceBalance
    outcome: PaymentOutcome


def settle(balance: InvoiceBalance, total_kopecks: int, amount_kopecks: int) -> Settlement:
    """Return what a payment of ``amount_kopecks`` makes of the balance of an invoice.

    A payment of a closed invoice is late and leaves the balance as it is.
    """
    if balance.state is not InvoiceState.OPEN:
        return Settlement(balance, PaymentOutcome.LATE)
    paid = balance.paid_kopecks + amount_kopecks
    if paid < total_kopecks:
        return Settlement(InvoiceBalance(InvoiceState.OPEN, paid), PaymentOutcome.UNDERPAID)
    outcome = PaymentOutcome.PAID if paid == total_kopecks else PaymentOutcome.OVERPAID
    return Settlement(InvoiceBalance(InvoiceState.PAID, paid), outcome)


def require_not_in_future(paid_on: dt.date, today: dt.date) -> None:
    """Check that a payment was made by ``today``.

    Raises:
        PaidInFuture: the payment is of a later day.
    """
    if paid_on > today:
        raise PaidInFuture


def is_repeat(current: Payment, payment: Payment) -> bool:
    """Return whether ``payment`` is the payment kept under its bank reference, reported again.

    The number of the invoice is not compared: the accountant may have named another one.
    """
    transfer = (payment.amount_kopecks, payment.paid_on)
    return (current.amount_kopecks, current.paid_on) == transfer


def with_own_reference(payment: Payment) -> Payment:
    """Return ``payment`` under a reference that differs with its amount, day and invoice number."""
    text = f"{payment.amount_kopecks}/{payment.paid_on}/{payment.invoice_number}"
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    reference = f"{payment.bank_reference[: MOST_BANK_REFERENCE - 9]}~{mark}"
    return payment.model_copy(update={"bank_reference": reference})


def matched(unmatched: Payment, invoice_number: str, amount_kopecks: int) -> Payment:
    """Return a payment that was kept as unmatched with the invoice that the accountant names.

    Everything that the bank reported of the payment stays.

    Raises:
        BankReferenceCounted: the payment is already allocated, or its amount differs from
            ``amount_kopecks``.
    """
    is_unmatched = unmatched.outcome is PaymentOutcome.UNMATCHED
    if not is_unmatched or unmatched.amount_kopecks != amount_kopecks:
        raise BankReferenceCounted
    return unmatched.model_copy(update={"invoice_number": invoice_number, "reason": None})
