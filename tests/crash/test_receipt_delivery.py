"""A delivery broken off at every call of the cloud: sent, counted once, and twice in one case.

The one case is by design: a sender that stops after the carrier took the receipt and before that is
noted cannot know, so after its lease the receipt goes again, and is counted once.
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
        receipts.tell(world, to)

    return arranged


def books(world: World) -> tuple[int, list[int]]:
    """Return how many deliveries are noted and what their statistics say."""
    counted = world.items(E_RECEIPTS, "statistics#")
    return len(world.items(E_RECEIPTS, "delivery#")), [
        one["sent"] + one["failed"] for one in counted
    ]


@pytest.mark.parametrize("to", [receipts.PHONE, receipts.EMAIL, "123"])
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("how", ["death", "silence"])
def test_delivery_is_counted_once_wherever_it_is_broken_off(
    to: str, side: Side, how: How, worlds: Worlds
) -> None:
    sent: list[int] = []

    def check(world: World, given: Any, answer: Any) -> None:
        assert books(world) == (1, [1])
        sent.append(len(world.texts()) + len(world.mails()))

    scenario = Scenario(arrange(to), lambda world, given: None, check)
    places = survive(worlds, scenario, side, how)
    if to == "123":
        assert (places, set(sent)) == (4, {0})
        return
    assert places == 5, "relay, read, claim, send, note"
    # Unbroken, then at each place: between the carrier and the note it goes again.
    assert sent == ([1, 1, 1, 1, 1, 2] if side == "before" else [1, 1, 1, 1, 2, 1])
