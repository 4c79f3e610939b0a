"""Invoices for tests, with invented requisites whose check digits are valid."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.core.billing.model import (
    Invoice,
    InvoiceLine,
    Party,
    Seller,
    VatRate,
    invoice_number,
    payment_purpose,
)

MakeInvoice = Callable[..., Invoice]


@pytest.fixture
def seller() -> Seller:
    return Seller(
        name="ООО «Оператор данных»",
        inn="7707083893",
        kpp="770701001",
        address="127006, г. Москва, ул. Примерная, д. 1",
        account="40702810900000000042",
        bank_name="ПАО «Пример Банк», г. Москва",
        bic="044525225",
        correspondent_account="30101810400000000225",
        director="Иванов И. И.",
        chief_accountant="Петрова А. С.",
    )


@pytest.fixture
def payer() -> Party:
    return Party(
        name="ООО «Ромашка»",
        inn="7728168971",
        kpp="772801001",
        address="117342, г. Москва, ул. Образцовая, д. 17",
    )


@pytest.fixture
def make_line() -> Callable[..., InvoiceLine]:
    def make(**changes: Any) -> InvoiceLine:
        fields: dict[str, Any] = {
            "title": "Фискальный накопитель на 15 месяцев",
            "quantity": 1,
            "unit": "шт.",
            "price_kopecks": 12_200_00,
            "vat_rate": VatRate.STANDARD,
        }
        return InvoiceLine.model_validate(fields | changes)

    return make


@pytest.fixture
def make_invoice(
    seller: Seller, payer: Party, make_line: Callable[..., InvoiceLine]
) -> MakeInvoice:
    def make(*lines: dict[str, Any], **changes: Any) -> Invoice:
        number, issued_on = invoice_number(42), date(2026, 11, 24)
        fields: dict[str, Any] = {
            "invoice_id": "01J",
            "number": number,
            "issued_on": issued_on,
            "pay_before": date(2026, 12, 1),
            "seller": seller,
            "payer": payer,
            "lines": tuple(make_line(**line) for line in lines or ({},)),
            "purpose": payment_purpose(number, issued_on),
        }
        return Invoice.model_validate(fields | changes)

    return make
