"""«Счета и платежи»: invoices of clients, payments for the operator's accountant."""

import base64

from chalicelib.core.billing import counting, rules, statement_report, store
from chalicelib.core.billing.model import Invoice
from chalicelib.core.billing.payment import (
    NewPayment,
    NewStatement,
    Outcome,
    Payment,
    PaymentsQuery,
    StatementReport,
)
from chalicelib.core.billing.rules import InvoiceUnknown, StatementRefused
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
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
    """List the caller's invoices, or those of all clients for the operator, newest first."""
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
    """Return an invoice as a PDF; an open invoice has a payment QR code."""
    from chalicelib.core.billing import invoice_pdf

    invoice = get_invoice(caller, invoice_id)
    name = f"Счёт {invoice.number} от {invoice.issued_on:%d.%m.%Y}.pdf"
    return FileResponse(invoice_pdf.render(invoice), "application/pdf", name, inline=True)


@action("GET /payments", caller="operator", reads=[BILLING], settings=[PageSettings])
def list_payments(caller: Caller, query: PaymentsQuery) -> Page[Payment]:
    """List the payments with an outcome that the operator's accountant has to deal with."""
    return page(store.payments(query.outcome), query, caller.client_id)


@action(
    "POST /payments",
    caller="operator",
    idempotent=True,
    status=201,
    writes=[BILLING, OUTBOX],
)
def count_payment(caller: Caller, new: NewPayment) -> Payment:
    """Allocate a payment to an invoice.

    The payment may be a new one, or one that was kept as unmatched under the same reference.
    """
    facts, kept = fetch(store.by_number(new.invoice_number), store.payment(new.bank_reference))
    if facts is None:
        raise InvoiceUnknown
    payment = Payment(**new.model_dump(), received_at=clock.now(), outcome=Outcome.UNMATCHED)
    if kept is not None:
        payment = rules.matched(kept, payment)
    return counting.count(payment, facts, lambda counted, writes: commit(counted, *writes))


@action(
    "POST /payments/statements",
    caller="operator",
    idempotent=True,
    status=201,
    writes=[BILLING, OUTBOX],
    timeout=29,
    settings=[BillingSettings],
)
def count_statement(caller: Caller, new: NewStatement) -> StatementReport:
    """Import a bank statement and allocate its incoming payments to their invoices.

    Each payment is committed by itself. A call that was interrupted is repeated with the same file:
    payments of the first call are reported as `repeated`.
    """
    try:
        content = base64.b64decode(new.content, validate=True)
    except ValueError:  # not base64, or not even ASCII
        raise StatementRefused("Файл должен быть передан в base64.") from None
    return commit(statement_report.count(content))
