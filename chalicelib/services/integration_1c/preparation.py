"""Messages that are prepared apart: files of a long period, and what 1С waits for."""

import datetime as dt
from typing import Annotated, Literal

from boto3.dynamodb.conditions import Attr
from pydantic import Field

from chalicelib.runtime import clock, object_store
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model
from chalicelib.runtime.table import Get, Write, to_item
from chalicelib.services.integration_1c import sending
from chalicelib.services.integration_1c.model import FileState, PreparedMessage
from chalicelib.services.integration_1c.rules import AlreadyPrepared
from chalicelib.services.integration_1c.store import EXCHANGES, INTEGRATION_1C

KEPT_FOR = dt.timedelta(days=7)
LINK_VALID = dt.timedelta(hours=1)


class ExchangeMessage(Model):
    """A message of an exchange, whose operation 1С watches."""

    kind: Literal["exchange"] = "exchange"
    client_id: Identifier
    operation_id: str


class PeriodMessage(Model):
    """A file of a period."""

    kind: Literal["period"] = "period"
    client_id: Identifier
    message_id: Identifier


Wanted = Annotated[ExchangeMessage | PeriodMessage, Field(discriminator="kind")]
"""Message of the queue ``Preparations``."""


def prepared(client_id: str, message_id: str) -> Get[PreparedMessage]:
    """The file of a period, ready or not."""
    return INTEGRATION_1C.get(client_id, f"prepared#{message_id}", PreparedMessage.model_validate)


def ask(client_id: str, new: PreparedMessage) -> Write:
    """Keep that a file is wanted."""
    item = to_item(new) | {
        "client_id": client_id,
        "sk": f"prepared#{new.message_id}",
        "expires_at": int((clock.now() + KEPT_FOR).timestamp()),
    }
    return INTEGRATION_1C.put(item, new=True)


def ready(client_id: str, message_id: str, size: int, receipts: int) -> Write:
    """Note that the file is in the bucket."""
    return _move(client_id, message_id, FileState.READY, size=size, receipts=receipts)


def failed(client_id: str, message_id: str, reason: str) -> Write:
    """Note why there will be none."""
    return _move(client_id, message_id, FileState.FAILED, reason=reason)


def _move(client_id: str, message_id: str, state: FileState, **known: str | int) -> Write:
    return INTEGRATION_1C.update(
        client_id,
        f"prepared#{message_id}",
        put={"state": state.value, **known},
        when=Attr("state").eq(FileState.PREPARING.value),
        otherwise=AlreadyPrepared(),
    )


def with_link(client_id: str, message: PreparedMessage) -> PreparedMessage:
    """Return the message with where to get it, once it is ready."""
    if message.state is not FileState.READY:
        return message
    link = object_store.link(
        EXCHANGES,
        sending.key(client_id, message.message_id),
        name=f"{file_name(message.first, message.last)}.zip",
        media_type="application/zip",
        valid=LINK_VALID,
    )
    return message.model_copy(update={"link": link})


def file_name(first: dt.date, last: dt.date) -> str:
    """Return what a message of a period is called on the accountant's disk, without its suffix."""
    return f"Чеки для 1С {first:%d.%m.%Y}–{last:%d.%m.%Y}"
