"""Sends the messages of the outbox to their queues: the handler of DynamoDB streams.

This is the only module that knows streams. On a cloud without streams, the same function can be
called with the items of the outbox.
"""

import os
from collections.abc import Mapping
from typing import Any

from chalicelib.runtime.aws import client
from chalicelib.runtime.log import logger


class RelayIncomplete(Exception):
    """A message could not be sent, so that the stream must repeat the whole batch.

    Messages of the batch that were sent are sent again; consumers ignore repeats.
    """


def relay(event: Mapping[str, Any], context: Any) -> None:
    """Send each new item to the queue that the item names.

    An item that is not a message to a queue of this deployment is logged and skipped: a failure
    would block its shard for 24 hours.

    Raises:
        RelayIncomplete: a message could not be sent; the messages after it were not tried.
    """
    sent = 0
    for record in event["Records"]:
        written = record["dynamodb"].get("NewImage", {})
        if record["eventName"] != "INSERT" or "queue" not in written:
            continue
        try:
            url, body = os.environ[written["queue"]["S"]], written["body"]["S"]
        except KeyError as error:
            logger.error("outbox item is no message", outbox_id=written.get("sk"), lacks=str(error))
            continue
        try:
            client("sqs").send_message(QueueUrl=url, MessageBody=body)
        except Exception as error:
            logger.error("relay failed", error=type(error).__name__)
            raise RelayIncomplete from error
        sent += 1
    logger.info("relayed", sent=sent)
