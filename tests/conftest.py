"""What every test may ask for: the product in a simulated cloud."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from _pytest import runner

if TYPE_CHECKING:
    from tests.support.issuer import Issuer
    from tests.support.world import World, Worlds

pytest.register_assert_rewrite("tests.support")


def pytest_configure(config: pytest.Config) -> None:
    """Watch, over the whole run, that no function may touch what it never touches."""
    from tests.support.grants import Watch

    config.pluginmanager.register(Watch(config))


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a running product, which is started and stopped once."""
    for item in items:
        if item.path.parent.name in {"browser", "end_to_end"}:
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))


def _with_room(call: Callable[..., Any], *arguments: Any) -> Any:
    return call(*arguments)


# CPython keeps frames in chunks of 16 KB, and unmaps one when its last frame ends: where a loop
# happens to stand at the end of one, each call within it maps memory anew, and takes four times as
# long. A frame that claims much gets a chunk with room for all that follow.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=70_000)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """Run a test as ever, but above the frame that claims room for the others."""
    return _with_room(runner.pytest_runtest_protocol, item, nextitem)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call a test by what it gets, not by a file's bytes: archives bear the moment they were made."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.fixture(scope="session")
def environment() -> Iterator[None]:
    """Set the environment that the template gives, with credentials that open nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SECTION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        from tests.support import cloud

        for name, value in {**cloud.ACCESS, **cloud.variables()}.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def worlds(environment: None) -> Iterator["Worlds"]:
    """Give a new world at each call, in place of the one before.

    To make the cloud takes longer than most tests, so those of a module share it.
    """
    from tests.support.world import World

    with World.several() as begin:
        yield begin


@pytest.fixture
def world(worlds: "Worlds") -> "World":
    """Give the product with an empty cloud, fresh for each test."""
    return worlds()


@pytest.fixture
def logged(environment: None) -> Iterator[list[dict[str, Any]]]:
    """Collect what the product logs, as it would stand in the log."""
    from chalicelib.runtime.log import logger

    lines: list[dict[str, Any]] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(logger.registered_formatter.format(record)))

    collector = Collector()
    logger.addHandler(collector)
    yield lines
    logger.removeHandler(collector)


@pytest.fixture
def issuer(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator["Issuer"]:
    """Give the issuer whose tokens the product believes, its keys published."""
    from tests.support.issuer import Issuer, forget

    made = Issuer()
    monkeypatch.setenv("OIDC_JWKS_URL", made.url)
    forget()
    yield made
    made.server.shutdown()
    made.server.server_close()
    forget()
