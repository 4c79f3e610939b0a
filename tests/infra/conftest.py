"""What is deployed, built once for all the tests here."""

import json
from typing import Any

import pytest

from infra.build import Build, build


@pytest.fixture(scope="session")
def built() -> Build:
    """The template and the artifact, as they go to production."""
    return build()


@pytest.fixture(scope="session")
def production(built: Build) -> dict[str, Any]:
    """The template."""
    read: dict[str, Any] = json.loads(built.template.read_text(encoding="utf-8"))
    return read
