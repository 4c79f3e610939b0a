"""No function starts much slower than the least it could: a ratio, counted in instructions."""

from tests.bench import cold_start

SLOWEST = ["read_edo", "prepare_message", "deliver_receipt"]
"""Of their sections, in a bench of all; ``python -m tests.bench cold_start`` measures each."""


def test_the_slowest_start_within_the_goal(valgrind: None) -> None:
    _, ratios = cold_start.measure(SLOWEST)
    assert {name: ratio for name, ratio in ratios.items() if ratio > cold_start.GOAL} == {}
