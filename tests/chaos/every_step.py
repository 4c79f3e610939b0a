"""Every step of a life broken off at every call of the cloud, in every way: the books are right.

Minutes long, so no part of ``make test``; ``make chaos`` runs it.
"""

from collections.abc import Callable

import pytest

from infra import functions
from tests.support import chaos, cloud, life
from tests.support.crash import How, Side
from tests.support.life import Step
from tests.support.world import Worlds

UNBREAKABLE = {
    "authorizer": "calls nothing",
    "preflight": "calls nothing",
    "upload_file": "signs a form, and calls nothing",
}


@pytest.fixture(scope="session")
def steps(begin: Worlds) -> list[Step]:
    return life.recorded(begin())


@pytest.mark.parametrize(("side", "how"), chaos.WAYS)
def test_the_books_are_right(
    side: Side, how: How, steps: list[Step], begin: Worlds, tell: Callable[[str], None]
) -> None:
    wrong, places, functions_broken = [], 0, set[str]()
    for step in steps:
        outcome = chaos.break_off(begin, step, side, how)
        places += len(outcome.places)
        functions_broken |= set(outcome.places)
        wrong += outcome.wrong
    assert wrong == []
    told = f"{len(steps)} steps of {len(functions_broken)} functions"
    tell(f"{how} {side} each call: {told} broken off at {places} places, books right")
    missing = {
        function.name
        for function in functions.all_functions(cloud.queue_names())
        if not function.name.startswith("read_")
    } - functions_broken
    assert missing == set(UNBREAKABLE)
