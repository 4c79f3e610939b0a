"""Nodes of the exchange, operations that prepare messages, and files in transfer."""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.model import Model
from chalicelib.services.integration_1c.enterprise_data.version import FormatVersion
from chalicelib.services.integration_1c.shifts import RegisterShift


class ExchangeNode(Model):
    """A node of the exchange: an infobase of 1C with which a client synchronises."""

    code: str
    """The code that the infobase has given itself."""
    node_id: str
    """A new value each time the infobase is set up, so that the exchange starts from nothing."""
    name: str
    version: FormatVersion
    """The version of EnterpriseData in which messages to the infobase are written."""
    sent_no: int = 0
    """Number of the last message sent to this infobase."""
    received_no: int = 0
    """Number of the last message accepted from this infobase."""
    confirmed_no: int = 0
    """Number of the last sent message that the infobase has confirmed."""
    operation: str | None = None
    """Identifier of the operation that prepares the next message, if one is running."""
    busy_until: dt.datetime | None = None
    """When the running operation is considered lost."""
    created_at: dt.datetime


class OperationState(StrEnum):
    """The states of a continuous operation, as 1C names them."""

    ACTIVE = "Active"
    COMPLETED = "Completed"
    FAILED = "Failed"


class ContinuousOperation(Model):
    """The preparation of a message (``ContinuousOperation`` of the interface)."""

    operation_id: str
    code: str
    """Code of the node."""
    node_id: str
    file_id: str
    """Identifier of the file to be prepared."""
    message_no: int
    state: OperationState
    until: dt.datetime
    """When the operation is considered lost."""
    reason: str = ""
    """Why the operation failed, in Russian."""
    history: tuple[HistoryEntry, ...]


class ReadyFile(Model):
    """A zipped message in the bucket."""

    file_id: str
    size: int
    """Bytes."""


class FileTransfer(Model):
    """A file that 1C downloads in parts."""

    transfer_id: str
    file_id: str
    size: int
    """Bytes of the file."""
    block: int
    """Bytes of a part; the last part may be shorter."""

    @property
    def parts(self) -> int:
        """The number of parts."""
        return -(-self.size // self.block)


class ShiftVersion(NamedTuple):
    """A shift with the fingerprint that it had when a message carried it."""

    register_id: str
    day: str
    """ISO 8601."""
    fiscal_drive: str
    number: int
    fingerprint: str

    @classmethod
    def of(cls, shift: RegisterShift) -> "ShiftVersion":
        """Return the present version of a shift."""
        day = shift.day.isoformat()
        return cls(shift.register_id, day, shift.fiscal_drive, shift.number, shift.fingerprint)

    @property
    def key(self) -> str:
        """What identifies the shift whatever its version."""
        return f"{self.register_id}#{self.day}#{self.fiscal_drive}#{self.number}"
