"""The history of a thing, which is kept with the thing."""

import datetime as dt
from enum import StrEnum

from chalicelib.runtime.model import Model, example


class Actor(StrEnum):
    """Who caused a change of state."""

    CLIENT = "client"
    OPERATOR = "operator"
    BANK = "bank"
    TIME = "time"
    SYSTEM = "system"


class HistoryEntry(Model):
    """A state that a thing has entered, when, and by whom."""

    model_config = example(status="invoiced", at="2026-11-24T09:00:00Z", by="client")

    status: str
    at: dt.datetime
    by: Actor
