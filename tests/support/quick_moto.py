"""A short way into moto, which the tests call some hundred thousand times.

moto finds what answers a call by comparing the address with those of all services and making the
addresses of one anew; then it converts the members of requests and responses one by one as botocore's
models name them. Here the addresses of a service are made once. A call of DynamoDB, whose bodies are
already in the form that moto's tables keep, goes straight to moto's handler of the operation.
The SDK's side (validation, serialization, signature, errors) and moto's tables remain the same.

moto changes a stored item in place only where it updates one. That is done on a copy here, so that
copies of a table share the items, and a world costs a few dictionaries instead of a deep copy.
"""

import base64
import collections
import copy
import functools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto import backend_index
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import HTTPException, ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import normalize_request
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

Response = tuple[int, dict[str, Any], Any]

_TARGET = "DynamoDB_20120810."
_update = DynamoDBBackend.update_item


@contextmanager
def shortened() -> Iterator[None]:
    """Let calls take the short way within the block."""
    with (
        mock.patch.object(BotocoreStubber, "process_request", _answer),
        mock.patch.object(DynamoDBBackend, "update_item", _update_copy),
        mock.patch.object(Table, "__deepcopy__", _sharing, create=True),
    ):
        yield


def attributes(item: Item) -> dict[str, Any]:
    """Return the attributes of a stored item, which is never changed, in DynamoDB's typed form."""
    if not hasattr(item, "typed"):
        item.typed = item.to_json()["Attributes"]  # type: ignore[attr-defined]
    return item.typed  # type: ignore[attr-defined, no-any-return]


def _answer(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Response:
    address = urlsplit(str(request.url))
    target = request.headers.get("X-Amz-Target", "")
    target = target.decode() if isinstance(target, bytes) else target
    if target.startswith(_TARGET):
        return _answer_dynamodb(target, address.netloc.split(".")[1], request.body)
    place = f"{address.scheme}://{address.netloc}{address.path}"
    answer = next(
        method
        for pattern, method in _methods(f"{address.scheme}://{address.netloc}")
        if pattern.match(place)
    )
    normalized = normalize_request(request)
    try:
        return answer(normalized, normalized.raw_url, normalized.headers)
    except HTTPException as error:
        return error.code or 500, dict(error.get_headers()), error.get_body()


@functools.cache
def _methods(host: str) -> list[tuple[re.Pattern[str], Callable[..., Response]]]:
    """Return what answers at the addresses of a host; more than one service may have it."""
    methods = []
    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(f"{host}/"):
            of_account = get_backend(service)[DEFAULT_ACCOUNT_ID]  # type: ignore[call-overload]
            backend = of_account["us-east-1" if "us-east-1" in of_account else "aws"]
            methods += [(re.compile(url), method) for url, method in backend.urls.items()]
    return methods


def _answer_dynamodb(target: str, region: str, body: bytes) -> Response:
    handler = DynamoHandler()
    handler.headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
    handler.querystring, handler.response_headers = {}, {}
    handler.current_account, handler.region = DEFAULT_ACCOUNT_ID, region
    handler.body = handler.params = json.loads(
        body, object_hook=_decoded if b'"B' in body else None
    )
    try:
        result = getattr(handler, camelcase_to_underscores(target.removeprefix(_TARGET)))()
    except ServiceException as error:
        refusal: Response = handler.serialized(ActionResult(error))
        return refusal
    except HTTPException as error:
        return error.code or 500, dict(error.get_headers()), error.description
    return 200, {}, dynamo_json_dump(result.result)


def _decoded(value: dict[str, Any]) -> dict[str, Any]:
    match value:
        case {"B": str(text), **rest} if not rest:
            return {"B": base64.b64decode(text)}
        case {"BS": [*texts], **rest} if not rest:
            return {"BS": [base64.b64decode(text) for text in texts]}
    return value


def _update_copy(
    backend: DynamoDBBackend, table_name: str, key: dict[str, Any], *more: Any, **options: Any
) -> Any:
    table = backend.get_table(table_name)
    client, place = (DynamoType(key[name]) for name in table.table_key_attrs)
    item = table.get_item(client, place)
    if item is not None:
        table.items[client][place] = copy.deepcopy(item)
    return _update(backend, table_name, key, *more, **options)


def _sharing(table: Table, memo: dict[int, Any]) -> Table:
    """Return a copy of a table that has the same items."""
    duplicate = copy.copy(table)
    duplicate.items = collections.defaultdict(
        dict, {client: dict(items) for client, items in table.items.items()}
    )
    return duplicate
