"""A payment as the bank or the operator's accountant tells of it, and what became of it."""

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
    """Money that arrived for an invoice; the bank's name for it, ``bank_reference``, is unique."""

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
    """What became of a payment. All but the first wait for a person."""

    PAID = "paid"
    """The invoice is paid in full by it."""
    UNDERPAID = "underpaid"
    """Counted, and the invoice still waits for the rest."""
    OVERPAID = "overpaid"
    """Counted, and something is left over."""
    LATE = "late"
    """Kept; the invoice was paid, cancelled or expired before."""
    UNMATCHED = "unmatched"
    """Kept; no invoice was found that it surely is for."""


class Payment(Model):
    """A payment kept for ever under its bank reference."""

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
    """Why it is unmatched, for the person who looks into it."""


class PaymentsQuery(PageQuery):
    """Which payments to list: those that wait for a person, by what is wrong with them."""

    outcome: Literal["underpaid", "overpaid", "late", "unmatched"] = "unmatched"


class NewStatement(Payload):
    """A bank statement file, 1CClientBankExchange, as base64."""

    model_config = example(
        content="MUNDbGllbnRCYW5rRXhjaGFuZ2UNCsLl8PHo/9Tu8Ozg8uA9MS4wMw0Kyu7k6PDu4urgPVdpbmRvd3MNCtHl6vbo/9Dg8ffR9+XyDQrQ4PH30ffl8j00MDcwMjgxMDkwMDAwMDAwMDA0Mg0Kyu7t5fbQ4PH30ffl8g0Kyu7t5fbU4Onr4A=="
    )

    content: Annotated[str, Field(max_length=5_000_000)]


class StatementReport(Model):
    """What a statement brought."""

    model_config = example(unmatched=[], repeated=[])

    matched: list[Payment]
    """Counted towards their invoices, with too little or too much among them."""
    unmatched: list[Payment]
    """Kept for a person to look into."""
    repeated: list[Payment]
    """Counted before: by this file sent again, or by another way."""


class InvoiceClosed(Model):
    """Told to the service that issued an invoice: the money came, or its time ran out."""

    client_id: Identifier
    invoice_id: Identifier
    subject: Identifier
    """What the service issued the invoice for."""
    state: Literal[InvoiceState.PAID, InvoiceState.EXPIRED]
