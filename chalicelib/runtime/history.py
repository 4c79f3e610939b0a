"""What happened to a thing, kept with it."""

import datetime as dt
from enum import StrEnum

from chalicelib.runtime import clock
from chalicelib.runtime.model import Model, example


class Actor(StrEnum):
    """On whose account a state changed."""

    CLIENT = "client"
    OPERATOR = "operator"
    BANK = "bank"
    TIME = "time"
    SYSTEM = "system"


class HistoryEntry(Model):
    """A status or state that a thing came to."""

    model_config = example(status="invoiced", at="2026-11-24T09:00:00Z", by="client")

    status: str
    at: dt.datetime
    by: Actor

    @classmethod
    def now(cls, status: str, by: Actor) -> "HistoryEntry":
        """The change that happens at this moment."""
        return cls(status=status, at=clock.now(), by=by)
