"""A certification authority for the signatures of tenants."""

import pytest

from infra.demonstration_pki import DemonstrationPki
from tests.support import signing
from tests.support.world import World


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), signing.SUBJECTS)


@pytest.fixture(autouse=True)
def nobody_delivers(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold back the deliveries of receipts to buyers."""
    monkeypatch.setattr(World, "held", frozenset({"Deliveries"}))
