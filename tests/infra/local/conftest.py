"""A little product, deployed once into a local cloud for all the tests here."""

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.cloud import Cloud

STACK = Path(__file__).with_name("stack")
ROOT = Path(__file__).parents[3]

Pack = Callable[..., Path]


@dataclass(frozen=True)
class Product:
    cloud: Cloud
    outputs: Mapping[str, str]

    def call(
        self, method: str, path: str, caller: str = "client-1", **options: Any
    ) -> urllib3.BaseHTTPResponse:
        url = self.cloud.api_url(self.outputs["RestApiId"], self.outputs["StageName"])
        headers = {"Authorization": f"Bearer {caller}"} | options.pop("headers", {})
        return self.cloud.http.request(method, url + path, headers=headers, **options)


@pytest.fixture(scope="session")
def cloud_python() -> Path:
    python = Path(os.environ.get("CLOUD_PYTHON", ROOT / ".venv-cloud/bin/python"))
    if not python.exists():
        pytest.fail(f"the cloud's environment is missing: {python}", pytrace=False)
    return python


@pytest.fixture(scope="session")
def template() -> Path:
    return STACK / "template.yaml"


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    def packed(extra: str = "") -> Path:
        artifact = tmp_path_factory.mktemp("artifact") / "artifact.zip"
        with zipfile.ZipFile(artifact, "w") as archive:
            archive.writestr("handlers.py", (STACK / "handlers.py").read_text() + extra)
        return artifact

    return packed


@pytest.fixture(scope="session")
def deploy(template: Path, pack: Pack) -> Callable[[Cloud], Product]:
    artifact = pack()

    def deployed(cloud: Cloud) -> Product:
        return Product(cloud, cloud.deploy(template, artifact=artifact, stack_name="little"))

    return deployed


@pytest.fixture(scope="session")
def product(cloud_python: Path, deploy: Callable[[Cloud], Product]) -> Iterator[Product]:
    with Cloud(cloud_python) as cloud:
        yield deploy(cloud)
