"""The simulated cloud of the unit tests has the limits of the real one."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.aws import client
from chalicelib.runtime.resource import Queue
from tests.support import cloud
from tests.support.world import World


def refused(call: Callable[..., Any], **request: Any) -> bool:
    try:
        call(**request)
    except (ClientError, AssertionError):
        return True
    return False


def puts(number: int, size: int) -> list[dict[str, Any]]:
    return [
        {"Put": {"TableName": ORGANISATION.physical_name, "Item": item(str(n), size)}}
        for n in range(number)
    ]


def item(sk: str, size: int) -> dict[str, Any]:
    return {"client_id": {"S": "limits"}, "sk": {"S": sk}, "text": {"S": "a" * size}}


def test_items_and_transactions_are_limited(world: World) -> None:
    dynamodb = client("dynamodb")
    put, transact = dynamodb.put_item, dynamodb.transact_write_items
    table = ORGANISATION.physical_name
    assert not refused(put, TableName=table, Item=item("1", 390_000))
    assert refused(put, TableName=table, Item=item("1", 400 * 1024))
    for number, size, is_refused in (
        (100, 1, False),
        (101, 1, True),
        (10, 390_000, False),
        (11, 390_000, True),
    ):
        assert refused(transact, TransactItems=puts(number, size)) is is_refused


@pytest.mark.parametrize("name", cloud.queue_names())
def test_messages_are_limited(world: World, name: str) -> None:
    send, url = cloud.client("sqs").send_message, cloud.physical_name(f"{name}Queue")
    assert not refused(send, QueueUrl=url, MessageBody="a" * Queue.most_bytes)
    assert refused(send, QueueUrl=url, MessageBody="a" * (Queue.most_bytes + 1))
