"""Where invoices and payments are kept.

In a client's partition: ``invoice#<id>``. In partitions of their own, since a payment names neither
client nor invoice id: ``number#<number>`` with what a payment is compared with, and
``bank-reference#<reference>`` with the payment itself, so that both are unique.

Index ``worklist`` serves the operator: all invoices by id, payments that wait for a person by
outcome. Index ``due`` holds open invoices by the last day to pay.
"""

import datetime as dt
import secrets

from boto3.dynamodb.conditions import Attr

from chalicelib.core.billing.model import Invoice, InvoiceState, invoice_number
from chalicelib.core.billing.payment import Outcome, Payment
from chalicelib.core.billing.rules import INVOICE, BankReferenceCounted, Settlement
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.model import Model
from chalicelib.runtime.problem import Problem, Unavailable
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item

BILLING = Table("Billing")
_STATE_FIELDS = {"state", "paid_kopecks"}


class InvoiceFacts(Model):
    """What stands under an invoice's number: enough to count a payment with one read."""

    client_id: str
    invoice_id: str
    payer_inn: str
    total_kopecks: int
    subject: str
    queue: str


class OpenInvoice(Model):
    """An invoice whose time may have run out."""

    client_id: str
    invoice_id: str
    subject: str
    queue: str


class InvoiceMoved(Problem):
    """The invoice is not where it was thought to be; ``found`` is where it is."""

    def __init__(self, found: Item | None) -> None:
        super().__init__()
        if found is None:
            raise LookupError("an invoice number points at no invoice")
        self.state = InvoiceState(found["state"])
        self.paid_kopecks = int(found["paid_kopecks"])


def new_number() -> str:
    """Return a number that is new with near certainty; :func:`issue` makes sure of it."""
    return invoice_number(secrets.randbelow(9 * 10**9) + 10**9)


def issue(client_id: str, invoice: Invoice, *, subject: str, queue: Queue) -> list[Write]:
    """Keep a new invoice; ``queue`` will be told when it is paid or expires, for ``subject``."""
    whom = {"subject": subject, "queue": queue.name}
    kept = (
        to_item(invoice)
        | whom
        | {
            "client_id": client_id,
            "sk": f"invoice#{invoice.invoice_id}",
            "worklist": "invoices",
            "worklist_sort": invoice.invoice_id,
            "due": "invoices",
            "due_sort": f"{invoice.pay_before.isoformat()}#{invoice.invoice_id}",
        }
    )
    facts = whom | {
        "client_id": f"number#{invoice.number}",
        "sk": "invoice",
        "payer_client_id": client_id,
        "invoice_id": invoice.invoice_id,
        "payer_inn": invoice.payer.inn,
        "total_kopecks": invoice.total_kopecks,
    }
    return [
        BILLING.put(kept, new=True),
        BILLING.put(facts, new=True, otherwise=Unavailable()),
    ]


def cancel(client_id: str, invoice_id: str) -> Write:
    """Cancel an invoice while it is open."""
    return _close(client_id, invoice_id, InvoiceState.CANCELLED, Actor.CLIENT)


def expire(client_id: str, invoice_id: str) -> Write:
    """Let an open invoice expire."""
    return _close(client_id, invoice_id, InvoiceState.EXPIRED, Actor.TIME)


def _close(client_id: str, invoice_id: str, state: InvoiceState, by: Actor) -> Write:
    closed = INVOICE.transition(InvoiceState.OPEN, state, by)
    return closed.write(BILLING, client_id, f"invoice#{invoice_id}", remove=["due", "due_sort"])


def invoice(client_id: str, invoice_id: str) -> Get[Invoice]:
    """One invoice of a client."""
    return BILLING.get(client_id, f"invoice#{invoice_id}", Invoice.model_validate)


def invoices(client_id: str) -> Query[Invoice]:
    """A client's invoices, newest first."""
    return BILLING.list(client_id, "invoice#", Invoice.model_validate, newest_first=True)


def invoices_of_all(invoice_id: str | None = None) -> Query[Invoice]:
    """Everybody's invoices, newest first, or the one of that id; for the operator."""
    return BILLING.index(
        "worklist", "invoices", Invoice.model_validate, at=invoice_id, newest_first=True
    )


def overdue(today: dt.date) -> Query[OpenInvoice]:
    """Open invoices whose last day to pay is before ``today``."""
    return BILLING.index("due", "invoices", OpenInvoice.model_validate, up_to=today.isoformat())


def by_number(number: str) -> Get[InvoiceFacts]:
    """What an invoice's number stands for."""

    def read(item: Item) -> InvoiceFacts:
        return InvoiceFacts.model_validate(item | {"client_id": item["payer_client_id"]})

    return BILLING.get(f"number#{number}", "invoice", read)


def payment(bank_reference: str) -> Get[Payment]:
    """The payment under a bank reference."""
    return BILLING.get(f"bank-reference#{bank_reference}", "payment", Payment.model_validate)


def payments(outcome: str) -> Query[Payment]:
    """Payments that wait for a person, oldest first."""
    return BILLING.index("worklist", f"payments#{outcome}", Payment.model_validate)


def keep(payment: Payment) -> Write:
    """Keep a payment under its bank reference; one that was unmatched may find its invoice."""
    kept = to_item(payment) | {
        "client_id": f"bank-reference#{payment.bank_reference}",
        "sk": "payment",
    }
    if payment.outcome is not Outcome.PAID:
        kept["worklist"] = f"payments#{payment.outcome.value}"
        kept["worklist_sort"] = f"{payment.received_at.isoformat()}#{payment.bank_reference}"
    free = Attr("client_id").not_exists()
    if payment.outcome is not Outcome.UNMATCHED:
        free |= Attr("outcome").eq(Outcome.UNMATCHED.value)
    return BILLING.put(kept, when=free, otherwise=BankReferenceCounted())


def settle(facts: InvoiceFacts, seen: tuple[InvoiceState, int], result: Settlement) -> Write:
    """Move an invoice from where it was ``seen`` (state, paid kopecks) to where money leaves it."""
    state, paid_kopecks = seen
    still = Attr("state").eq(state.value) & Attr("paid_kopecks").eq(paid_kopecks)
    sk = f"invoice#{facts.invoice_id}"
    if result.outcome is Outcome.LATE:
        return BILLING.check(facts.client_id, sk, when=still, otherwise=InvoiceMoved)
    paid = result.state is InvoiceState.PAID
    return BILLING.update(
        facts.client_id,
        sk,
        put={"state": result.state.value, "paid_kopecks": result.paid_kopecks},
        append={"history": to_item(HistoryEntry.now(result.state.value, Actor.BANK))}
        if paid
        else None,
        remove=["due", "due_sort"] if paid else [],
        when=still,
        otherwise=InvoiceMoved,
    )
