"""«Счета и платежи»: invoices for clients, payments for the operator's accountant."""

from chalicelib.core.billing import allocation, rules, statement_import, store
from chalicelib.core.billing.model import Invoice
from chalicelib.core.billing.payment_model import (
    NewPayment,
    NewStatement,
    Payment,
    PaymentOutcome,
    PaymentsQuery,
    StatementReport,
)
from chalicelib.core.billing.rules import InvoiceUnknown
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
from chalicelib.core.uploads import files as uploads
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import fetch, first

BOTH = ("client", "operator")


@action("GET /invoices", caller=BOTH, reads=[BILLING], settings=[PageSettings])
def list_invoices(caller: Caller, query: PageQuery) -> Page[Invoice]:
    """List the invoices of the caller, or of all clients for the operator, the newest first."""
    invoices = store.invoices_of_all() if caller.is_operator else store.invoices(caller.client_id)
    return page(invoices, query, caller.client_id)


@action("GET /invoices/{invoice_id}", caller=BOTH, reads=[BILLING])
def get_invoice(caller: Caller, invoice_id: str) -> Invoice:
    """Return an invoice."""
    invoice = (
        first(store.invoices_of_all(invoice_id))
        if caller.is_operator
        else fetch(store.invoice(caller.client_id, invoice_id))
    )
    if invoice is None:
        raise InvoiceUnknown
    return invoice


@action("GET /invoices/{invoice_id}/pdf", caller=BOTH, produces="application/pdf", reads=[BILLING])
def get_invoice_pdf(caller: Caller, invoice_id: str) -> FileResponse:
    """Return an invoice as a PDF to print, with the payment QR code."""
    from chalicelib.core.billing import invoice_pdf

    invoice = get_invoice(caller, invoice_id)
    name = f"Счёт {invoice.number} от {invoice.issued_on:%d.%m.%Y}.pdf"
    return FileResponse(invoice_pdf.render(invoice), "application/pdf", name, inline=True)


@action("GET /payments", caller="operator", reads=[BILLING], settings=[PageSettings])
def list_payments(caller: Caller, query: PaymentsQuery) -> Page[Payment]:
    """List the payments that wait for the accountant, by outcome."""
    return page(store.payments(query.outcome), query, caller.client_id)


@action(
    "POST /payments",
    caller="operator",
    idempotent=True,
    status=201,
    writes=[BILLING, OUTBOX],
)
def allocate_payment(caller: Caller, payload: NewPayment) -> Payment:
    """Allocate a payment to its invoice, also a payment that was kept as unmatched."""
    number, at = payload.invoice_number, clock.now()
    rules.require_not_in_future(payload.paid_on, clock.business_day(at))
    invoice, current = fetch(store.by_number(number), store.payment(payload.bank_reference))
    if invoice is None:
        raise InvoiceUnknown
    payment = (
        rules.matched(current, number, payload.amount_kopecks)
        if current
        else Payment(**payload.model_dump(), received_at=at, outcome=PaymentOutcome.UNMATCHED)
    )
    payment = payment.model_copy(update={"recorded_by": caller.subject})
    return allocation.allocate(
        payment, invoice, at, lambda allocated, writes: commit(allocated, *writes)
    )


@action(
    "POST /payments/statements",
    caller="operator",
    idempotent=True,
    status=201,
    reads=[UPLOADS],
    writes=[BILLING, OUTBOX],
    timeout=29,
    memory=1024,
    settings=[BillingSettings],
)
def import_statement(caller: Caller, payload: NewStatement) -> StatementReport:
    """Allocate the incoming payments of a bank statement to invoices.

    Each payment is kept by itself. If the call is interrupted, repeat it: the payments that were
    kept before are reported as repeated.
    """
    with uploads.open_content(caller.client_id, payload) as content:
        return commit(statement_import.import_payments(content))
