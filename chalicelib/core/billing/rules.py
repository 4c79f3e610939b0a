"""How money settles an invoice, and what cannot be done with one."""

import dataclasses

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import Outcome, Payment
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem


class InvoiceUnknown(NotFound):
    """No such invoice, or not the caller's."""

    slug = "invoice-unknown"
    detail = "Такого счёта нет."


class InvoiceNotOpen(StateNotAllowed):
    """The invoice is paid, cancelled or expired."""

    slug = "invoice-not-open"
    title = "Счёт уже закрыт"
    detail = "Счёт уже оплачен, отменён или его срок истёк."


INVOICE = Lifecycle(
    {InvoiceState.OPEN: {InvoiceState.PAID, InvoiceState.CANCELLED, InvoiceState.EXPIRED}},
    refusal=InvoiceNotOpen,
)


class BankReferenceCounted(Problem):
    """A payment with this bank reference is kept already."""

    slug = "bank-reference-counted"
    title = "Платёж уже учтён"
    detail = "Платёж с этим номером уже учтён."


class StatementRefused(Problem):
    """The file is not a bank statement that can be read; nothing of it was counted."""

    status = 422
    slug = "statement-unreadable"
    title = "Выписка не читается"


@dataclasses.dataclass(frozen=True)
class Settlement:
    """Where a payment leaves its invoice."""

    state: InvoiceState
    paid_kopecks: int
    outcome: Outcome


def settle(stands: tuple[InvoiceState, int], total_kopecks: int, amount_kopecks: int) -> Settlement:
    """Count ``amount_kopecks`` towards an invoice that ``stands`` at a state and kopecks paid.

    A closed invoice takes no money: the payment is kept as late and the invoice left as it is.
    """
    state, paid_kopecks = stands
    if state is not InvoiceState.OPEN:
        return Settlement(state, paid_kopecks, Outcome.LATE)
    paid = paid_kopecks + amount_kopecks
    if paid < total_kopecks:
        return Settlement(InvoiceState.OPEN, paid, Outcome.UNDERPAID)
    outcome = Outcome.PAID if paid == total_kopecks else Outcome.OVERPAID
    return Settlement(InvoiceState.PAID, paid, outcome)


def matched(kept: Payment, said: Payment) -> Payment:
    """Return a payment kept as unmatched with the invoice that a person ``said`` it is for.

    What the bank told of it stays, the sum above all.

    Raises:
        BankReferenceCounted: the payment is counted already, or another sum was said.
    """
    if kept.outcome is not Outcome.UNMATCHED or kept.amount_kopecks != said.amount_kopecks:
        raise BankReferenceCounted
    return kept.model_copy(update={"invoice_number": said.invoice_number, "reason": None})
