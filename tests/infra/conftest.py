"""What is deployed, built once for all the tests here."""

import json
from typing import Any

import pytest

from infra.build import Build, build

Json = dict[str, Any]


@pytest.fixture(scope="session")
def built() -> Build:
    """The templates and the artifact, as they go to production."""
    return build()


@pytest.fixture(scope="session")
def templates(built: Build) -> dict[str, Json]:
    """The template of each stack, in the order of deployment."""
    return {
        part: json.loads(path.read_text(encoding="utf-8")) for part, path in built.templates.items()
    }


@pytest.fixture(scope="session")
def production(templates: dict[str, Json]) -> Json:
    """All templates taken together; their logical ids are unique."""
    together: Json = {"Resources": {}, "Parameters": {}, "Conditions": {}, "Outputs": {}}
    for template in templates.values():
        assert not set(together["Resources"]) & set(template["Resources"])
        for kind in together:
            together[kind] |= template.get(kind, {})
    return together
