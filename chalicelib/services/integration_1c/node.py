"""Nodes of the exchange: the bases of 1С that a client synchronises with, and how far each is.

In the client's partition: ``node#<code>``; ``message#<node>#<number>``, what a message of ours
carried, until it is confirmed or forgotten; ``loaded#<node>#<РНМ>#<day>#<drive>#<shift>``, as what
a shift was last confirmed; ``operation#<id>``, a preparation that 1С waits for; ``file#<id>``, a
message that is ready; ``transfer#<id>``, a file on its way in parts.
"""

import datetime as dt
import json
import zlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.model import Model
from chalicelib.runtime.table import Get, Item, Query, Write, to_item
from chalicelib.services.integration_1c.loading import Shift
from chalicelib.services.integration_1c.rules import ExchangeMoved, ExchangeUnderWay, NodeUnknown
from chalicelib.services.integration_1c.store import INTEGRATION_1C

KEPT_FOR = dt.timedelta(days=7)
"""How long files, operations and transfers are remembered."""
MESSAGES_KEPT_FOR = dt.timedelta(days=100)
"""How long a message of ours may be confirmed; what it carried is sent again afterwards."""


class Node(Model):
    """A base of 1С, by the code that it has for itself."""

    code: str
    node_id: str
    """Another each time that the base is set up, so that then everything begins anew."""
    name: str
    version: Literal["1.17", "1.8"]
    """Of EnterpriseData, that messages to it are written in."""
    sent_no: int = 0
    """The last number given to a message of ours."""
    received_no: int = 0
    """The last message of its that was taken in."""
    confirmed_no: int = 0
    """The last message of ours that it took in."""
    operation: str | None = None
    """The preparation of a message that is under way."""
    busy_until: dt.datetime | None = None
    """When that is given up for dead."""
    created_at: dt.datetime


class OperationState(StrEnum):
    """What 1С is told of an operation that takes long."""

    ACTIVE = "Active"
    COMPLETED = "Completed"
    FAILED = "Failed"


class Operation(Model):
    """The preparation of a message."""

    operation_id: str
    code: str
    node_id: str
    file_id: str
    message_no: int
    state: OperationState
    until: dt.datetime
    """When it is given up for dead."""
    reason: str = ""


class ReadyFile(Model):
    """A message in the bucket, zipped."""

    file_id: str
    size: int


class Transfer(Model):
    """A file on its way to 1С."""

    transfer_id: str
    file_id: str
    size: int
    block: int
    """Bytes of a part; the last may be shorter."""

    @property
    def parts(self) -> int:
        """How many there are."""
        return -(-self.size // self.block)


def node(client_id: str, code: str) -> Get[Node]:
    """One node."""
    return INTEGRATION_1C.get(client_id, f"node#{code}", Node.model_validate)


def put(client_id: str, new: Node) -> Write:
    """Keep a node that is set up, in place of the one there was under its code."""
    item = to_item(new) | {"client_id": client_id, "sk": f"node#{new.code}"}
    return INTEGRATION_1C.put(item)


def remove(client_id: str, code: str) -> Write:
    """Forget a node."""
    return INTEGRATION_1C.delete(
        client_id,
        f"node#{code}",
        when=Attr("code").exists(),
        otherwise=NodeUnknown(code=code),
    )


def begin(client_id: str, seen: Node, new: Operation) -> list[Write]:
    """Begin to prepare the next message, unless one is being prepared."""
    now = clock.now()
    free = Attr("operation").not_exists() | Attr("busy_until").lt(now.isoformat())
    return [
        INTEGRATION_1C.update(
            client_id,
            f"node#{seen.code}",
            put={
                "operation": new.operation_id,
                "busy_until": new.until.isoformat(),
                "sent_no": new.message_no,
            },
            when=free & Attr("node_id").eq(seen.node_id) & Attr("sent_no").eq(seen.sent_no),
            otherwise=ExchangeUnderWay(),
        ),
        INTEGRATION_1C.put(
            to_item(new)
            | {
                "client_id": client_id,
                "sk": f"operation#{new.operation_id}",
                "expires_at": _expiry(KEPT_FOR),
            },
            new=True,
        ),
    ]


def operation(client_id: str, operation_id: str) -> Get[Operation]:
    """One operation."""
    return INTEGRATION_1C.get(client_id, f"operation#{operation_id}", Operation.model_validate)


def complete(client_id: str, done: Operation, size: int, carried: Sequence[Shift]) -> list[Write]:
    """Make a message known that is in the bucket, with what it carries, and end its operation."""
    file = {
        "client_id": client_id,
        "sk": f"file#{done.file_id}",
        "file_id": done.file_id,
        "size": size,
        "expires_at": _expiry(KEPT_FOR),
    }
    message = {
        "client_id": client_id,
        "sk": _message(done.node_id, done.message_no),
        "carried": zlib.compress(json.dumps([_name(one) for one in carried]).encode(), 9),
        "expires_at": _expiry(MESSAGES_KEPT_FOR),
    }
    return [
        _end(client_id, done, OperationState.COMPLETED),
        _release(client_id, done),
        INTEGRATION_1C.put(file, new=True),
        INTEGRATION_1C.put(message, new=True),
    ]


def fail(client_id: str, failed: Operation, reason: str) -> list[Write]:
    """End an operation that cannot succeed."""
    return [
        _end(client_id, failed, OperationState.FAILED, reason),
        _release(client_id, failed),
    ]


def _end(client_id: str, one: Operation, state: OperationState, reason: str = "") -> Write:
    return INTEGRATION_1C.update(
        client_id,
        f"operation#{one.operation_id}",
        put={"state": state.value, "reason": reason},
        when=Attr("state").eq(OperationState.ACTIVE.value),
        otherwise=ExchangeMoved(),
    )


def _release(client_id: str, one: Operation) -> Write:
    return INTEGRATION_1C.update(
        client_id,
        f"node#{one.code}",
        remove=["operation", "busy_until"],
        when=Attr("operation").eq(one.operation_id),
        otherwise=ExchangeMoved(),
    )


def ready_file(client_id: str, file_id: str) -> Get[ReadyFile]:
    """A message that is in the bucket."""
    return INTEGRATION_1C.get(client_id, f"file#{file_id}", ReadyFile.model_validate)


def transfer(client_id: str, transfer_id: str) -> Get[Transfer]:
    """A file on its way."""
    return INTEGRATION_1C.get(client_id, f"transfer#{transfer_id}", Transfer.model_validate)


def put_transfer(client_id: str, new: Transfer) -> Write:
    """Begin to send a file."""
    item = to_item(new) | {
        "client_id": client_id,
        "sk": f"transfer#{new.transfer_id}",
        "expires_at": _expiry(KEPT_FOR),
    }
    return INTEGRATION_1C.put(item, new=True)


def end_transfer(client_id: str, transfer_id: str) -> Write:
    """Forget a transfer, if there is one."""
    return INTEGRATION_1C.delete(client_id, f"transfer#{transfer_id}")


def carried(client_id: str, node_id: str, number: int) -> Get[list[Any]]:
    """The names of the shifts that a message carried."""

    def read(item: Item) -> list[Any]:
        names: list[Any] = json.loads(zlib.decompress(item["carried"]))
        return names

    return INTEGRATION_1C.get(client_id, _message(node_id, number), read)


def load(client_id: str, node_id: str, name: Sequence[Any]) -> Write:
    """Note as what a shift is confirmed."""
    *which, fingerprint = name
    item = {
        "client_id": client_id,
        "sk": "#".join(["loaded", node_id, *map(str, which)]),
        "fingerprint": fingerprint,
        "expires_at": _expiry(4 * MESSAGES_KEPT_FOR),
    }
    return INTEGRATION_1C.put(item)


def loaded(
    client_id: str, node_id: str, register_id: str, first: dt.date, last: dt.date
) -> Query[tuple[str, str]]:
    """As what shifts of a register are confirmed, by :func:`name_of` the shift."""
    return INTEGRATION_1C.between(
        client_id,
        f"loaded#{node_id}#{register_id}#{first.isoformat()}#",
        f"loaded#{node_id}#{register_id}#{last.isoformat()}#~",
        lambda item: (
            item["sk"].removeprefix(f"loaded#{node_id}#"),
            str(item["fingerprint"]),
        ),
    )


def name_of(shift: Shift) -> str:
    """Return what a shift is kept under, of a node."""
    return "#".join(map(str, _name(shift)[:-1]))


def take_in(
    client_id: str, seen: Node, *, received_no: int, confirmed_no: int, version: str
) -> Write:
    """Note a message of 1С as taken in, unless another was meanwhile."""
    return INTEGRATION_1C.update(
        client_id,
        f"node#{seen.code}",
        put={
            "received_no": received_no,
            "confirmed_no": confirmed_no,
            "version": version,
        },
        when=Attr("node_id").eq(seen.node_id)
        & Attr("received_no").eq(seen.received_no)
        & Attr("confirmed_no").eq(seen.confirmed_no),
        otherwise=ExchangeMoved(),
    )


def _name(shift: Shift) -> list[Any]:
    return [
        shift.register_id,
        shift.day.isoformat(),
        shift.fiscal_drive,
        shift.number,
        shift.fingerprint,
    ]


def _message(node_id: str, number: int) -> str:
    return f"message#{node_id}#{number:010}"


def _expiry(after: dt.timedelta) -> int:
    return int((clock.now() + after).timestamp())
