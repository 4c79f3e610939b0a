"""Messages commit with what causes them and are relayed to their queues afterwards.

A message is an item of the outbox table. The table's stream triggers ``relay``, which sends each
new item to the queue it names. Both ends repeat after a crash, so a message is delivered at least
once and its consumer decides by conditional writes.
"""

import datetime as dt

from pydantic import BaseModel

from chalicelib.runtime import clock
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Table, Write

OUTBOX = Table("Outbox")
KEPT_FOR = dt.timedelta(days=30)
"""How long a message stays readable after it was written."""


def message(client_id: str, queue: Queue, body: BaseModel) -> Write:
    """Describe a message to ``queue``, concerning ``client_id``, that commits with its cause.

    Raises:
        ValueError: no queue takes a message as long, so its cause must not commit.
    """
    said = body.model_dump_json(exclude_none=True)
    if len(said.encode()) > queue.most_bytes:
        raise ValueError(f"a message of {len(said)} characters to {queue}")
    item = {
        "client_id": client_id,
        "sk": new_identifier(),
        "queue": queue.variable,
        "body": said,
        "expires_at": int((clock.now() + KEPT_FOR).timestamp()),
    }
    return OUTBOX.put(item, new=True)
