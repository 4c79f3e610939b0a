"""Sends what the outbox holds to its queues: the handler of the outbox table's stream.

The only room that knows AWS's streams. On a cloud without them, the same function is called with
the items of the outbox.
"""

import itertools
import os
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from chalicelib.runtime.aws import client
from chalicelib.runtime.log import logger

_BATCH = 10


def relay(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Send each new item; report the first one not sent, so that the stream repeats from it.

    Never raises for an item's sake: one that names no queue of this deployment is logged and
    passed over, or it would hold up its shard for a day.
    """
    messages = [
        {
            "sequence": record["dynamodb"]["SequenceNumber"],
            "url": os.environ.get(record["dynamodb"]["NewImage"]["queue"]["S"], ""),
            "id": record["dynamodb"]["NewImage"]["sk"]["S"],
            "body": record["dynamodb"]["NewImage"]["body"]["S"],
        }
        for record in event["Records"]
        if record["eventName"] == "INSERT" and "queue" in record["dynamodb"].get("NewImage", {})
    ]
    for lost in (message for message in messages if not message["url"]):
        logger.error("outbox item names no queue", outbox_id=lost["id"])
    failed: list[str] = []
    addressed = sorted((m for m in messages if m["url"]), key=itemgetter("url"))
    for url, group in itertools.groupby(addressed, key=itemgetter("url")):
        failed += _send(url, list(group))
    logger.info("relayed", sent=len(addressed) - len(failed), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(failed, key=int)]}


def _send(url: str, messages: list[dict[str, str]]) -> list[str]:
    """Send the messages and return the sequence numbers of those not sent."""
    failed: list[str] = []
    for start in range(0, len(messages), _BATCH):
        batch = messages[start : start + _BATCH]
        entries = [
            {"Id": str(place), "MessageBody": message["body"]}
            for place, message in enumerate(batch)
        ]
        try:
            answer = client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
            missed = [int(entry["Id"]) for entry in answer.get("Failed", [])]
        except Exception as error:
            logger.error("relay failed", error=type(error).__name__)
            missed = list(range(len(batch)))
        failed += [batch[place]["sequence"] for place in missed]
    return failed
