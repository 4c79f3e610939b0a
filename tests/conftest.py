"""Fixtures of all tests, among them the product in a simulated cloud, and the rules of a run."""

import datetime as dt
import itertools
import json
import logging
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest import runner

if TYPE_CHECKING:
    from tests.support.issuer import Issuer
    from tests.support.world import World, Worlds

pytest.register_assert_rewrite("tests.support")
from infra import interpreter  # noqa: E402
from tests.support import tools  # noqa: E402

tools.use()
OWN_PRODUCT = {"test_run.py", "test_feed.py"}
"""Modules of ``end_to_end`` that start what they need themselves."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run leave out the tests that need a tool."""
    what = "leave out the tests that need these tools: " + ", ".join(tools.TOOLS)
    parser.addoption("--without", type=tools.chosen, default=[], metavar="TOOLS", help=what)
    parser.addoption("--order", metavar="SEED", help="'reversed', or shuffle modules and tests")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what this run leaves out."""
    left_out: list[str] = config.getoption("without")
    lines = [f"LEFT OUT, as asked: {name}, {tools.TOOLS[name].purpose}" for name in left_out]
    if interpreter.find(interpreter.PINNED) is None:
        running = interpreter.version_of(Path(sys.executable))
        what = f"the functions under Python {interpreter.PINNED}, which this machine lacks"
        lines.append(f"LEFT OUT: {what}; they are run under {running}")
    return lines


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Make a skip a failure: what a test needs is provided, or left out with ``--without``."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"A test may not be skipped: {report.longrepr[-1]}"


def pytest_configure(config: pytest.Config) -> None:
    """Record, over the whole run, which grants of each function are used."""
    from tests.support.grants import Watch

    config.pluginmanager.register(Watch(config))


NEEDS = {"chromium": "browser", "gost_engine": "gost", "valgrind": "valgrind"}
"""Fixtures by which a test says that it needs a tool."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser."""
    return str(_provided("browser", tools.chromium()))


@pytest.fixture(scope="session")
def gost_engine() -> None:
    """Fail where OpenSSL has no GOST engine."""
    _provided("gost", tools.TOOLS["gost"].works())


@pytest.fixture(scope="session")
def valgrind() -> None:
    """Fail where valgrind is missing."""
    _provided("valgrind", tools.TOOLS["valgrind"].works())


def _provided(name: str, tool: Any) -> Any:
    if not tool:
        pytest.fail(f"`make test` provides {name}; --without={name} leaves it out", pytrace=False)
    return tool


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was asked, put in order, and keep together what shares a running product."""
    left_out = {fixture for fixture, name in NEEDS.items() if name in config.getoption("without")}
    config.hook.pytest_deselected(items=[item for item in items if _needs(item) & left_out])
    items[:] = [item for item in items if not _needs(item) & left_out]
    if order := config.getoption("order"):
        items[:] = _in_order(items, order)
    for item in items:
        shares = item.path.parent.name in {"browser", "end_to_end"}
        if shares and item.path.name not in OWN_PRODUCT:
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))


def _in_order(items: list[pytest.Item], order: str) -> list[pytest.Item]:
    """Return the tests reversed, or shuffled within modules that are shuffled themselves."""
    if order == "reversed":
        return items[::-1]
    chance = random.Random(order)  # noqa: S311 - the same in every worker
    modules = sorted({item.path for item in items})
    place = {path: chance.random() for path in modules}
    return sorted(items, key=lambda item: (place[item.path], chance.random()))


def _needs(item: pytest.Item) -> set[str]:
    return {*getattr(item, "fixturenames", ())}


def _with_room(call: Callable[..., Any], *arguments: Any) -> Any:
    return call(*arguments)


# CPython keeps frames in chunks of 16 KB, and unmaps one when its last frame ends: where a loop
# happens to stand at the end of one, each call within it maps memory anew, and takes four times as
# long. A frame that claims much gets a chunk with room for all that follow.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=70_000)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """Run a test above the frame that claims room for those of the test."""
    return _with_room(runner.pytest_runtest_protocol, item, nextitem)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a file's bytes by the argument: archives contain the moment at which they were made."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.fixture(scope="session")
def environment() -> Iterator[None]:
    """Set the environment that the template sets, with credentials that are valid nowhere."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SECTION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        from tests.support import cloud

        for name, value in {**cloud.ACCESS, **cloud.variables()}.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def worlds(environment: None) -> Iterator["Worlds"]:
    """Return what makes a new world, which replaces the previous one.

    The simulated cloud takes longer to make than most tests take, so the tests of a module share it.
    """
    from tests.support.world import World

    with World.several() as begin:
        yield begin


@pytest.fixture
def world(worlds: "Worlds") -> "World":
    """Return the product with an empty cloud, new for each test."""
    return worlds()


@pytest.fixture
def logged(environment: None) -> Iterator[list[dict[str, Any]]]:
    """Return the list to which each line that the product logs is added."""
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
def advancing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Advance the clock by a millisecond at each reading."""
    from chalicelib.runtime import clock

    now, readings = clock.now, itertools.count()
    monkeypatch.setattr(clock, "now", lambda: now() + dt.timedelta(milliseconds=next(readings)))


@pytest.fixture
def issuer(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator["Issuer"]:
    """Return the issuer whose tokens the product accepts; its keys are published."""
    from tests.support.issuer import Issuer, forget

    made = Issuer()
    monkeypatch.setenv("OIDC_JWKS_URL", made.url)
    forget()
    yield made
    made.server.shutdown()
    made.server.server_close()
    forget()
