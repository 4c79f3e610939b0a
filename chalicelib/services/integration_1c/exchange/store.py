"""Nodes of the exchange and the state of each exchange in the table.

Items in the client's partition:

- ``node#<code>``: an infobase,
- ``message#<node_id>#<number>``: the shifts that a sent message carries, until the message is
  confirmed or expires,
- ``loaded#<node_id>#<register_id>#<day>#<fiscal_drive>#<shift>``: the fingerprint of a shift that
  the infobase has confirmed,
- ``operation#<operation_id>``: the preparation of a message,
- ``file#<file_id>``: a message that is ready in the bucket,
- ``transfer#<transfer_id>``: a file that 1C downloads in parts.
"""

import datetime as dt
import json
import zlib
from collections.abc import Sequence

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.lifecycle import Move
from chalicelib.runtime.table import Get, Item, Query, Write, to_item
from chalicelib.services.integration_1c.exchange.model import (
    ContinuousOperation,
    ExchangeNode,
    FileTransfer,
    OperationState,
    ReadyFile,
    ShiftVersion,
)
from chalicelib.services.integration_1c.exchange.rules import (
    OPERATION,
    ExchangeInterrupted,
    ExchangeUnderWay,
    NodeUnknown,
)
from chalicelib.services.integration_1c.resources import INTEGRATION_1C

_EXPIRE_AFTER = dt.timedelta(days=7)
"""How long files, operations and transfers are stored."""
_MESSAGES_EXPIRE_AFTER = dt.timedelta(days=100)
"""How long a sent message can be confirmed; afterwards its shifts are sent again."""
_CONFIRMATIONS_EXPIRE_AFTER = 4 * _MESSAGES_EXPIRE_AFTER


def node(client_id: str, code: str) -> Get[ExchangeNode]:
    """Describe the read of a node."""
    return INTEGRATION_1C.get(client_id, f"node#{code}", ExchangeNode.model_validate)


def put_node(client_id: str, new: ExchangeNode) -> Write:
    """Describe the write of a node that is set up, in place of any node with the same code."""
    item = to_item(new) | {"client_id": client_id, "sk": f"node#{new.code}"}
    return INTEGRATION_1C.put(item)


def delete_node(client_id: str, code: str) -> Write:
    """Describe the removal of a node.

    Raises:
        NodeUnknown: on commit, the node does not exist.
    """
    return INTEGRATION_1C.delete(
        client_id,
        f"node#{code}",
        when=Attr("code").exists(),
        otherwise=NodeUnknown(code=code),
    )


def begin_operation(
    client_id: str, current: ExchangeNode, operation: ContinuousOperation
) -> list[Write]:
    """Describe the start of the preparation of the next message.

    Raises:
        ExchangeUnderWay: on commit, another operation of the node is running.
    """
    now = clock.now()
    idle = Attr("operation").not_exists() | Attr("busy_until").lt(now.isoformat())
    unchanged = Attr("node_id").eq(current.node_id) & Attr("sent_no").eq(current.sent_no)
    return [
        INTEGRATION_1C.update(
            client_id,
            f"node#{current.code}",
            put={
                "operation": operation.operation_id,
                "busy_until": operation.until.isoformat(),
                "sent_no": operation.message_no,
            },
            when=idle & unchanged,
            otherwise=ExchangeUnderWay(),
        ),
        INTEGRATION_1C.put(
            to_item(operation)
            | {
                "client_id": client_id,
                "sk": f"operation#{operation.operation_id}",
                "expires_at": _expiry(_EXPIRE_AFTER),
            },
            new=True,
        ),
    ]


def operation(client_id: str, operation_id: str) -> Get[ContinuousOperation]:
    """Describe the read of an operation."""
    sk = f"operation#{operation_id}"
    return INTEGRATION_1C.get(client_id, sk, ContinuousOperation.model_validate)


def complete_operation(
    client_id: str, current: ContinuousOperation, size: int, shifts: Sequence[ShiftVersion]
) -> list[Write]:
    """Describe the end of an operation whose message is in the bucket.

    Args:
        client_id: the client.
        current: the operation.
        size: size of the file in bytes.
        shifts: the shifts that the message carries.

    Raises:
        ExchangeInterrupted: on commit, the operation has ended or the node runs another one.
    """
    file = {
        "client_id": client_id,
        "sk": f"file#{current.file_id}",
        "file_id": current.file_id,
        "size": size,
        "expires_at": _expiry(_EXPIRE_AFTER),
    }
    message = {
        "client_id": client_id,
        "sk": _message_key(current.node_id, current.message_no),
        "carried": zlib.compress(json.dumps(shifts).encode(), 9),
        "expires_at": _expiry(_MESSAGES_EXPIRE_AFTER),
    }
    completed = OPERATION.move(current, OperationState.COMPLETED, Actor.SYSTEM)
    return [
        _end_operation(client_id, completed),
        _release_node(client_id, current),
        INTEGRATION_1C.put(file, new=True),
        INTEGRATION_1C.put(message, new=True),
    ]


def fail_operation(client_id: str, current: ContinuousOperation, reason: str) -> list[Write]:
    """Describe the end of an operation that cannot succeed.

    ``reason`` is in Russian and is shown in 1C.

    Raises:
        ExchangeInterrupted: on commit, the operation has ended or the node runs another one.
    """
    failed = OPERATION.move(current, OperationState.FAILED, Actor.SYSTEM, reason=reason)
    return [
        _end_operation(client_id, failed),
        _release_node(client_id, current),
    ]


def _end_operation(client_id: str, end: Move[OperationState, ContinuousOperation]) -> Write:
    sk = f"operation#{end.changed.operation_id}"
    return end.write(INTEGRATION_1C, client_id, sk, otherwise=ExchangeInterrupted())


def _release_node(client_id: str, current: ContinuousOperation) -> Write:
    return INTEGRATION_1C.update(
        client_id,
        f"node#{current.code}",
        remove=["operation", "busy_until"],
        when=Attr("operation").eq(current.operation_id),
        otherwise=ExchangeInterrupted(),
    )


def ready_file(client_id: str, file_id: str) -> Get[ReadyFile]:
    """Describe the read of a file that is ready."""
    return INTEGRATION_1C.get(client_id, f"file#{file_id}", ReadyFile.model_validate)


def transfer(client_id: str, transfer_id: str) -> Get[FileTransfer]:
    """Describe the read of a transfer."""
    return INTEGRATION_1C.get(client_id, f"transfer#{transfer_id}", FileTransfer.model_validate)


def put_transfer(client_id: str, new: FileTransfer) -> Write:
    """Describe the write of a new transfer."""
    item = to_item(new) | {
        "client_id": client_id,
        "sk": f"transfer#{new.transfer_id}",
        "expires_at": _expiry(_EXPIRE_AFTER),
    }
    return INTEGRATION_1C.put(item, new=True)


def delete_transfer(client_id: str, transfer_id: str) -> Write:
    """Describe the removal of a transfer, which need not exist."""
    return INTEGRATION_1C.delete(client_id, f"transfer#{transfer_id}")


def carried_shifts(client_id: str, node_id: str, number: int) -> Get[list[ShiftVersion]]:
    """Describe the read of the shifts that a sent message carries."""

    def read(item: Item) -> list[ShiftVersion]:
        return [ShiftVersion(*row) for row in json.loads(zlib.decompress(item["carried"]))]

    return INTEGRATION_1C.get(client_id, _message_key(node_id, number), read)


def put_confirmed_shift(client_id: str, node_id: str, shift: ShiftVersion) -> Write:
    """Describe the record of which version of a shift 1C has confirmed."""
    item = {
        "client_id": client_id,
        "sk": f"loaded#{node_id}#{shift.key}",
        "fingerprint": shift.fingerprint,
        "expires_at": _expiry(_CONFIRMATIONS_EXPIRE_AFTER),
    }
    return INTEGRATION_1C.put(item)


def confirmed_shifts(
    client_id: str, node_id: str, register_id: str, first: dt.date, last: dt.date
) -> Query[tuple[str, str]]:
    """Describe the confirmed shifts of a register from day to day, both days included.

    Each is read as ``ShiftVersion.key`` and fingerprint.
    """
    prefix = f"loaded#{node_id}#"
    return INTEGRATION_1C.between(
        client_id,
        f"{prefix}{register_id}#{first.isoformat()}#",
        f"{prefix}{register_id}#{last.isoformat()}#~",
        lambda item: (item["sk"].removeprefix(prefix), str(item["fingerprint"])),
    )


def accept_message(
    client_id: str, current: ExchangeNode, *, received_no: int, confirmed_no: int, version: str
) -> Write:
    """Describe the record that a message of 1C is accepted.

    Raises:
        ExchangeInterrupted: on commit, the node differs from ``current``.
    """
    return INTEGRATION_1C.update(
        client_id,
        f"node#{current.code}",
        put={
            "received_no": received_no,
            "confirmed_no": confirmed_no,
            "version": version,
        },
        when=Attr("node_id").eq(current.node_id)
        & Attr("received_no").eq(current.received_no)
        & Attr("confirmed_no").eq(current.confirmed_no),
        otherwise=ExchangeInterrupted(),
    )


def _message_key(node_id: str, number: int) -> str:
    return f"message#{node_id}#{number:010}"


def _expiry(after: dt.timedelta) -> int:
    return int((clock.now() + after).timestamp())
