"""What a payment changes in its invoice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment_model import PaymentOutcome
from chalicelib.core.billing.rules import INVOICE, InvoiceBalance, Settlement, settle

OPEN, PAID = InvoiceState.OPEN, InvoiceState.PAID
CLOSED = [state for state in InvoiceState if state is not OPEN]


@pytest.mark.parametrize(
    ("before", "amount", "after"),
    [
        (0, 100, Settlement(InvoiceBalance(PAID, 100), PaymentOutcome.PAID)),
        (0, 99, Settlement(InvoiceBalance(OPEN, 99), PaymentOutcome.UNDERPAID)),
        (0, 101, Settlement(InvoiceBalance(PAID, 101), PaymentOutcome.OVERPAID)),
        (60, 40, Settlement(InvoiceBalance(PAID, 100), PaymentOutcome.PAID)),
        (60, 39, Settlement(InvoiceBalance(OPEN, 99), PaymentOutcome.UNDERPAID)),
        (60, 41, Settlement(InvoiceBalance(PAID, 101), PaymentOutcome.OVERPAID)),
    ],
)
def test_payment_of_an_open_invoice(before: int, amount: int, after: Settlement) -> None:
    assert settle(InvoiceBalance(OPEN, before), 100, amount) == after


@pytest.mark.parametrize("state", CLOSED)
def test_payment_of_a_closed_invoice_is_late(state: InvoiceState) -> None:
    assert settle(InvoiceBalance(state, 30), 100, 70) == Settlement(
        InvoiceBalance(state, 30), PaymentOutcome.LATE
    )


@given(st.integers(1, 1000), st.lists(st.integers(1, 400), max_size=8))
def test_payments_add_up_to_what_is_paid_and_late(total: int, amounts: list[int]) -> None:
    balance, late = InvoiceBalance(OPEN, 0), 0
    for amount in amounts:
        settlement = settle(balance, total, amount)
        if settlement.balance.state is not balance.state:
            INVOICE.require(balance.state, settlement.balance.state)
        late += amount if settlement.outcome is PaymentOutcome.LATE else 0
        balance = settlement.balance
    assert balance.paid_kopecks + late == sum(amounts)
    assert (balance.state is PAID) == (balance.paid_kopecks >= total)


def test_closed_states_are_final() -> None:
    assert {state for state in InvoiceState if INVOICE.is_final(state)} == set(CLOSED)
