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
