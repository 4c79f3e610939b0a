"""Payments, as the bank or the operator's accountant reports them, and their outcomes."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.core.billing.model import NUMBER_SERIES, InvoiceState
from chalicelib.requisites import Kopecks, single_line
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery

BankReference = Annotated[str, single_line(140)]


class NewPayment(Payload):
    """A payment to an invoice. The bank's ``bank_reference`` identifies the payment."""

    model_config = example(
        invoice_number="СУ-1072022639",
        amount_kopecks=12_200_00,
        bank_reference="101/2026-11-24/40702810500000000101/1220000",
        paid_on="2026-11-24",
    )

    invoice_number: Annotated[str, Field(pattern=rf"^{NUMBER_SERIES}-[0-9]{{6,12}}$")]
    amount_kopecks: Annotated[Kopecks, Field(gt=0)]
    bank_reference: BankReference
    paid_on: dt.date


class Outcome(StrEnum):
    """Outcome of a payment; every outcome but `paid` needs the accountant."""

    PAID = "paid"
    """The payment completes the sum of the invoice."""
    UNDERPAID = "underpaid"
    """The payment is allocated; the invoice waits for the rest."""
    OVERPAID = "overpaid"
    """The payment is allocated; the invoice has received more than its sum."""
    LATE = "late"
    """The payment is not allocated: the invoice was paid, cancelled or expired before."""
    UNMATCHED = "unmatched"
    """The payment is not allocated: no invoice matches it with certainty."""


class Payment(Model):
    """A payment, identified by its bank reference."""

    model_config = example(
        bank_reference="101/2026-11-24/40702810500000000101/1220000",
        invoice_number="СУ-1072022639",
        payer_inn="9677190017",
        payer_name="ООО «Ромашка»",
        purpose="Оплата по счёту № СУ-1072022639 от 24.11.2026",
    )

    bank_reference: BankReference
    amount_kopecks: Kopecks
    paid_on: dt.date
    received_at: dt.datetime
    outcome: Outcome
    invoice_number: str | None = None
    invoice_id: Identifier | None = None
    payer_inn: str | None = None
    payer_name: str | None = None
    purpose: str | None = None
    reason: str | None = None
    """Why the payment is unmatched."""


class PaymentsQuery(PageQuery):
    """The outcome whose payments to list."""

    outcome: Literal["underpaid", "overpaid", "late", "unmatched"] = "unmatched"


class NewStatement(Payload):
    """A bank statement file, 1CClientBankExchange, as base64."""

    model_config = example(
        content="MUNDbGllbnRCYW5rRXhjaGFuZ2UNCsLl8PHo/9Tu8Ozg8uA9MS4wMw0Kyu7k6PDu4urgPVdpbmRvd3MNCtHl6vbo/9Dg8ffR9+XyDQrQ4PH30ffl8j00MDcwMjgxMDkwMDAwMDAwMDA0Mg0Kyu7t5fbQ4PH30ffl8g0Kyu7t5fbU4Onr4A=="
    )

    content: Annotated[str, Field(max_length=5_000_000)]


class StatementReport(Model):
    """Result of the import of a bank statement."""

    model_config = example(unmatched=[], repeated=[])

    matched: list[Payment]
    """Payments allocated to invoices, underpaid and overpaid ones included, and late ones."""
    unmatched: list[Payment]
    """Payments for which no invoice was found."""
    repeated: list[Payment]
    """Payments that are known already, from this file or by other means."""


class InvoiceClosed(Model):
    """Message to the service that issued an invoice: the invoice is paid or has expired."""

    client_id: Identifier
    invoice_id: Identifier
    subject: Identifier
    """Identifier of the thing sold."""
    state: Literal[InvoiceState.PAID, InvoiceState.EXPIRED]
