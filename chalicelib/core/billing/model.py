"""Invoices, their parties and their lines.

Money is whole kopecks. Prices include VAT, as the tariffs of the operator do, so VAT is computed
from the total of a line and never added to it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, computed_field, model_validator

from chalicelib.requisites import (
    MAX_KOPECKS,
    Account,
    Bic,
    Inn,
    Kopecks,
    Kpp,
    PersonName,
    check_accounts,
    single_line,
)
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example

NUMBER_SERIES = "СУ"
"""The two Cyrillic letters at the beginning of every invoice number («Сервис и Услуги»)."""


def invoice_number(ordinal: int) -> str:
    """Return the invoice number with the given ordinal, for example ``СУ-000042``."""
    return f"{NUMBER_SERIES}-{ordinal:06}"


def payment_purpose(number: str, issued_on: date) -> str:
    """Return the purpose of payment that the payer is asked to write in the payment order."""
    return f"Оплата по счёту № {number} от {issued_on:%d.%m.%Y}"


class VatRate(StrEnum):
    """Rates of VAT (Tax Code, article 164, as of 2026): per cent, or exempt from the tax."""

    STANDARD = "22"
    FORMER_STANDARD = "20"
    REDUCED = "10"
    SIMPLIFIED_7 = "7"
    SIMPLIFIED_5 = "5"
    ZERO = "0"
    EXEMPT = "none"

    @property
    def percent(self) -> int:
        """Whole per cent; 0 for the zero rate and for exemption."""
        return 0 if self is VatRate.EXEMPT else int(self.value)

    def included_in(self, total_kopecks: int) -> int:
        """Return the VAT in a total: total × rate / (100 + rate), half a kopeck rounded up."""
        parts = 100 + self.percent
        return (2 * total_kopecks * self.percent + parts) // (2 * parts)


class InvoiceState(StrEnum):
    """States of an invoice. Only an open invoice can be paid."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class InvoiceLine(Model):
    """A line of an invoice: ``quantity`` of ``unit`` at a price that includes VAT."""

    model_config = example(
        title="Фискальный накопитель ФН-1.2 на 15 месяцев",
        quantity=1,
        unit="шт.",
        vat_rate="22",
        vat_kopecks=2_200_00,
    )

    title: Annotated[str, single_line(500)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    unit: Annotated[str, single_line(20)]
    price_kopecks: Kopecks
    vat_rate: VatRate

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total_kopecks(self) -> int:
        return self.price_kopecks * self.quantity

    @computed_field  # type: ignore[prop-decorator]
    @property
    def vat_kopecks(self) -> int:
        return self.vat_rate.included_in(self.total_kopecks)


class Party(Model):
    """An organisation (ИНН of 10 digits, with КПП) or an entrepreneur (12 digits, without)."""

    model_config = example(
        name="ООО «Ромашка»",
        inn="9677190017",
        kpp="771901001",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
    )

    name: Annotated[str, single_line(500)]
    inn: Inn
    kpp: Kpp | None = None
    address: Annotated[str, single_line(500)]

    @model_validator(mode="after")
    def _only_organisations_have_kpp(self) -> Self:
        if self.kpp and len(self.inn) == 12:
            raise ValueError("У предпринимателя нет КПП")
        return self


class Seller(Party):
    """The operator as the payee, with bank details and the persons who sign invoices."""

    model_config = example(
        name="ООО «Демонстрационный оператор»",
        inn="9677000065",
        kpp="967701001",
        address="127006, г. Москва, ул. Примерная, д. 1",
        account="40702810900000000042",
        bank_name="ПАО «Пример Банк», г. Москва",
        bic="044525225",
        correspondent_account="30101810400000000225",
        director="Иванов И. И.",
        chief_accountant="Сидорова А. С.",
    )

    account: Account
    bank_name: Annotated[str, single_line(250)]
    bic: Bic
    correspondent_account: Account
    director: PersonName
    chief_accountant: PersonName

    @model_validator(mode="after")
    def _accounts_agree_with_bic(self) -> Self:
        check_accounts(self.bic, self.account, self.correspondent_account)
        return self


class Invoice(Model):
    """An invoice with the amount paid so far.

    The requisites of both parties are those of the day of issue: a later change of an address or of
    a bank does not change an issued document. ``purpose`` is the purpose of payment for the payment
    order and the QR code. ``paid_kopecks`` is the sum of all payments, also above the total.
    """

    model_config = example(
        number="СУ-1072022639",
        issued_on="2026-11-24",
        pay_before="2026-11-29",
        purpose="Оплата по счёту № СУ-1072022639 от 24.11.2026",
        paid_kopecks=0,
        vat_kopecks=2_200_00,
        history=[{"status": "open", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    invoice_id: str
    number: Annotated[str, Field(pattern=rf"^{NUMBER_SERIES}-[0-9]{{6,12}}$")]
    issued_on: date
    pay_before: date
    seller: Seller
    payer: Party
    lines: Annotated[tuple[InvoiceLine, ...], Field(min_length=1, max_length=1000)]
    purpose: Annotated[str, single_line(210)]
    state: InvoiceState = InvoiceState.OPEN
    paid_kopecks: Kopecks = 0
    history: tuple[HistoryEntry, ...] = ()

    @model_validator(mode="after")
    def _is_payable(self) -> Self:
        if self.pay_before < self.issued_on:
            raise ValueError("Срок оплаты раньше даты счёта")
        if self.total_kopecks > MAX_KOPECKS:
            raise ValueError("Сумма счёта слишком велика")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total_kopecks(self) -> int:
        return sum(line.total_kopecks for line in self.lines)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def vat_kopecks(self) -> int:
        return sum(line.vat_kopecks for line in self.lines)

    @property
    def due_kopecks(self) -> int:
        """The amount still to pay, 0 if more than the total is paid."""
        return max(0, self.total_kopecks - self.paid_kopecks)


class InvoiceReference(Model):
    """The item under the number of an invoice: enough to allocate a payment after one read."""

    client_id: str
    invoice_id: str
    payer_inn: str
    total_kopecks: int
    subject: str
    queue: str


class OverdueInvoice(Model):
    """An open invoice whose last day to pay is over."""

    client_id: str
    invoice_id: str
    subject: str
    queue: str


class InvoiceClosed(Model):
    """The message to the service that issued an invoice: the invoice is paid or has expired."""

    client_id: Identifier
    invoice_id: Identifier
    subject: Identifier
    """The identifier of what the service sold."""
    state: Literal[InvoiceState.PAID, InvoiceState.EXPIRED]
