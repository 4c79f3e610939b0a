"""What a check of the audit came to."""

import dataclasses
from collections.abc import Sequence
from enum import StrEnum


class State(StrEnum):
    """How a check ended."""

    HELD = "held"
    FAILED = "FAILED"
    NOT_CHECKED = "NOT CHECKED"
    """It could not be made here, so nothing is known."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A check, how it ended, and what there is to say of it."""

    what: str
    state: State
    said: Sequence[str] = ()
