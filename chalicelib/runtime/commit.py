"""Writes everything that an action changes in one transaction.

The transaction also holds the record of the ``Idempotency-Key`` with the answer, so that a repeated
request finds both the change and its answer, or neither.
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
"""How long the record of a key is kept."""

_CONFLICT_ATTEMPTS = 6
_MOST_PUTS = 25
"""Items in one call of BatchWriteItem."""


class _KeyTaken(Problem):
    """Another request has committed under this key; the record holds its answer."""


@dataclasses.dataclass
class Guard:
    """An idempotent request in progress: its client, key and fingerprint of the body."""

    client_id: str
    key: str
    fingerprint: str
    committed: bool = False

    def record(self, answer: BaseModel | None) -> Write:
        """Describe the record that commits with the changes of the action."""
        item = {
            "client_id": self.client_id,
            "sk": self.key,
            "fingerprint": self.fingerprint,
            "answer": answer.model_dump_json() if answer is not None else "",
            "expires_at": int((clock.now() + KEPT_FOR).timestamp()),
        }
        return IDEMPOTENCY.put(item, new=True, otherwise=_KeyTaken())

    def answer(self) -> str | None:
        """Return the JSON that was answered under this key; None for a new key.

        Raises:
            IdempotencyKeyReused: the key was used with another body.
        """
        get: Get[Item] = IDEMPOTENCY.get(self.client_id, self.key, lambda item: item)
        record = fetch(get)
        if record is None:
            return None
        if record["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused
        return str(record["answer"])


_guard: contextvars.ContextVar[Guard | None] = contextvars.ContextVar("guard", default=None)


@contextlib.contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Add the idempotency record of ``guard`` to the commit within the block."""
    token = _guard.set(guard)
    try:
        yield
    finally:
        _guard.reset(token)


def commit(answer: T, *writes: Write | None) -> T:
    """Perform all writes but the absent ones in one transaction and return ``answer``.

    Raises:
        Problem: a condition did not hold; the write with the condition names the problem.
        Unavailable: other transactions were changing the same items, in all attempts.
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
    """Perform the writes in one transaction; repeat it on conflicts with other transactions.

    A single write is a transaction too: the request token makes a repeat after a lost answer
    harmless, which a plain conditional write does not have.

    Raises:
        Problem: a condition did not hold; the write with the condition names the problem.
        Unavailable: other transactions were changing the same items, in all attempts.
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
    """Perform one conditional write outside a transaction, at half the price of one.

    The call has no request token: when an answer is lost, the SDK repeats the call, whose condition
    may then fail because the first attempt succeeded. Callers must read the item again before they
    take the problem for a refusal.

    Raises:
        Problem: the condition did not hold; the write names the problem.
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
    """Put items without conditions, in batches. The batches are not transactions.

    Raises:
        Unavailable: some items were not accepted in all attempts; others may have been written.
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
    """Wait before the next attempt, longer with each."""
    time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - spreads retries


def _raise_refusal(writes: Sequence[Write], reasons: Sequence[dict[str, Any]]) -> None:
    """Raise the problem of the first failed condition; a used idempotency key goes first."""
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
