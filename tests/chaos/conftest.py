"""What is broken here: the product in a simulated cloud, and the running one."""

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.end_to_end.conftest import running
from tests.support.world import World, Worlds

__all__ = ["running"]
"""The running product, as the end-to-end tests have it."""


@pytest.fixture(scope="session")
def begin(environment: None) -> Iterator[Worlds]:
    """Give a new world at each call, in place of the one before; for all tests of a run."""
    with World.several() as begin:
        yield begin


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Tell whoever runs the tests what was tried."""

    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}", file=sys.stderr)  # noqa: T201 - what pytest-xdist lets through

    return tell
