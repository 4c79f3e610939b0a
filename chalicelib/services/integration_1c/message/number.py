"""Numbers of receipts, whose fields need not be what the format says."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

MILLION = 1_000_000


def whole(value: Any) -> int:
    """Return kopecks; 0 for what is no whole number, or a negative one."""
    return value if type(value) is int and value > 0 else 0


def millionths(value: Any) -> int:
    """Return a quantity in millionths; of one if it says nothing that can be counted."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return MILLION
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return MILLION
    return round(value * MILLION)


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Return ``total`` in parts proportional to ``weights``, to the kopeck and without a rest.

    Weights that add up to the total are returned as they are; of nothing but zeros the first one
    gets all. No part is negative if nothing given is.
    """
    whole_weight = sum(weights)
    if not whole_weight:
        return [total, *[0] * (len(weights) - 1)]
    reached = [
        (2 * total * weight + whole_weight) // (2 * whole_weight)
        for weight in accumulate(weights, initial=0)
    ]
    return [after - before for before, after in pairwise(reached)]
