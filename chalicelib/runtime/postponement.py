"""Messages that wait for a system outside the product, which is busy or down.

A failed delivery counts towards the receive limit of a queue, which is meant for defects: five
failures are a quarter of an hour. A message whose consumer raises :class:`TryLater` is put on its
queue again with a delay instead, and the delivered copy is deleted. A crash between the two leaves
two copies, which consumers treat as a repeat.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from chalicelib.runtime import clock, request_id
from chalicelib.runtime.aws import client
from chalicelib.runtime.log import MetricUnit, fault, logger, metrics
from chalicelib.runtime.resource import Queue

WAITING_SINCE = "waiting_since"
"""Message attribute: the time of the first delivery, in Unix seconds."""
LONGEST_WAIT = dt.timedelta(days=14)
"""After this time the message fails and goes to the dead letters."""
LONGEST_WAIT_METRIC = "LongestWaitSeconds"
_LEAST_SECONDS = 30
_MOST_SECONDS = 900
"""The longest delay of SQS."""


class TryLater(Exception):
    """Nothing is wrong with the message: a system outside is busy or down.

    ``after`` is the least time until the next attempt, at most a quarter of an hour.
    """

    def __init__(self, reason: str, *, after: dt.timedelta = dt.timedelta()) -> None:
        super().__init__(reason)
        self.after = after


def postpone(queue: Queue, record: Mapping[str, Any], error: TryLater) -> bool:
    """Put a delivered message on its queue again, with a delay that grows with its age.

    The function must be allowed to send to the queue. Returns False if the message is not put on
    the queue, because the message has waited for :data:`LONGEST_WAIT` or the queue refused it.
    """
    now = clock.now().timestamp()
    attributes = _sendable(record.get("messageAttributes", {}))
    since = float(attributes.get(WAITING_SINCE, {}).get("StringValue", now))
    waited = now - since
    metrics.add_dimension("queue", queue.name)
    metrics.add_metric(LONGEST_WAIT_METRIC, MetricUnit.Seconds, waited)
    metrics.flush_metrics()
    if waited >= LONGEST_WAIT.total_seconds():
        return False
    delay = int(min(max(_LEAST_SECONDS, error.after.total_seconds(), waited / 4), _MOST_SECONDS))
    attributes |= {
        WAITING_SINCE: {"DataType": "Number", "StringValue": str(int(since))},
        request_id.NAME: {"DataType": "String", "StringValue": request_id.current()},
    }
    entry = {
        "Id": "0",
        "MessageBody": record["body"],
        "DelaySeconds": delay,
        "MessageAttributes": attributes,
    }
    try:
        answer = client("sqs").send_message_batch(QueueUrl=queue.physical_name, Entries=[entry])
    except Exception as failure:
        fault("message not postponed", failure)
        return False
    if answer.get("Failed"):
        return False
    logger.warning("message postponed", reason=str(error), waited=int(waited), delay=delay)
    return True


def _sendable(attributes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the attributes of a delivered message in the spelling of the call that sends."""
    return {
        name: {"DataType": value["dataType"], "StringValue": value["stringValue"]}
        for name, value in attributes.items()
    }
