"""What the ports to the carriers of e-mail and SMS have in common: references, refusals, rests."""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Self

from chalicelib.core.notification.store import LEASE
from chalicelib.runtime import clock
from chalicelib.runtime.postponement import TryLater

REST = dt.timedelta(seconds=5)
"""How long a process does not call a carrier that was unavailable."""

_resting_until: dict[str, dt.datetime] = {}


@dataclasses.dataclass(frozen=True)
class Reference:
    """The message that a carrier's report is about, in words that every carrier repeats."""

    client_id: str
    message_id: str

    def __str__(self) -> str:
        """Return both as one word; the id of a client has no dot."""
        return f"{self.client_id}.{self.message_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` returned; both parts are empty strings for any other text."""
        client_id, dot, message_id = text.partition(".")
        return cls(client_id, message_id) if dot else cls("", "")


class CarrierUnavailable(TryLater):
    """The carrier throttles, is down or does not answer; the message waits for the carrier.

    ``unanswered`` says that the carrier may have accepted the message, so the lease of the sending
    is kept and the next attempt follows the lease.
    """

    def __init__(
        self, reason: str, *, unanswered: bool = False, after: dt.timedelta = dt.timedelta()
    ) -> None:
        super().__init__(reason, after=LEASE + dt.timedelta(seconds=1) if unanswered else after)
        self.unanswered = unanswered


class RecipientRefused(Exception):
    """The carrier refuses the message to this recipient for good.

    ``reason`` is a stable slug that the statistics show.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextlib.contextmanager
def calling(carrier: str) -> Iterator[None]:
    """Call a carrier within the block, unless the carrier was unavailable a moment ago.

    The messages of a batch behind one on which the carrier hangs would otherwise hang one after
    another, until the function times out and all of them count as failed.

    Raises:
        CarrierUnavailable: the carrier rests.
    """
    if carrier in _resting_until and clock.now() < _resting_until[carrier]:
        raise CarrierUnavailable(f"{carrier} rests")
    try:
        yield
    except CarrierUnavailable:
        _resting_until[carrier] = clock.now() + REST
        raise


def forget_rests() -> None:
    """Forget which carriers rest, as a new process does."""
    _resting_until.clear()
