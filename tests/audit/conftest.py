"""Fixtures of the audit: a world with two clients, each of whom owns two of everything."""

from collections.abc import Iterator

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import giving
from tests.support.world import Beginning, World, Worlds


@pytest.fixture(scope="session")
def pki() -> DemonstrationPki:
    """The authority that the product trusts."""
    return giving.pki()


@pytest.fixture(scope="session")
def prepared(environment: None) -> Beginning:
    """A world in which no client owns anything yet."""
    with World.several() as begin:
        world = begin()
        giving.prepare(world)
        return world.keep()


@pytest.fixture(scope="session")
def beginning(prepared: Beginning) -> Beginning:
    """The world in which every attack begins; made once, since it takes seconds."""
    with World.several() as begin:
        world = begin(prepared)
        for who in ("client", "other_client"):
            giving.give(world, who)
        return world.keep()


@pytest.fixture(scope="module")
def worlds(beginning: Beginning) -> Iterator[Worlds]:
    """A function that returns a new world. Depends on ``beginning``, which uses the same cloud."""
    with World.several() as begin:
        yield begin


@pytest.fixture
def world(worlds: Worlds, beginning: Beginning) -> World:
    """A world with two clients, each of whom owns two of everything."""
    return worlds(beginning)
