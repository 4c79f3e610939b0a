"""Sends what the outbox holds to its queues: the handler of the outbox table's stream.

The only room that knows AWS's streams. On a cloud without them, the same function is called with
the items of the outbox.
"""

import os
from collections.abc import Mapping
from typing import Any

from chalicelib.runtime.aws import client
from chalicelib.runtime.log import logger


class RelayIncomplete(Exception):
    """A queue did not take its message: the stream is to repeat the whole batch.

    What was sent goes again, which consumers do not mind; so the batch need not be told apart.
    """


def relay(event: Mapping[str, Any], context: Any) -> None:
    """Send each new item to the queue it names.

    An item that is no message to a queue of this deployment is logged and passed over, or it would
    hold up its shard for a day.

    Raises:
        RelayIncomplete: at the first message that could not be sent.
    """
    images = [record["dynamodb"].get("NewImage", {}) for record in event["Records"]]
    messages = [image for image in images if "queue" in image]
    for message in messages:
        try:
            url, body = os.environ[message["queue"]["S"]], message["body"]["S"]
        except KeyError as error:
            logger.error("no message", outbox_id=message["sk"]["S"], lacks=str(error))
            continue
        try:
            client("sqs").send_message(QueueUrl=url, MessageBody=body)
        except Exception as error:
            logger.error("relay failed", outbox_id=message["sk"]["S"], error=str(error))
            raise RelayIncomplete from error
    logger.info("relayed", messages=len(messages))
