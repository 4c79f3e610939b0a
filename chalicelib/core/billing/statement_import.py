"""Imports the incoming payments of a bank statement."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

from pydantic import ValidationError

from chalicelib.core.billing import allocation, invoice_matching, statement, store
from chalicelib.core.billing.model import InvoiceReference
from chalicelib.core.billing.payment_model import Payment, PaymentOutcome, StatementReport
from chalicelib.core.billing.rules import BankReferenceCounted, StatementRefused
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.statement import StatementDocument
from chalicelib.core.billing.statement_text import StatementUnreadable
from chalicelib.runtime import clock
from chalicelib.runtime.table import fetch, fetch_all

MOST_PAYMENTS = 300
"""Incoming payments of one file: they are imported within the 29 seconds of the gateway, and their
report fits the idempotency record, an item of 400 KB."""
_MOST_NAME, _MOST_PURPOSE = 160, 210
"""Characters of a payer's name and of a purpose in a payment order (Bank of Russia, № 762-П), each
of at most two bytes in UTF-8."""
_BATCH = 100


def import_payments(content: BinaryIO) -> StatementReport:
    """Import every incoming payment of a 1CClientBankExchange file, each bank reference once.

    Each payment is a transaction of its own, since a statement does not fit one transaction.

    Raises:
        StatementRefused: no payment was imported; the detail names what is wrong with the file.
    """
    at = clock.now()
    documents = _incoming(content)
    payments = [_payment(document, at) for document in documents]
    invoices = _fetch_invoices(
        number
        for document in documents
        for number in invoice_matching.invoice_numbers(document.purpose)
    )
    report = StatementReport(matched=[], unmatched=[], repeated=[])
    for document, payment in zip(documents, payments, strict=True):
        _import(document, payment, invoices, report)
    return report


def _incoming(content: BinaryIO) -> Sequence[StatementDocument]:
    account = BillingSettings.load().seller.account
    try:
        documents = statement.parse(content).incoming(account)
    except StatementUnreadable as error:
        raise StatementRefused(str(error)) from error
    if len(documents) > MOST_PAYMENTS:
        raise StatementRefused(
            f"В выписке больше {MOST_PAYMENTS} поступлений. Выгрузите её за меньший период."
        )
    return documents


def _payment(document: StatementDocument, at: dt.datetime) -> Payment:
    try:
        return Payment(
            bank_reference=document.bank_reference,
            amount_kopecks=document.amount_kopecks,
            paid_on=document.paid_on,
            received_at=at,
            outcome=PaymentOutcome.UNMATCHED,
            payer_inn=document.payer.inn or None,
            payer_name=_shortened(document.payer.name, _MOST_NAME) or None,
            purpose=_shortened(document.purpose, _MOST_PURPOSE) or None,
        )
    except ValidationError as error:
        raise StatementRefused(
            f"Платёж № {document.number[:20]} на {document.amount_kopecks} коп. не читается: "
            "проверьте его номер, счёт и сумму."
        ) from error


def _shortened(text: str, characters: int) -> str:
    return text[:characters].encode()[: 2 * characters].decode(errors="ignore")


def _fetch_invoices(numbers: Iterable[str]) -> dict[str, InvoiceReference]:
    distinct = list(dict.fromkeys(numbers))
    invoices: dict[str, InvoiceReference] = {}
    for start in range(0, len(distinct), _BATCH):
        batch = distinct[start : start + _BATCH]
        items = fetch_all([store.by_number(number) for number in batch])
        invoices |= {number: item for number, item in zip(batch, items, strict=True) if item}
    return invoices


def _import(
    document: StatementDocument,
    payment: Payment,
    invoices: Mapping[str, InvoiceReference],
    report: StatementReport,
) -> None:
    match = invoice_matching.match(document, invoices)
    number = match.invoice_number
    payment = payment.model_copy(update={"invoice_number": number})
    try:
        if match.is_certain and number:
            invoice = invoices[number]
            report.matched.append(allocation.allocate(payment, invoice, payment.received_at))
        else:
            unmatched = allocation.keep_unmatched(payment, match.outcome.value)
            report.unmatched.append(unmatched)
    except BankReferenceCounted:
        current = fetch(store.payment(payment.bank_reference))
        report.repeated.append(current or payment)
