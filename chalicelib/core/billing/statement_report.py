"""Counts the payments of a bank statement and reports what became of each."""

from collections.abc import Iterable

from pydantic import ValidationError

from chalicelib.core.billing import counting, matching, statement, store
from chalicelib.core.billing.payment import Outcome, Payment, StatementReport
from chalicelib.core.billing.rules import BankReferenceCounted, StatementRefused
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.statement import StatementDocument
from chalicelib.core.billing.store import InvoiceFacts
from chalicelib.runtime import clock
from chalicelib.runtime.table import fetch, fetch_all

MOST_PAYMENTS = 300
"""Incoming payments of one file: what is surely counted within the gateway's 29 seconds, and whose
report surely fits the idempotency record, an item of 400 KB."""
_MOST_NAME, _MOST_PURPOSE = 160, 210
"""Characters that a payment order has for them (Bank of Russia, № 762-П)."""
_BATCH = 100


def count(content: bytes) -> StatementReport:
    """Count every incoming payment of a 1CClientBankExchange file, each bank reference once.

    Raises:
        StatementRefused: nothing was counted; its detail says what is wrong with the file.
    """
    ours = BillingSettings.load().seller.account
    try:
        read = statement.parse(content)
    except statement.StatementUnreadable as error:
        raise StatementRefused(str(error)) from error
    if ours not in read.accounts and read.accounts:
        raise StatementRefused("Выписка не по нашему расчётному счёту.")
    documents = statement.incoming(read, {ours})
    if len(documents) > MOST_PAYMENTS:
        raise StatementRefused(
            f"В выписке больше {MOST_PAYMENTS} поступлений. Выгрузите её за меньший период."
        )
    read_payments = [(document, _payment(document)) for document in documents]
    known = _invoices(
        number for document in documents for number in matching.invoice_numbers(document.purpose)
    )
    report = StatementReport(matched=[], unmatched=[], repeated=[])
    for document, payment in read_payments:
        _count(document, payment, known, report)
    return report


def _payment(document: StatementDocument) -> Payment:
    """Read a payment whole before the first of the file is counted."""
    try:
        return Payment(
            bank_reference=document.bank_reference,
            amount_kopecks=document.amount_kopecks,
            paid_on=document.paid_on,
            received_at=clock.now(),
            outcome=Outcome.UNMATCHED,
            payer_inn=document.payer.inn or None,
            payer_name=document.payer.name[:_MOST_NAME] or None,
            purpose=document.purpose[:_MOST_PURPOSE] or None,
        )
    except ValidationError as error:
        raise StatementRefused(
            f"Платёж № {document.number[:20]} на {document.amount_kopecks} коп. не читается: "
            "проверьте его номер, счёт и сумму."
        ) from error


def _invoices(numbers: Iterable[str]) -> dict[str, InvoiceFacts]:
    wanted = list(dict.fromkeys(numbers))
    known: dict[str, InvoiceFacts] = {}
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        found = fetch_all([store.by_number(number) for number in batch])
        known |= {number: facts for number, facts in zip(batch, found, strict=True) if facts}
    return known


def _count(
    document: StatementDocument,
    payment: Payment,
    known: dict[str, InvoiceFacts],
    report: StatementReport,
) -> None:
    candidates = {
        number: matching.InvoiceFacts(facts.payer_inn, facts.total_kopecks)
        for number, facts in known.items()
    }
    match = matching.match(document, candidates)
    payment = payment.model_copy(update={"invoice_number": match.invoice_number})
    try:
        if match.counts and match.invoice_number:
            counted = counting.count(payment, known[match.invoice_number])
            report.matched.append(counted)
        else:
            kept = counting.keep_unmatched(payment, match.outcome.value)
            report.unmatched.append(kept)
    except BankReferenceCounted:
        before = fetch(store.payment(payment.bank_reference))
        report.repeated.append(before or payment)
