"""Lets several callers do something at once, each in a process of its own, as functions run.

None of them writes before all have read: each decides upon the same state, so that only the
conditions of their writes can keep them apart.
"""

import contextlib
import dataclasses
import datetime as dt
import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from tests.support.world import Answer, World

Act = Callable[[World], Any]
"""What a caller does; it can be pickled."""

NUMBERS = (2, 8)
"""How many callers there may be."""
_PATIENCE = 60
"""Seconds until a caller gives up waiting for the others."""
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}


@dataclasses.dataclass(frozen=True)
class Failed:
    """What came out where nothing could be answered: the traceback."""

    text: str


class Callers:
    """Processes that are warm, and wait for something to do."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections

    def do(self, moment: dt.datetime, acts: Sequence[Act]) -> list[Any]:
        """Let each do one of the acts at once; return what comes of each, in their order."""
        taken = self._connections[: len(acts)]
        for connection, act in zip(taken, acts, strict=True):
            connection.send((moment, act, len(acts)))
        return [connection.recv() for connection in taken]


@contextlib.contextmanager
def callers(environment: Mapping[str, str]) -> Iterator[Callers]:
    """Give the callers, whose environment has these changes; stop them in the end."""
    # The server is a new process, so it has nothing of a simulated cloud, and imports for all.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["app", __name__])
    barriers = {number: context.Barrier(number) for number in NUMBERS}
    started = []
    for _ in range(max(NUMBERS)):
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, barriers, dict(environment)), daemon=True
        )
        process.start()
        started.append((process, ours))
    try:
        yield Callers([ours for _, ours in started])
    finally:
        for process, ours in started:
            ours.send(None)
            process.join()


class _Meeting:
    """Where callers wait for each other, once: before they write, or when done without."""

    def __init__(self, barrier: Any) -> None:
        self._barrier = barrier
        self._attended = False

    def attend(self) -> None:
        if not self._attended:
            self._attended = True
            self._barrier.wait(_PATIENCE)


def _serve(connection: Connection, barriers: Mapping[int, Any], changes: dict[str, str]) -> None:
    os.environ.update(changes)
    perform = BaseClient._make_api_call
    while task := connection.recv():
        moment, act, number = task
        meeting = _Meeting(barriers[number])

        def met(client: Any, operation: str, parameters: Any, meeting: _Meeting = meeting) -> Any:
            if operation in _WRITES:
                meeting.attend()
            return perform(client, operation, parameters)

        world = World()
        world.moment = moment
        try:
            with mock.patch.object(BaseClient, "_make_api_call", met):
                outcome = act(world)
        except Exception:
            outcome = Failed(traceback.format_exc())
        meeting.attend()
        connection.send(outcome)


def asks_again(outcome: Any, *, late: bool) -> bool:
    """Whether a caller may try again: when told that it is busy or, if ``late``, too late."""
    if not isinstance(outcome, Answer):
        return False
    fault = outcome.status == 500 and outcome.headers.get("Content-Type", "").startswith("text/xml")
    return outcome.status == 503 or (late and (outcome.status in (409, 429) or fault))
