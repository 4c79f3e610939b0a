"""The exchange with its participants."""

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import edo
from tests.support.world import World


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), edo.SUBJECTS)


@pytest.fixture
def known(world: World, pki: DemonstrationPki) -> World:
    """Both organisations known, not registered."""
    edo.begin(world, pki)
    return world


@pytest.fixture
def ids(world: World, pki: DemonstrationPki) -> dict[str, str]:
    """Identifiers of the participants: two of ours, one of another operator."""
    return edo.participants(world, pki)
