"""Sends the messages of the outbox to their queues: the handler of DynamoDB streams.

This is the only module that knows streams. On a cloud without streams, the same function can be
called with the items of the outbox.
"""

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.runtime import request_id
from chalicelib.runtime.aws import client, is_outage
from chalicelib.runtime.log import logger
from chalicelib.runtime.resource import Queue

MOST_MESSAGES = 10
"""Messages of one call of SendMessageBatch; together they have at most ``Queue.most_bytes``."""
CALL_SECONDS = 25
"""Longest duration of one call with the repeats of the SDK."""


class _Message(NamedTuple):
    position: int
    """Index of the record in the event."""
    body: str
    request_id: str | None
    """None for an item written by a version of the product without request ids."""

    @property
    def size(self) -> int:
        """Bytes of the message as a queue counts them."""
        return len(self.body.encode()) + request_id.attributes_size(self.request_id)


def relay(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Send each new item to the queue that the item names.

    An item that is not a message to a queue of this deployment is logged and skipped.

    Returns:
        The sequence number of the first record whose message was not sent, as Lambda expects it.
        Lambda delivers that record and those after it again; messages that were sent are then sent
        again, and consumers ignore repeats.
    """
    records = event["Records"]
    queues = _messages(records)
    failed: set[int] = set()
    everything = list(itertools.chain(*queues.values()))
    with request_id.caused_by(*(m.request_id for m in everything if m.request_id)):
        for url, messages in queues.items():
            failed |= _send_all(url, messages, context)
        logger.info("relayed", sent=len(everything) - len(failed), failed=len(failed))
    if not failed:
        return {"batchItemFailures": []}
    sequence_number = records[min(failed)]["dynamodb"]["SequenceNumber"]
    return {"batchItemFailures": [{"itemIdentifier": sequence_number}]}


def _messages(records: Sequence[Mapping[str, Any]]) -> dict[str, list[_Message]]:
    """Return the messages of the records by the URL of their queue."""
    queues: dict[str, list[_Message]] = {}
    for position, record in enumerate(records):
        item = record["dynamodb"].get("NewImage", {})
        if record["eventName"] != "INSERT" or "queue" not in item:
            continue
        try:
            url, body = os.environ[item["queue"]["S"]], item["body"]["S"]
        except KeyError as error:
            logger.error("outbox item is no message", outbox_id=item.get("sk"), lacks=str(error))
            continue
        queues.setdefault(url, []).append(_Message(position, body, request_id.of_item(item)))
    return queues


def _send_all(url: str, messages: Sequence[_Message], context: Any) -> set[int]:
    """Send the messages of one queue; return the positions of those that were not sent.

    From the first outage on, or without time for another call, no more calls are made: otherwise a
    slow queue would use up the time of the others.
    """
    failed: set[int] = set()
    waiting = list(_groups(messages))
    while waiting:
        group = waiting.pop(0)
        if context and context.get_remaining_time_in_millis() < CALL_SECONDS * 1000:
            logger.error("relay failed", error="no time left")
        else:
            try:
                failed |= _send(url, group)
            except Exception as error:
                logger.error("relay failed", error=type(error).__name__)
                if not is_outage(error):
                    # One message may be the reason why the queue refused all.
                    if len(group) > 1:
                        waiting[:0] = [[message] for message in group]
                    else:
                        failed.add(group[0].position)
                    continue
            else:
                continue
        failed |= {message.position for rest in [group, *waiting] for message in rest}
        break
    return failed


def _groups(messages: Sequence[_Message]) -> Iterator[list[_Message]]:
    """Yield the messages in groups that one call accepts, in order."""
    group: list[_Message] = []
    total = 0
    for message in messages:
        if group and (len(group) == MOST_MESSAGES or total + message.size > Queue.most_bytes):
            yield group
            group, total = [], 0
        group.append(message)
        total += message.size
    if group:
        yield group


def _send(url: str, group: Sequence[_Message]) -> set[int]:
    """Send a group by one call; return the positions of the messages that the queue refused."""
    entries = [
        {
            "Id": str(message.position),
            "MessageBody": message.body,
            "MessageAttributes": request_id.attributes(message.request_id),
        }
        for message in group
    ]
    answer = client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    refusals = answer.get("Failed", [])
    for refusal in refusals:
        logger.error("relay failed", error=refusal.get("Code"))
    return {int(refusal["Id"]) for refusal in refusals}
