"""The cabinet page in a real browser, against the whole product on this machine."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.build import build
from infra.local.personas import PERSONAS
from infra.local.product import product
from infra.local.seed import seed
from tests.support.browser import Cabinet, Gallery
from tests.support.newcomers import NEWCOMERS

CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, running."""
    expect.set_options(timeout=30_000)  # a first call of a function takes seconds here
    with sync_playwright() as driver:
        # Names of downloads are Russian.
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        yield driver.chromium.launch(executable_path=chromium, env=dict(environment))


@pytest.fixture(scope="package")
def url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a product with the demonstration data and the newcomers."""
    state = tmp_path_factory.mktemp("product")
    personas = PERSONAS | NEWCOMERS
    with product(
        build(python=CLOUD_PYTHON),
        state=state,
        cloud_python=CLOUD_PYTHON,
        port=0,
        personas=personas,
    ) as started:
        seed(started)
        yield started.origin.url


@pytest.fixture(scope="package")
def cabinet(browser: Browser, url: str) -> Cabinet:
    """The page, and the product behind it."""
    return Cabinet(browser, url)


@pytest.fixture
def open_as(cabinet: Cabinet) -> Iterator[Callable[..., Page]]:
    """Open a window in somebody's name."""
    with cabinet.windows() as opening:
        yield opening


@pytest.fixture(scope="package")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """Where pictures go: to the folder named by GALLERY, which `make gallery` sets."""
    named = os.environ.get("GALLERY")
    pictures = Gallery(Path(named) if named else tmp_path_factory.mktemp("gallery"))
    yield pictures
    pictures.close()
