"""What the audit begins with: two clients, each with all that one may own."""

from collections.abc import Iterator

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import giving
from tests.support.world import Beginning, World, Worlds


@pytest.fixture(scope="session")
def pki() -> DemonstrationPki:
    """Give the authority that the product trusts."""
    return giving.pki()


@pytest.fixture(scope="session")
def prepared(environment: None) -> Beginning:
    """Return where a world stands before anybody owns anything."""
    with World.several() as begin:
        world = begin()
        giving.prepare(world)
        return world.keep()


@pytest.fixture(scope="session")
def beginning(prepared: Beginning) -> Beginning:
    """Return where every world of the audit begins; made once, since it takes seconds."""
    with World.several() as begin:
        world = begin(prepared)
        for who in ("client", "other_client"):
            giving.give(world, who)
        return world.keep()


@pytest.fixture(scope="module")
def worlds(beginning: Beginning) -> Iterator[Worlds]:
    """Give a new world at each call; what they begin with is made first, in a cloud of its own."""
    with World.several() as begin:
        yield begin


@pytest.fixture
def world(worlds: Worlds, beginning: Beginning) -> World:
    """Two clients, each with all that one may own."""
    return worlds(beginning)
