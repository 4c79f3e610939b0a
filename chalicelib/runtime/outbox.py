"""Messages that commit in the transaction of their cause and are sent to their queues afterwards.

A message is an item of the outbox table. The stream of the table triggers ``relay``, which sends
each new item to the queue that the item names. A crash on either side leads to a repeat, so a
message is delivered at least once, and consumers ignore repeats by conditional writes.
"""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from chalicelib.runtime import clock, request_id
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Table, Write

OUTBOX = Table("Outbox")
KEPT_FOR = dt.timedelta(days=30)
"""How long a message is kept after it was written."""


def message(client_id: str, queue: Queue, body: BaseModel) -> Write:
    """Describe a message about ``client_id`` to ``queue`` that commits with its cause.

    Raises:
        ValueError: the message is larger than a queue accepts.
    """
    item = {
        "client_id": client_id,
        "sk": new_identifier(),
        **relayed(queue, body),
        "expires_at": int((clock.now() + KEPT_FOR).timestamp()),
    }
    return OUTBOX.put(item, new=True)


def relayed(queue: Queue, body: BaseModel) -> dict[str, Any]:
    """Return the attributes that make an item of a table with a relayed stream a message.

    Raises:
        ValueError: the message is larger than a queue accepts.
    """
    text = body.model_dump_json(exclude_none=True)
    cause = request_id.current()
    if len(text.encode()) + request_id.attributes_size(cause) > queue.most_bytes:
        raise ValueError(f"a message of {len(text)} characters to {queue}")
    return {"queue": queue.variable, "body": text, request_id.NAME: cause}
