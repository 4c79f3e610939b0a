"""Messages that commit in the transaction of their cause and are sent to their queues afterwards.

A message is an item of the outbox table. The stream of the table triggers ``relay``, which sends
each new item to the queue that the item names. A crash on either side leads to a repeat, so a
message is delivered at least once, and consumers ignore repeats by conditional writes.
"""

import datetime as dt

from pydantic import BaseModel

from chalicelib.runtime import clock
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
    text = body.model_dump_json(exclude_none=True)
    if len(text.encode()) > queue.most_bytes:
        raise ValueError(f"a message of {len(text)} characters to {queue}")
    item = {
        "client_id": client_id,
        "sk": new_identifier(),
        "queue": queue.variable,
        "body": text,
        "expires_at": int((clock.now() + KEPT_FOR).timestamp()),
    }
    return OUTBOX.put(item, new=True)
