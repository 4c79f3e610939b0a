"""Sums and validation of invoices."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.core.billing.model import (
    Invoice,
    InvoiceState,
    Party,
    Seller,
    VatRate,
    invoice_number,
    payment_purpose,
)


@given(st.sampled_from(VatRate), st.integers(0, 10**13))
def test_vat_inside_a_total_is_rounded_half_up(rate: VatRate, total: int) -> None:
    percent = {"none": 0}.get(rate.value) if rate == "none" else int(rate.value)
    exact = Decimal(total) * percent / (100 + percent)
    assert rate.included_in(total) == exact.quantize(Decimal(1), ROUND_HALF_UP)


def test_half_a_kopeck_is_rounded_up() -> None:
    assert VatRate.SIMPLIFIED_5.included_in(21 * 5) == 5
    assert VatRate.REDUCED.included_in(11 * 5) == 5
    assert VatRate.STANDARD.included_in(61) == 11  # 11.0 exactly
    assert VatRate.FORMER_STANDARD.included_in(3) == 1  # half a kopeck


def test_sums_are_those_of_the_lines(make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice(
        {"quantity": 2},
        {"price_kopecks": 61, "quantity": 3},
        {"price_kopecks": 500_00, "vat_rate": "none"},
    )
    assert [line.total_kopecks for line in invoice.lines] == [24_400_00, 183, 500_00]
    assert [line.vat_kopecks for line in invoice.lines] == [4_400_00, 33, 0]
    assert invoice.total_kopecks == 24_901_83
    assert invoice.vat_kopecks == 4_400_33


def test_amount_still_to_pay(make_invoice: Callable[..., Invoice]) -> None:
    assert make_invoice().due_kopecks == 12_200_00
    assert make_invoice(paid_kopecks=12_000_00).due_kopecks == 200_00
    assert make_invoice(paid_kopecks=20_000_00, state=InvoiceState.PAID).due_kopecks == 0


def test_invoice_is_read_as_it_was_written(make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice({}, {"vat_rate": "none"})
    assert Invoice.model_validate_json(invoice.model_dump_json()) == invoice


def test_invalid_invoice_is_refused(
    make_invoice: Callable[..., Invoice], seller: Seller, payer: Party
) -> None:
    with pytest.raises(ValidationError, match="Срок оплаты"):
        make_invoice(pay_before=date(2026, 11, 23))
    with pytest.raises(ValidationError, match="слишком велика"):
        make_invoice({"price_kopecks": 10**13, "quantity": 2})
    with pytest.raises(ValidationError):
        make_invoice({"quantity": 0})
    with pytest.raises(ValidationError):
        make_invoice(lines=())
    with pytest.raises(ValidationError):
        make_invoice(number="CY-000042")  # Latin
    with pytest.raises(ValidationError, match="нет КПП"):
        Party.model_validate(payer.model_dump() | {"inn": "500100732259"})
    with pytest.raises(ValidationError, match="не подходит к БИК"):
        Seller.model_validate(seller.model_dump() | {"account": "40702810800000000042"})
    with pytest.raises(ValidationError):
        make_invoice().state = InvoiceState.PAID  # type: ignore[misc]


def test_number_and_purpose() -> None:
    assert invoice_number(42) == "СУ-000042"
    assert invoice_number(1_234_567) == "СУ-1234567"
    purpose = payment_purpose("СУ-000042", date(2026, 11, 24))
    assert purpose == "Оплата по счёту № СУ-000042 от 24.11.2026"
