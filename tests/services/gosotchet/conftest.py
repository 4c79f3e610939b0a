"""An authority whose certificates the tests of the section register."""

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import signing


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), signing.SUBJECTS)
