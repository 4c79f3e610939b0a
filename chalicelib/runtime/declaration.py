"""What a function of the deployment declares of itself, once.

From these declarations come the routes, the OpenAPI description, each Lambda with its role, queue
or schedule (``infra/synth.py``), and the guards in the tests.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.runtime.caller import Role
from chalicelib.runtime.resource import Queue, Resource
from chalicelib.runtime.settings import Settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Declaration:
    """A function and what it may touch."""

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
    """Who may call; empty for anyone, without a token."""
    status: int
    produces: Sequence[str]
    """The media types of its answer, of which the caller's ``Accept`` chooses; usually one."""
    idempotent: bool
    rate_limit: int | None
    """Calls a second that the gateway lets through, everybody's together; None for the stage's."""
    refuses: Sequence[int] = ()
    """Statuses of its refusals that other actions of its kind do not give."""

    @property
    def is_read(self) -> bool:
        """Whether it is a GET: what it is asked stands in the query."""
        return self.method == "GET"

    @property
    def shares_function(self) -> bool:
        """Reads of a section share one function; one that notes something down has its own."""
        return self.is_read and not self.writes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Consumer(Declaration):
    """What a queue triggers."""

    queue: Queue
    batch_size: int
    window: int
    """Seconds to wait for a batch to fill; AWS wants one for batches of more than ten."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Schedule(Declaration):
    """What time triggers."""

    rate: str
    """An EventBridge schedule expression."""
    alarms: Mapping[str, int]
    """Metrics that it reports at every run, each with the value from which its alarm rings."""


DECLARED: list[Declaration] = []
"""Everything that the modules imported so far declare."""
