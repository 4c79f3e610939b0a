"""The whole product, as production gets it, on this machine: roles enforced, spoken to by HTTP."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.build import build
from infra.local.api import Api
from infra.local.cloud import CloudError
from infra.local.personas import PERSONAS
from infra.local.product import Product, product
from infra.local.seed import seed

CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demonstration data."""
    state = tmp_path_factory.mktemp("product")
    made = build(python=CLOUD_PYTHON)
    try:
        with product(made, state=state, cloud_python=CLOUD_PYTHON, port=0) as started:
            seed(started)
            yield started
    except CloudError as error:
        pytest.fail(str(error))


@pytest.fixture
def persona(running: Product) -> Callable[..., Api]:
    """A caller in somebody's name; overrides replace claims of the token."""

    def caller(name: str, **overrides: object) -> Api:
        return running.api.as_bearer(running.issuer.token(PERSONAS[name], **overrides))

    return caller


@pytest.fixture
def romashka(persona: Callable[..., Api]) -> Api:
    return persona("romashka")


@pytest.fixture
def petrova(persona: Callable[..., Api]) -> Api:
    return persona("petrova")


@pytest.fixture
def operator(persona: Callable[..., Api]) -> Api:
    return persona("operator")


@pytest.fixture
def key() -> Callable[[], str]:
    """A new Idempotency-Key at each call."""
    return lambda: secrets.token_hex(8)
