"""The result of a check of the audit."""

import dataclasses
from collections.abc import Sequence
from enum import StrEnum


class State(StrEnum):
    """How a check ended."""

    HELD = "held"
    FAILED = "FAILED"
    NOT_CHECKED = "NOT CHECKED"
    """The check could not be made on this machine, so its result is unknown."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A check, its state, and details for the report."""

    what: str
    state: State
    details: Sequence[str] = ()
