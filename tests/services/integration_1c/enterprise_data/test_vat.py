"""Tax in an amount, exact distribution, and quantities."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.integration_1c.enterprise_data.numbers import distribute, millionths
from chalicelib.services.integration_1c.enterprise_data.vat import EXEMPT, Rate

AMOUNTS = st.integers(0, 10**13)


@given(AMOUNTS, st.sampled_from([5, 7, 10, 18, 20, 22]), st.booleans())
def test_tax_is_rounded_half_up(amount: int, percent: int, calculated: bool) -> None:
    exact = Fraction(amount * percent, 100 + percent)
    assert -Fraction(1, 2) < Rate(percent, calculated).tax_in(amount) - exact <= Fraction(1, 2)


def test_rates_without_tax() -> None:
    assert (EXEMPT.tax_in(100), Rate(0).tax_in(100), Rate(0) == EXEMPT) == (0, 0, False)


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1))
def test_distributed_parts_add_up_and_follow_the_weights(total: int, weights: list[int]) -> None:
    parts = distribute(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    if whole := sum(weights):
        pairs = zip(parts, weights, strict=True)
        assert all(abs(part - Fraction(total * weight, whole)) <= 1 for part, weight in pairs)


@given(st.lists(AMOUNTS, min_size=1))
def test_weights_that_add_up_are_returned_unchanged(weights: list[int]) -> None:
    assert distribute(sum(weights), weights) == weights


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2, 2_000_000),
        (0.3335, 333_500),
        ("1.5", 1_500_000),
        ("x", 1_000_000),
        (-1, 1_000_000),
        (float("nan"), 1_000_000),
        (1e300, 1_000_000),
        (True, 1_000_000),
        (None, 1_000_000),
    ],
)
def test_quantities(value: object, expected: int) -> None:
    assert millionths(value) == expected
