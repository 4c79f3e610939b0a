"""Payments of invoices, as the bank or the operator's accountant reports them."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.core.billing.model import NUMBER_SERIES
from chalicelib.core.uploads.model import Content
from chalicelib.requisites import Kopecks, single_line
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery

_MOST_IN_BODY = 2900 * 1024
"""Bytes of a statement that fit as base64 into ``limits.BODY``."""

MOST_BANK_REFERENCE = 140
BankReference = Annotated[str, single_line(MOST_BANK_REFERENCE)]


class NewPayment(Payload):
    """A payment of an invoice. The ``bank_reference`` given by the bank identifies the payment."""

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


class PaymentOutcome(StrEnum):
    """The result of a payment. All but the first wait for the operator's accountant."""

    PAID = "paid"
    """The payment pays the invoice in full."""
    UNDERPAID = "underpaid"
    """Allocated; the invoice waits for the rest."""
    OVERPAID = "overpaid"
    """Allocated; the payment exceeds the rest of the invoice."""
    LATE = "late"
    """Kept, not allocated: the invoice was already paid, cancelled or expired."""
    UNMATCHED = "unmatched"
    """Kept, not allocated: the invoice of the payment is not known for certain."""


class MatchOutcome(StrEnum):
    """The result of comparing a payment with the invoices that its purpose names."""

    MATCHED = "matched"
    AMOUNT_DIFFERS = "amount-differs"
    PAYER_DIFFERS = "payer-differs"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not-found"
    REFERENCE_USED = "reference-used"
    """Another payment is kept under the same bank reference."""


class Payment(Model):
    """A payment with its outcome, kept without limit of time."""

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
    outcome: PaymentOutcome
    invoice_number: str | None = None
    invoice_id: Identifier | None = None
    payer_inn: str | None = None
    payer_name: str | None = None
    purpose: str | None = None
    recorded_by: str | None = None
    """The operator's employee who entered the payment or named its invoice, by the subject of the
    token; None for a payment that only the bank reported."""
    reason: str | None = None
    """Why the payment is unmatched: ``not-found``, ``ambiguous``, ``payer-differs`` or
    ``reference-used``."""


class PaymentsQuery(PageQuery):
    """The outcome of the payments to list."""

    outcome: Literal["underpaid", "overpaid", "late", "unmatched"] = "unmatched"


class NewStatement(Content):
    """A bank statement in the format 1CClientBankExchange: base64, or an upload, up to 15 MB."""

    model_config = example(
        content="MUNDbGllbnRCYW5rRXhjaGFuZ2UNCsLl8PHo/9Tu8Ozg8uA9MS4wMw0Kyu7k6PDu4urgPVdpbmRvd3MNCtHl6vbo/9Dg8ffR9+XyDQrQ4PH30ffl8j00MDcwMjgxMDkwMDAwMDAwMDA0Mg0KwvHl4+7P7vHy8+/o6+49MC4wMA0Kyu7t5fbQ4PH30ffl8g0Kyu7t5fbU4Onr4A=="
    )

    content: base64_bytes(_MOST_IN_BODY) | None = None  # type: ignore[valid-type]


class StatementReport(Model):
    """The payments of an imported bank statement."""

    model_config = example(unmatched=[], repeated=[])

    matched: list[Payment]
    """Payments of a known invoice: allocated, also too little or too much, or kept as late."""
    unmatched: list[Payment]
    """Payments kept for the accountant to look into."""
    repeated: list[Payment]
    """Payments that were kept before, from this file or from another source."""
