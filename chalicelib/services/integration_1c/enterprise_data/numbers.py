"""Numbers in receipts, whose fields may violate the format."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

MILLION = 1_000_000


def whole(value: Any) -> int:
    """Return ``value`` if it is a positive whole number, else 0."""
    return value if type(value) is int and value > 0 else 0


def millionths(value: Any) -> int:
    """Return a quantity in millionths; one unit if ``value`` is not a usable quantity."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return MILLION
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return MILLION
    return round(value * MILLION)


def distribute(total: int, weights: Sequence[int]) -> list[int]:
    """Return ``total`` split in proportion to ``weights``. The parts add up to ``total``.

    Weights that add up to ``total`` are returned unchanged. If all weights are 0, the first part
    is ``total``. No part is negative if no argument is negative.
    """
    total_weight = sum(weights)
    if not total_weight:
        return [total, *[0] * (len(weights) - 1)]
    cumulative = [
        (2 * total * weight + total_weight) // (2 * total_weight)
        for weight in accumulate(weights, initial=0)
    ]
    return [after - before for before, after in pairwise(cumulative)]
