"""What the audit begins with: two clients, each with all that one may own."""

from collections.abc import Iterator

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import estate, signing
from tests.support.world import START, Beginning, World, Worlds


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    """Give the authority that the product trusts."""
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), signing.SUBJECTS)


@pytest.fixture(scope="session")
def beginning(environment: None, pki: DemonstrationPki) -> Beginning:
    """Return where every world of the audit begins; made once, since it takes seconds."""
    with World.several() as begin:
        world = begin()
        signing.trust(world, pki)
        world.moment = START
        for who in ("client", "other_client"):
            estate.give(world, who)
        return world.keep()


@pytest.fixture(scope="module")
def clouds(beginning: Beginning) -> Iterator[Worlds]:
    """Give a new world at each call; one simulated cloud for all the tests of a module."""
    with World.several() as begin:
        yield begin


@pytest.fixture
def world(clouds: Worlds, beginning: Beginning) -> World:
    """Two clients, each with all that one may own."""
    return clouds(beginning)
