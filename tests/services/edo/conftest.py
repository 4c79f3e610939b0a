"""Fixtures: the product with registered participants."""

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import edo
from tests.support.world import Beginning, World, Worlds


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), edo.SUBJECTS)


@pytest.fixture
def known(world: World, pki: DemonstrationPki) -> World:
    """A world with the profiles of both organisations, which are not registered."""
    edo.begin(world, pki)
    return world


@pytest.fixture(scope="session")
def stood() -> list[tuple[Beginning, dict[str, str]]]:
    """The state of the world after the registrations, which are made once for all tests."""
    return []


@pytest.fixture
def world(
    worlds: Worlds,
    pki: DemonstrationPki,
    stood: list[tuple[Beginning, dict[str, str]]],
    request: pytest.FixtureRequest,
) -> World:
    """An empty world, or a world with registered participants for a test that uses ``ids``."""
    world = worlds()
    if "ids" not in request.fixturenames:
        return world
    if not stood:
        ids = edo.participants(world, pki)
        stood.append((world.keep(), ids))
    return worlds(stood[0][0])


@pytest.fixture
def ids(world: World, stood: list[tuple[Beginning, dict[str, str]]]) -> dict[str, str]:
    """Identifiers of the participants: our two and one of another operator."""
    return dict(stood[0][1])
