"""Declarations of the functions of the deployment.

The routes, the OpenAPI description, each Lambda with its role and trigger, and checks in the tests
are derived from these declarations.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.runtime.caller import Role
from chalicelib.runtime.machine_token import MachineToken
from chalicelib.runtime.resource import Queue, Resource
from chalicelib.runtime.settings import Settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Declaration:
    """A function and the resources that it may use."""

    function: Callable[..., Any]
    reads: Sequence[Resource]
    writes: Sequence[Resource]
    settings: Sequence[type[Settings]]
    """The settings it loads; no other variable of the deployment is in its environment."""
    timeout: int
    """Seconds."""
    memory: int
    """MB."""

    @property
    def name(self) -> str:
        """The function's name, unique in the deployment."""
        return self.function.__name__

    @property
    def section(self) -> str:
        """The section that declares the function: ``services.fiscal_drives``.

        A room of a section that consists of several services belongs to that section.
        """
        return ".".join(self.function.__module__.split(".")[1:3])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Action(Declaration):
    """An HTTP call: one that changes something, or a read."""

    method: str
    path: str
    callers: frozenset[Role]
    """Roles that may call; empty if anyone may call, without a token."""
    status: int
    produces: Sequence[str]
    """Media types of the answer; the caller chooses by ``Accept``."""
    idempotent: bool
    rate_limit: int | None
    """Calls a second that the gateway admits, of all callers; None for the limit of the stage."""
    token: type[MachineToken] | None = None
    """The token of the system that may call; None for persons, or anyone."""
    refuses: Sequence[int] = ()
    """Statuses of refusals besides those of every action of this kind."""

    @property
    def is_read(self) -> bool:
        """Whether the method is GET, so that the payload is the query."""
        return self.method == "GET"

    @property
    def shares_function(self) -> bool:
        """Whether the action is part of the read-only function of its section."""
        return self.is_read and not self.writes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Consumer(Declaration):
    """A function triggered by a queue."""

    queue: Queue
    batch_size: int
    window: int
    """Seconds to wait for a batch to fill; required for batches of more than ten messages."""
    concurrency: int
    """Most invocations at the same time, at least 2."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Schedule(Declaration):
    """A function triggered by a schedule."""

    rate: str
    """Schedule expression of EventBridge."""
    alarms: Mapping[str, int]
    """Metrics that every run reports, with the value from which the alarm rings."""


DECLARED: list[Declaration] = []
"""All declarations of the modules imported so far."""
