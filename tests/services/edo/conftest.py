"""The exchange with its participants."""

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import edo
from tests.support.world import Beginning, World, Worlds


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), edo.SUBJECTS)


@pytest.fixture
def known(world: World, pki: DemonstrationPki) -> World:
    """Both organisations known, not registered."""
    edo.begin(world, pki)
    return world


@pytest.fixture(scope="session")
def stood() -> list[tuple[Beginning, dict[str, str]]]:
    """Where the participants stand once they are registered, which takes its time."""
    return []


@pytest.fixture
def world(
    worlds: Worlds,
    pki: DemonstrationPki,
    stood: list[tuple[Beginning, dict[str, str]]],
    request: pytest.FixtureRequest,
) -> World:
    """The product, empty, or with its participants for a test that asks for their ``ids``."""
    world = worlds()
    if "ids" not in request.fixturenames:
        return world
    if not stood:
        ids = edo.participants(world, pki)
        stood.append((world.keep(), ids))
    return worlds(stood[0][0])


@pytest.fixture
def ids(world: World, stood: list[tuple[Beginning, dict[str, str]]]) -> dict[str, str]:
    """Identifiers of the participants: two of ours, one of another operator."""
    return dict(stood[0][1])
