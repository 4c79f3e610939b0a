"""Documents in the table Edo.

In the partition of each side that is our client: ``inbox#<id>`` or ``outbox#<id>``, the side's
copy. The index ``box_status`` lists a box by state. In partitions of no client: ``document#<id>``:
``message#<id>``, technology messages; ``file#<name>``: ``document`` makes the identifier of a title
unique.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from boto3.dynamodb.conditions import Key

from chalicelib.runtime import clock
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.lifecycle import Move
from chalicelib.runtime.table import Get, Item, Query, Write, to_item
from chalicelib.services.edo.documents.model import (
    Box,
    Document,
    DocumentState,
    TechnologyMessage,
)
from chalicelib.services.edo.documents.rules import TitleSent
from chalicelib.services.edo.resources import EDO


def copy(client_id: str, box: Box, document_id: str) -> Get[Document]:
    """Describe the read of one side's copy."""
    return EDO.get(client_id, f"{box.value}#{document_id}", Document.model_validate)


def documents(
    client_id: str,
    box: Box,
    state: DocumentState | None,
    days: tuple[dt.date | None, dt.date | None],
) -> Query[Document]:
    """Describe the list of a box, newest first, from the first of ``days`` to the second, both
    included; only the documents in ``state``, if given."""
    first, last = _bounds(*days)
    if state is None:
        prefix = box.value
        query = EDO.between(
            client_id, f"{prefix}#{first}", f"{prefix}#{last}", Document.model_validate
        )
        return dataclasses.replace(query, newest_first=True)
    box_status = _box_status(client_id, box, state)
    return Query(
        EDO,
        Key("box_status").eq(box_status) & Key("box_status_sort").between(first, last),
        (EDO.name, "box_status", box_status, first, last),
        Document.model_validate,
        index="box_status",
        newest_first=True,
    )


def _bounds(first: dt.date | None, last: dt.date | None) -> tuple[str, str]:
    """Return the bounds of the identifiers of documents made on these days, in Moscow."""

    def at_midnight(day: dt.date) -> str:
        moment = dt.datetime.combine(day, dt.time(), clock.MOSCOW)
        return f"{int(moment.timestamp() * 1000):012x}"

    after = at_midnight(last + dt.timedelta(days=1)) if last else "~"
    return at_midnight(first) if first else "0", after


def put_copies(new: Document) -> list[Write]:
    """Keep a new document in the box of each side that is our client."""
    return [EDO.put(_item(new, client_id, box), new=True) for client_id, box in sides(new)]


def sides(document: Document) -> Iterator[tuple[str, Box]]:
    """Yield each client that has a copy, and the box that holds the copy."""
    if document.sender.owner:
        yield document.sender.owner, Box.OUTBOX
    if document.recipient.owner:
        yield document.recipient.owner, Box.INBOX


def _item(document: Document, client_id: str, box: Box) -> Item:
    own = document.model_copy(update={"client_id": client_id, "box": box})
    return to_item(own) | {
        "sk": f"{box.value}#{document.document_id}",
        "box_status": _box_status(client_id, box, document.status),
        "box_status_sort": document.document_id,
    }


def _box_status(client_id: str, box: Box, state: DocumentState) -> str:
    return f"{client_id}#{box.value}#{state.value}"


def move_document(move: Move[DocumentState, Document]) -> list[Write]:
    """Move a document to another state, in every copy.

    Raises:
        DocumentStateNotAllowed: the document is no longer in the state that was read.
    """
    document = move.changed
    return [
        move.write(
            EDO,
            client_id,
            f"{box.value}#{document.document_id}",
            put={"box_status": _box_status(client_id, box, document.status)},
        )
        for client_id, box in sides(document)
    ]


def put_title(file_id: str, document_id: str) -> Write:
    """Reserve the file identifier of a title for a document.

    Raises:
        TitleSent: another document has a title with that identifier.
    """
    item = {"client_id": f"file#{file_id}", "sk": "document", "document_id": document_id}
    return EDO.put(item, new=True, otherwise=TitleSent())


def put_messages(document_id: str, messages: Sequence[TechnologyMessage]) -> list[Write]:
    """Keep technology messages about a document in their order."""
    group = new_identifier()
    return [
        EDO.put(
            to_item(message)
            | {"client_id": f"document#{document_id}", "sk": f"message#{group}#{place}"},
            new=True,
        )
        for place, message in enumerate(messages)
    ]


def messages(document_id: str) -> Query[TechnologyMessage]:
    """Describe the list of technology messages about a document, oldest first."""
    return EDO.list(f"document#{document_id}", "message#", TechnologyMessage.model_validate)
