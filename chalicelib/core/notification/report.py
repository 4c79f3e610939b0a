"""What carriers report about messages that they accepted."""

from enum import StrEnum

from chalicelib.runtime.model import Model
from chalicelib.runtime.resource import Queue

REPORTS = Queue("CarrierReports")


class Outcome(StrEnum):
    """What became of a message."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class Report(Model):
    """A carrier's final report about a message; reports may be repeated and come out of order."""

    client_id: str
    message_id: str
    outcome: Outcome
    reason: str | None = None
    """Why the message was not delivered, as a stable slug."""
