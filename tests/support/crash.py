"""Breaks off a scenario before and after each of its calls of the cloud, and sees it mended.

A scenario is three functions of a world: ``arrange`` what it begins with, ``act`` as somebody would
who gets no answer and tries again, and ``check`` the books once all is quiet. :func:`survive` plays
it with one interruption at a time, at every place there is.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.support.world import World, Worlds

Side = Literal["before", "after"]
How = Literal["death", "silence", "throttle"]


class Died(BaseException):
    """The process is gone: no ``except Exception`` of the product sees it."""


@dataclasses.dataclass(frozen=True)
class Scenario:
    """What happens, and what must hold afterwards wherever it was broken off.

    ``arrange`` returns whatever the others need to know of it; ``act`` returns its answer, and
    ``check`` gets the one of the second try.
    """

    arrange: Callable[[World], Any]
    act: Callable[[World, Any], Any]
    check: Callable[[World, Any, Any], None]


_ERRORS: Mapping[How, Callable[[], BaseException]] = {
    "death": Died,
    "silence": lambda: ReadTimeoutError(endpoint_url="https://cloud"),
    "throttle": lambda: ClientError({"Error": {"Code": "ThrottlingException"}}, "Any"),
}


class Interruption:
    """Breaks off one call of the cloud, the one at ``place``, and counts them all."""

    def __init__(self, place: int, side: Side, how: How) -> None:
        self.place, self.side, self.how = place, side, how
        self.calls = 0

    def __call__(self, perform: Callable[[], Any]) -> Any:
        """Perform a call, or break it off on the side and in the way asked."""
        here = self.calls == self.place
        self.calls += 1
        if not here:
            return perform()
        if self.side == "after":
            perform()
        raise _ERRORS[self.how]()


def survive(begin: Worlds, scenario: Scenario, side: Side, how: How) -> int:
    """Play ``scenario`` unbroken, then broken off at each place; return how many there are.

    ``death`` ends the process, ``silence`` is a cloud that does not answer in time (on the side
    ``after``: that has done what it was asked), ``throttle`` one that refuses for now.
    """
    world = begin()
    given = scenario.arrange(world)
    stood = world.keep()
    unbroken = Interruption(-1, side, how)
    _play(begin(stood), scenario, given, unbroken)
    for place in range(unbroken.calls):
        broken = Interruption(place, side, how)
        _play(begin(stood), scenario, given, broken)
        assert broken.calls > place, "the interruption did not happen"
    return unbroken.calls


def _play(world: World, scenario: Scenario, given: Any, interruption: Interruption) -> None:
    world.around = interruption
    try:
        try:
            scenario.act(world, given)
            world.drain()
        except (Died, ReadTimeoutError):
            pass
        broken_off = len(world.calls)
        world.around = lambda perform: perform()
        answer = scenario.act(world, given)
        world.drain()
        assert world.dead == []
        scenario.check(world, given, answer)
    except BaseException as error:
        calls = [f"{call.function}: {call.operation}" for call in world.calls[:broken_off]]
        where = f"{interruption.how} {interruption.side} call {interruption.place}"
        error.add_note(f"{where} of {calls}")
        raise
