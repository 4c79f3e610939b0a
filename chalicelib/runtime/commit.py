"""The one write of an action: everything it changes, in one transaction, or nothing.

With the changes goes the record of the caller's ``Idempotency-Key`` and the answer, so that the
same request finds either both or neither.
"""

import contextlib
import contextvars
import dataclasses
import datetime as dt
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from pydantic import BaseModel

from chalicelib.runtime import clock
from chalicelib.runtime.aws import client
from chalicelib.runtime.problem import IdempotencyKeyReused, Problem, Unavailable
from chalicelib.runtime.table import Get, Item, Table, Write, fetch, from_wire

T = TypeVar("T", bound=BaseModel | None)

IDEMPOTENCY = Table("Idempotency")
KEPT_FOR = dt.timedelta(days=3)
"""How long a key is remembered."""

_CONFLICT_ATTEMPTS = 6
_MOST_PUTS = 25
"""In one call of BatchWriteItem."""


class _KeyTaken(Problem):
    """Another request committed under this key; the record now holds its answer."""


@dataclasses.dataclass
class Guard:
    """An idempotent request under way: whose, which key, over which body."""

    client_id: str
    key: str
    fingerprint: str
    committed: bool = False

    def record(self, answer: BaseModel | None) -> Write:
        """Describe the record that commits with the action."""
        item = {
            "client_id": self.client_id,
            "sk": self.key,
            "fingerprint": self.fingerprint,
            "answer": answer.model_dump_json() if answer is not None else "",
            "expires_at": int((clock.now() + KEPT_FOR).timestamp()),
        }
        return IDEMPOTENCY.put(item, new=True, otherwise=_KeyTaken())

    def answer(self) -> str | None:
        """Return the JSON answered under this key before, if any.

        Raises:
            IdempotencyKeyReused: the key belongs to another body.
        """
        get: Get[Item] = IDEMPOTENCY.get(self.client_id, self.key, lambda item: item)
        found = fetch(get)
        if found is None:
            return None
        if found["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused
        return str(found["answer"])


_guard: contextvars.ContextVar[Guard | None] = contextvars.ContextVar("guard", default=None)


@contextlib.contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Let the commit within the block carry the idempotency record of ``guard``."""
    token = _guard.set(guard)
    try:
        yield
    finally:
        _guard.reset(token)


def commit(answer: T, *writes: Write | None) -> T:
    """Write everything or nothing, then return ``answer``; absent writes are left out.

    Raises:
        Problem: a condition did not hold; the problem is the one that its write names.
        Unavailable: other transactions kept the items busy.
    """
    present = [write for write in writes if write is not None]
    guard = _guard.get()
    if guard is not None:
        present.append(guard.record(answer))
    transact(present)
    if guard is not None:
        guard.committed = True
    return answer


def transact(writes: Sequence[Write]) -> None:
    """Perform the writes in one transaction, again while other transactions are in the way.

    A single write goes as a transaction too: its request token makes a repeat after a lost
    answer harmless, which a plain conditional write is not.
    """
    request = [write.request for write in writes]
    for attempt in range(_CONFLICT_ATTEMPTS):
        try:
            client("dynamodb").transact_write_items(TransactItems=request)
        except ClientError as error:
            reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])
            if not reasons:
                raise
            _raise_refusal(writes, reasons)
            pause(attempt)
        else:
            return
    raise Unavailable


def write_alone(write: Write) -> None:
    """Perform one conditional write outside a transaction, at half its price.

    It has no request token, so after a lost answer the SDK's repeat may meet its own effect and
    raise: for callers that look again then, and find their change made.

    Raises:
        Problem: the condition did not hold; the problem is the one that the write names.
    """
    ((verb, request),) = write.request.items()
    call = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}[verb]
    request = {k: v for k, v in request.items() if k != "ReturnValuesOnConditionCheckFailure"}
    try:
        getattr(client("dynamodb"), call)(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        raise write.refusal(None) from error


def put_all(puts: Sequence[Write]) -> None:
    """Put items, each by itself and whatever was there, in as few calls as take them.

    Raises:
        Unavailable: some were not taken, again and again; others may have been.
    """
    for start in range(0, len(puts), _MOST_PUTS):
        wanted: dict[str, Any] = {}
        for put in puts[start : start + _MOST_PUTS]:
            request = {"PutRequest": {"Item": put.request["Put"]["Item"]}}
            wanted.setdefault(put.table.physical_name, []).append(request)
        for attempt in range(_CONFLICT_ATTEMPTS):
            answer = client("dynamodb").batch_write_item(RequestItems=wanted)
            wanted = answer.get("UnprocessedItems", {})
            if not wanted:
                break
            pause(attempt)
        else:
            raise Unavailable


def pause(attempt: int) -> None:
    """Wait before trying again what others were in the way of, longer with each attempt."""
    time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - spreads retries


def _raise_refusal(writes: Sequence[Write], reasons: Sequence[dict[str, Any]]) -> None:
    """Raise what the first failed condition stands for; a taken idempotency key goes first."""
    failed = [
        write.refusal(from_wire(reason["Item"]) if reason.get("Item") else None)
        for write, reason in zip(writes, reasons, strict=True)
        if reason.get("Code") == "ConditionalCheckFailed"
    ]
    failed.sort(key=lambda problem: not isinstance(problem, _KeyTaken))
    if failed:
        raise failed[0]
    busy = {"TransactionConflict", "None", "ThrottlingError", "ProvisionedThroughputExceeded"}
    if unknown := {reason.get("Code", "None") for reason in reasons} - busy:
        raise RuntimeError(f"transaction cancelled: {sorted(unknown)}")
