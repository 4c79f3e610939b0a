"""Checks after a whole run that every grant of a function was used, and lists unused settings.

Each action runs in the tests under exactly its declared grants and settings (``World`` refuses the
rest), so a missing declaration fails the test that needs it. This module looks for declarations
that nothing needs. A grant is a resource that a declaration reads, or one that it writes: a whole
run fails if no test uses it. Settings that nothing loaded are reported without a failure, since
some are loaded in rare cases only.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

Grant = tuple[str, str, str]
"""A function, a resource's physical name or a settings class's name, ``reads`` or ``writes``."""

SIGNED_FOR: Mapping[tuple[str, str], str] = {
    ("get_application_to_moderate", "test-applications-bucket"): "links to files, signed here",
    ("get_prepared_message", "test-exchanges-bucket"): "a link to the message, signed here",
    ("upload_file", "test-uploads-bucket"): "forms for files, signed here",
}
"""Grants that are used by whoever bears what the function signed; why they are well."""

used: set[Grant] = set()
"""Which grants were used in this process."""


def note(function: str, resources: Iterable[str], *, writes: bool) -> None:
    """Note the use of grants by a call of a cloud API."""
    used.update(
        (function, resource, how)
        for resource in resources
        for how in ("reads", "writes")[: 1 + writes]
    )


def declared() -> set[Grant]:
    """Return every grant that there is."""
    from infra import declarations, functions
    from tests.support import cloud

    declared: set[Grant] = set()
    relays = [
        function for function in functions.all_functions(cloud.queue_names()) if function.relays
    ]
    everything: list[Any] = [
        *declarations.actions(),
        *declarations.consumers(),
        *declarations.schedules(),
    ]
    for function in (*everything, *relays):
        for how, resources in (("reads", function.reads), ("writes", function.writes)):
            for resource in resources:
                name = cloud.resource_name(resource)
                declared.add((function.name, name, how))
    return declared


def unused() -> list[Grant]:
    """Return the grants that nothing used, and those that are argued for in vain."""
    argued = {(function, name) for function, name in SIGNED_FOR}
    never = declared() - used
    stale = argued - {(function, name) for function, name, _ in never}
    return sorted(grant for grant in never if grant[:2] not in argued) + sorted(
        (*grant, "used after all: argue no more") for grant in stale
    )


def unused_settings() -> list[tuple[str, str]]:
    """Return the settings that functions declare and that nothing loaded, by function."""
    from infra import declarations

    everything: list[Any] = [
        *declarations.actions(),
        *declarations.consumers(),
        *declarations.schedules(),
    ]
    return sorted(
        (function.name, model.__name__)
        for function in everything
        for model in function.settings
        if (function.name, model.__name__, "reads") not in used
    )


class Watch:
    """The plugin of pytest; in a run of parts it says nothing."""

    def __init__(self, config: pytest.Config) -> None:
        chosen = (config.option.keyword, config.option.markexpr, config.getoption("lf", None))
        self.whole = config.args_source is config.ArgsSource.TESTPATHS and not any(chosen)
        self.unused: list[Grant] = []
        self.unused_settings: list[tuple[str, str]] = []

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand what was used to the process that asks, which compares."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["grants"] = json.dumps(sorted(used))
        elif self.whole and session.exitstatus == pytest.ExitCode.OK:
            self.unused_settings = unused_settings()
            self.unused = unused()
            if self.unused:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what a worker of pytest-xdist has seen."""
        used.update(map(tuple, json.loads(node.workeroutput["grants"])))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the grants that nothing used and the settings that nothing loaded."""
        if self.unused:
            terminalreporter.section("grants never used", red=True)
            for function, resource, how in self.unused:
                terminalreporter.line(f"{function} {how} {resource}")
        if self.unused_settings:
            terminalreporter.section("settings declared and never loaded", yellow=True)
            for function, settings in self.unused_settings:
                terminalreporter.line(f"{function} {settings}")
