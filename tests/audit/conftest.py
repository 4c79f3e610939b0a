"""What the audit begins with: two clients, each with all that one may own."""

from collections.abc import Iterator

import pytest

from tests.support import estate
from tests.support.world import Beginning, World, Worlds


@pytest.fixture(scope="module")
def clouds(environment: None) -> Iterator[Worlds]:
    """Give a new world at each call; one simulated cloud for all the tests of a module."""
    with World.several() as begin:
        yield begin


@pytest.fixture(scope="module")
def beginning(clouds: Worlds) -> Beginning:
    world = clouds()
    for who in ("client", "other_client"):
        estate.give(world, who)
    return world.keep()


@pytest.fixture
def world(clouds: Worlds, beginning: Beginning) -> World:
    """Two clients, each with all that one may own."""
    return clouds(beginning)
