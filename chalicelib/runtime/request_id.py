"""The id of the request that caused the work in progress.

The gateway gives each call an id, Lambda gives one to each run of a schedule, and a message from
outside has its own. The id is in every log line and in the answer. A message carries the id as an
attribute of the item in the outbox, then as an attribute of the message in the queue. So whatever a
consumer causes bears the id of the first request.
"""

import contextlib
import contextvars
import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.runtime.identifier import new_identifier

NAME = "request_id"
"""Name of the id in log lines, in items of the outbox and in the attributes of messages."""
HEADER = "X-Request-Id"
"""Header of every answer."""

_VALID = re.compile(r"[A-Za-z0-9+/=_-]{1,128}")
_log_keys: contextvars.ContextVar[Mapping[str, Any] | None] = contextvars.ContextVar(
    NAME, default=None
)


def log_keys() -> Mapping[str, Any]:
    """Return what a log line says about the causes of the work in progress."""
    return _log_keys.get() or {}


def current() -> str:
    """Return the id under which messages are sent now; a new id outside an invocation."""
    return str(log_keys().get(NAME) or new_identifier())


@contextlib.contextmanager
def caused_by(*request_ids: str) -> Iterator[None]:
    """Set the request that causes the work of the block.

    Work that several requests cause, such as a batch, has an id of its own, and its log lines list
    the ids of the requests.
    """
    causes = sorted(set(request_ids))
    keys: dict[str, Any] = {NAME: causes[0] if len(causes) == 1 else new_identifier()}
    if len(causes) > 1:
        keys["request_ids"] = causes
    token = _log_keys.set(keys)
    try:
        yield
    finally:
        _log_keys.reset(token)


def of_call(context: Mapping[str, Any]) -> str:
    """Return the id of an HTTP call from the context that the gateway passes.

    The caller can choose the ``requestId`` by the header ``X-Amzn-RequestId``, but not the
    ``extendedRequestId`` (API Gateway developer guide, Access logging for REST APIs). A gateway
    without the latter gives the former.
    """
    return _valid(context.get("extendedRequestId") or context.get("requestId")) or new_identifier()


def of_run(context: Any) -> str:
    """Return the id of a scheduled run: the id that Lambda gives the invocation."""
    return _valid(getattr(context, "aws_request_id", None)) or new_identifier()


def of_message(record: Mapping[str, Any]) -> str:
    """Return the id in an SQS record of a Lambda event; without one, the id of the message."""
    attribute = record.get("messageAttributes", {}).get(NAME, {})
    return _valid(attribute.get("stringValue")) or str(record["messageId"])


def of_item(item: Mapping[str, Any]) -> str | None:
    """Return the id in an item of DynamoDB's typed form; None for an item written without one."""
    value = item.get(NAME, {})
    return _valid(value.get("S")) if isinstance(value, Mapping) else None


def attributes(request_id: str | None) -> dict[str, Any]:
    """Return the attributes of a message for SQS, as ``SendMessage`` accepts them."""
    return {NAME: {"DataType": "String", "StringValue": request_id}} if request_id else {}


def attributes_size(request_id: str | None) -> int:
    """Return the bytes that the attributes add to the size of a message: name, type and value."""
    return sum(
        len(name) + sum(map(len, value.values())) for name, value in attributes(request_id).items()
    )


def _valid(value: object) -> str | None:
    return value if isinstance(value, str) and _VALID.fullmatch(value) else None
