"""Sends what the outbox holds to its queues: the handler of the outbox table's stream.

The only room that knows AWS's streams. On a cloud without them, the same function is called with
the items of the outbox.
"""

import itertools
import os
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from chalicelib.runtime.aws import client
from chalicelib.runtime.log import logger
from chalicelib.runtime.resource import Queue

_BATCH = 10
Message = dict[str, str]


def relay(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Send each new item; report the first one not sent, so that the stream repeats from it.

    Never raises for an item's sake: one that is no message to a queue of this deployment is logged
    and passed over, or it would hold up its shard for a day.
    """
    messages = [message for record in event["Records"] if (message := _read(record))]
    failed: list[str] = []
    messages.sort(key=itemgetter("url"))
    for url, group in itertools.groupby(messages, key=itemgetter("url")):
        for batch in _batches(group):
            failed += _send(url, batch)
    logger.info("relayed", sent=len(messages) - len(failed), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(failed, key=int)]}


def _read(record: Mapping[str, Any]) -> Message | None:
    written = record["dynamodb"].get("NewImage", {})
    if record["eventName"] != "INSERT" or "queue" not in written:
        return None
    try:
        return {
            "sequence": record["dynamodb"]["SequenceNumber"],
            "url": os.environ[written["queue"]["S"]],
            "body": written["body"]["S"],
        }
    except KeyError as error:
        logger.error("outbox item is no message", outbox_id=written.get("sk"), lacks=str(error))
        return None


def _batches(messages: Iterator[Message]) -> Iterator[list[Message]]:
    batch: list[Message] = []
    size = 0
    for message in messages:
        length = len(message["body"].encode())
        if batch and (len(batch) == _BATCH or size + length > Queue.most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += length
    yield batch


def _send(url: str, batch: list[Message]) -> list[str]:
    """Send a batch and return the sequence numbers of the messages not sent."""
    entries = [
        {"Id": str(place), "MessageBody": message["body"]} for place, message in enumerate(batch)
    ]
    try:
        answer = client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    except Exception as error:
        logger.error("relay failed", error=type(error).__name__)
        return [message["sequence"] for message in batch]
    return [batch[int(entry["Id"])]["sequence"] for entry in answer.get("Failed", [])]
