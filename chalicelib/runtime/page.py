"""Reads lists by pages. A ``next`` is valid for one caller and one list only."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from chalicelib.runtime.aws import client
from chalicelib.runtime.model import Model, Payload
from chalicelib.runtime.problem import CursorInvalid
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import Query, from_wire, to_wire

T = TypeVar("T")
_TAG = 16


class PageQuery(Payload):
    """Which page of a list to return."""

    limit: Annotated[int, Field(ge=1, le=100, description="Items a page.")] = 20
    next: Annotated[
        str | None, Field(max_length=2048, description="The `next` of the page before.")
    ] = None


class Page(Model, Generic[T]):
    """A page of a list; ``next`` is null on the last page."""

    items: list[T]
    next: str | None


def page(query: Query[T], wanted: PageQuery, client_id: str) -> Page[T]:
    """Read a page of ``query`` for a caller of ``client_id``.

    Raises:
        CursorInvalid: ``next`` was issued to another caller, by another list, or is forged.
    """
    seal = "\0".join((client_id, *query.identity)).encode()
    request = query.request() | {"Limit": wanted.limit}
    if wanted.next is not None:
        request["ExclusiveStartKey"] = to_wire(_open(wanted.next, seal))
    answer = client("dynamodb").query(**request)
    last = answer.get("LastEvaluatedKey")
    return Page(
        items=[query.read(from_wire(item)) for item in answer["Items"]],
        next=_seal(from_wire(last), seal) if last else None,
    )


def _tag(position: bytes, seal: bytes) -> bytes:
    key = PageSettings.load().cursor_key.get_secret_value().encode()
    return hmac.digest(key, seal + b"\0" + position, hashlib.sha256)[:_TAG]


def _seal(key: dict[str, str], seal: bytes) -> str:
    position = json.dumps(key, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_tag(position, seal) + position).decode().rstrip("=")


def _open(cursor: str, seal: bytes) -> dict[str, str]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid from error
    tag, position = raw[:_TAG], raw[_TAG:]
    if not hmac.compare_digest(tag, _tag(position, seal)):
        raise CursorInvalid
    key: dict[str, str] = json.loads(position)
    return key
