"""Items of the table Billing.

The partition of a client has ``invoice#<id>``. A payment names neither the client nor the
identifier of the invoice, so ``number#<number>``, with what a payment is compared with, and
``bank-reference#<reference>``, with the payment, have partitions of their own. This also makes both
unique.

The index ``worklist`` lists all invoices by identifier and, by outcome, the payments that wait for
the accountant. The index ``due`` lists open invoices by the last day to pay.
"""

import datetime as dt
import secrets

from boto3.dynamodb.conditions import Attr

from chalicelib.core.billing.model import (
    Invoice,
    InvoiceReference,
    InvoiceState,
    OverdueInvoice,
    invoice_number,
)
from chalicelib.core.billing.payment_model import Payment, PaymentOutcome
from chalicelib.core.billing.rules import (
    INVOICE,
    BankReferenceCounted,
    InvoiceBalance,
    Settlement,
)
from chalicelib.runtime.history import Actor
from chalicelib.runtime.problem import Problem, Unavailable
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item

BILLING = Table("Billing")


class BalanceChanged(Problem):
    """The invoice has another balance than expected. ``balance`` is the balance that it has.

    Raises:
        LookupError: there is no invoice, although there is an item under its number.
    """

    def __init__(self, item: Item | None) -> None:
        super().__init__()
        if item is None:
            raise LookupError("an invoice number points at no invoice")
        self.balance = InvoiceBalance(InvoiceState(item["state"]), int(item["paid_kopecks"]))


def new_number() -> str:
    """Return a random invoice number. :func:`issue` refuses a number that is already used."""
    return invoice_number(secrets.randbelow(9 * 10**9) + 10**9)


def issue(client_id: str, invoice: Invoice, *, subject: str, queue: Queue) -> list[Write]:
    """Write a new invoice.

    ``queue`` is notified when the invoice is paid or expires. ``subject`` is the identifier of what
    the invoice sells.
    """
    seller = {"subject": subject, "queue": queue.name}
    item = (
        to_item(invoice)
        | seller
        | {
            "client_id": client_id,
            "sk": f"invoice#{invoice.invoice_id}",
            "worklist": "invoices",
            "worklist_sort": invoice.invoice_id,
            "due": "invoices",
            "due_sort": f"{invoice.pay_before.isoformat()}#{invoice.invoice_id}",
        }
    )
    reference = seller | {
        "client_id": f"number#{invoice.number}",
        "sk": "invoice",
        "payer_client_id": client_id,
        "invoice_id": invoice.invoice_id,
        "payer_inn": invoice.payer.inn,
        "total_kopecks": invoice.total_kopecks,
    }
    return [
        BILLING.put(item, new=True),
        BILLING.put(reference, new=True, otherwise=Unavailable()),
    ]


def cancel(client_id: str, invoice_id: str) -> Write:
    """Cancel an open invoice."""
    return _close(client_id, invoice_id, InvoiceState.CANCELLED, Actor.CLIENT)


def expire(client_id: str, invoice_id: str) -> Write:
    """Expire an open invoice."""
    return _close(client_id, invoice_id, InvoiceState.EXPIRED, Actor.TIME)


def _close(client_id: str, invoice_id: str, state: InvoiceState, by: Actor) -> Write:
    closed = INVOICE.transition(InvoiceState.OPEN, state, by)
    return closed.write(BILLING, client_id, f"invoice#{invoice_id}", remove=["due", "due_sort"])


def invoice(client_id: str, invoice_id: str) -> Get[Invoice]:
    """Describe an invoice of a client."""
    return BILLING.get(client_id, f"invoice#{invoice_id}", Invoice.model_validate)


def invoices(client_id: str) -> Query[Invoice]:
    """List the invoices of a client, the newest first."""
    return BILLING.list(client_id, "invoice#", Invoice.model_validate, newest_first=True)


def invoices_of_all(invoice_id: str | None = None) -> Query[Invoice]:
    """List the invoices of all clients, the newest first, or the invoice with an identifier."""
    return BILLING.index(
        "worklist", "invoices", Invoice.model_validate, at=invoice_id, newest_first=True
    )


def overdue(today: dt.date) -> Query[OverdueInvoice]:
    """List the open invoices whose last day to pay is before ``today``."""
    return BILLING.index("due", "invoices", OverdueInvoice.model_validate, up_to=today.isoformat())


def by_number(number: str) -> Get[InvoiceReference]:
    """Describe the invoice with a number."""

    def read(item: Item) -> InvoiceReference:
        return InvoiceReference.model_validate(item | {"client_id": item["payer_client_id"]})

    return BILLING.get(f"number#{number}", "invoice", read)


def payment(bank_reference: str) -> Get[Payment]:
    """Describe the payment with a bank reference."""
    return BILLING.get(f"bank-reference#{bank_reference}", "payment", Payment.model_validate)


def payments(outcome: str) -> Query[Payment]:
    """List the payments with an outcome that wait for the accountant, the oldest first."""
    return BILLING.index("worklist", f"payments#{outcome}", Payment.model_validate)


def put_payment(payment: Payment) -> Write:
    """Write a payment under its bank reference, in place of the same payment kept as unmatched.

    The write is refused with BankReferenceCounted.
    """
    item = to_item(payment) | {
        "client_id": f"bank-reference#{payment.bank_reference}",
        "sk": "payment",
    }
    if payment.outcome is not PaymentOutcome.PAID:
        item["worklist"] = f"payments#{payment.outcome.value}"
        item["worklist_sort"] = f"{payment.received_at.isoformat()}#{payment.bank_reference}"
    free = Attr("client_id").not_exists()
    if payment.outcome is not PaymentOutcome.UNMATCHED:
        free |= Attr("outcome").eq(PaymentOutcome.UNMATCHED.value)
    return BILLING.put(item, when=free, otherwise=BankReferenceCounted())


def settle(
    invoice: InvoiceReference, balance: InvoiceBalance, settlement: Settlement, at: dt.datetime
) -> Write:
    """Write the balance after a payment at the moment ``at``, provided that it was ``balance``.

    The write is refused with BalanceChanged.
    """
    sk = f"invoice#{invoice.invoice_id}"
    put = {"paid_kopecks": settlement.balance.paid_kopecks}
    same_paid = Attr("paid_kopecks").eq(balance.paid_kopecks)
    same = Attr("state").eq(balance.state.value) & same_paid
    if settlement.outcome is PaymentOutcome.LATE:
        return BILLING.check(invoice.client_id, sk, when=same, otherwise=BalanceChanged)
    if settlement.outcome is PaymentOutcome.UNDERPAID:
        return BILLING.update(invoice.client_id, sk, put=put, when=same, otherwise=BalanceChanged)
    return INVOICE.transition(balance.state, settlement.balance.state, Actor.BANK, at=at).write(
        BILLING,
        invoice.client_id,
        sk,
        put=put,
        remove=["due", "due_sort"],
        when=same_paid,
        otherwise=BalanceChanged,
    )
