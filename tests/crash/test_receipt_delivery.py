"""A delivery interrupted at every call to the cloud is sent and counted once.

By design there is one exception: if the process stops after the provider has accepted the receipt
and before the record, the receipt is sent a second time when the lease expires. It is still counted
once.
"""

from typing import Any

import pytest

from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from tests.support import receipts
from tests.support.crash import How, Scenario, Side, survive
from tests.support.world import World, Worlds


def arrange(to: str) -> Any:
    def arranged(world: World) -> None:
        receipts.switch_on(world)
        receipts.request_delivery(world, to)

    return arranged


def totals(world: World) -> tuple[int, list[int]]:
    """Return the number of recorded deliveries and the counts of their statistics."""
    counted = world.items(E_RECEIPTS, "statistics#")
    return len(world.items(E_RECEIPTS, "delivery#")), [
        statistics.get("sent", 0) + statistics.get("failed", 0) for statistics in counted
    ]


@pytest.mark.parametrize("to", [receipts.PHONE, receipts.EMAIL, "123"])
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("how", ["death", "silence"])
def test_delivery_is_counted_once_wherever_it_is_interrupted(
    to: str, side: Side, how: How, worlds: Worlds
) -> None:
    sent: list[int] = []

    def check(world: World, given: Any, answer: Any) -> None:
        assert totals(world) == (1, [1])
        sent.append(len(world.texts()) + len(world.mails()))

    scenario = Scenario(arrange(to), lambda world, given: None, check)
    places = survive(worlds, scenario, side, how)
    if to == "123":
        assert (places, set(sent)) == (4, {0})
        return
    assert places == 5, "relay, read, claim, send, record"
    # Not interrupted, then interrupted at each call: between send and record it is sent twice.
    assert sent == ([1, 1, 1, 1, 1, 2] if side == "before" else [1, 1, 1, 1, 2, 1])
