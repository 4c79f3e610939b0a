"""Where a payment leaves its invoice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import Outcome
from chalicelib.core.billing.rules import INVOICE, Settlement, settle

OPEN, PAID = InvoiceState.OPEN, InvoiceState.PAID
CLOSED = [state for state in InvoiceState if state is not OPEN]


@pytest.mark.parametrize(
    ("before", "amount", "after"),
    [
        (0, 100, Settlement(PAID, 100, Outcome.PAID)),
        (0, 99, Settlement(OPEN, 99, Outcome.UNDERPAID)),
        (0, 101, Settlement(PAID, 101, Outcome.OVERPAID)),
        (60, 40, Settlement(PAID, 100, Outcome.PAID)),
        (60, 39, Settlement(OPEN, 99, Outcome.UNDERPAID)),
        (60, 41, Settlement(PAID, 101, Outcome.OVERPAID)),
    ],
)
def test_open_invoice_takes_money(before: int, amount: int, after: Settlement) -> None:
    assert settle((OPEN, before), 100, amount) == after


@pytest.mark.parametrize("state", CLOSED)
def test_closed_invoice_takes_none(state: InvoiceState) -> None:
    assert settle((state, 30), 100, 70) == Settlement(state, 30, Outcome.LATE)


@given(st.integers(1, 1000), st.lists(st.integers(1, 400), max_size=8))
def test_no_kopeck_is_lost_and_paid_is_paid_in_full(total: int, amounts: list[int]) -> None:
    stands, late = (OPEN, 0), 0
    for amount in amounts:
        result = settle(stands, total, amount)
        assert result.state is stands[0] or result.state in INVOICE.transitions.get(stands[0], ())
        late += amount if result.outcome is Outcome.LATE else 0
        stands = result.state, result.paid_kopecks
    assert stands[1] + late == sum(amounts)
    assert (stands[0] is PAID) == (stands[1] >= total)


def test_closed_is_closed_for_ever() -> None:
    assert {state for state in InvoiceState if INVOICE.is_final(state)} == set(CLOSED)
