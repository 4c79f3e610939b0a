"""Identifiers of other operators in the table Edo, in partitions of no client.

``exchange#<id>``: ``document`` is the key of our copy of a document in roaming. ``dispatch#<id>``:
``received`` marks a received message, for ninety days.
"""

import datetime as dt

from chalicelib.runtime import clock
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Get, Item, Write
from chalicelib.services.edo.documents import store as documents
from chalicelib.services.edo.documents.model import Box, Document
from chalicelib.services.edo.resources import EDO

REPEATS_KNOWN = dt.timedelta(days=90)
"""Time for which a repeated message from the connector is recognised."""


class AlreadyReceived(Problem):
    """The message or the document from the connector was received before."""


def put_exchanged(document: Document) -> Write:
    """Record which of our copies is the document in roaming.

    Raises:
        AlreadyReceived: a document with that ``exchange_id`` is known.
    """
    ((client_id, box),) = documents.sides(document)
    item = {
        "client_id": f"exchange#{document.exchange_id}",
        "sk": "document",
        "owner": client_id,
        "box": box.value,
        "document_id": document.document_id,
    }
    return EDO.put(item, new=True, otherwise=AlreadyReceived())


def exchanged(exchange_id: str) -> Get[Get[Document]]:
    """Describe the read that returns the read of our copy of a document in roaming."""

    def read(item: Item) -> Get[Document]:
        return documents.copy(item["owner"], Box(item["box"]), item["document_id"])

    return EDO.get(f"exchange#{exchange_id}", "document", read)


def received(dispatch_id: str) -> Get[bool]:
    """Describe the read that returns True if the message was received before."""
    return EDO.get(f"dispatch#{dispatch_id}", "received", lambda _: True)


def put_received(dispatch_id: str) -> Write:
    """Record that a message was received.

    Raises:
        AlreadyReceived: the message was received before.
    """
    item = {
        "client_id": f"dispatch#{dispatch_id}",
        "sk": "received",
        "expires_at": int((clock.now() + REPEATS_KNOWN).timestamp()),
    }
    return EDO.put(item, new=True, otherwise=AlreadyReceived())
