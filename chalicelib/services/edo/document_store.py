"""Where documents are kept.

In the partition of each side that is ours: ``inbox#<id>`` or ``outbox#<id>``, its copy;
``draft#<id>#<kind>``, an answer it has not signed yet. In partitions of no client:
``document#<id>``: ``message#<id>``, technology messages; ``file#<name>``: ``document``, which makes
the identifier of a title unique; ``exchange#<id>``: ``document``, which of ours one of roaming
is; ``dispatch#<id>``: ``received``, what came from roaming, for ninety days. Index ``box_status``
lists a box by state.

Bucket Edo, for thirty days: ``drafts/``, ``archives/``, and what goes to and comes from roaming.
What was signed is in Evidence.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.core.signing.buckets import EVIDENCE, evidence_key
from chalicelib.runtime import clock, object_store
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Bucket
from chalicelib.runtime.table import Get, Item, Query, Write, to_item
from chalicelib.services.edo.document_model import (
    Box,
    Document,
    Draft,
    DraftKind,
    OfferedRevocation,
    SignedFile,
    Status,
    Step,
    TechnologyMessage,
)
from chalicelib.services.edo.document_rules import StatusNotAllowed, TitleSent
from chalicelib.services.edo.store import EDO

EDO_FILES = Bucket("Edo")
DRAFT_VALID = dt.timedelta(days=30)
MOST_MESSAGES = 100
REPEATS_KNOWN = dt.timedelta(days=90)
"""How long a repeat from roaming is known as one."""


class AlreadyReceived(Problem):
    """What came from roaming came before."""


@dataclasses.dataclass(frozen=True)
class Move:
    """A step of a document: where to, by which signed file, and what it says."""

    status: Status
    step: Step
    file: SignedFile | None = None
    reason: str | None = None
    revocation: OfferedRevocation | None = None


def copy(client_id: str, box: Box, document_id: str) -> Get[Document]:
    """One side's copy of a document."""
    return EDO.get(client_id, f"{box.value}#{document_id}", Document.model_validate)


def documents(
    client_id: str, box: Box, status: Status | None, days: tuple[dt.date | None, dt.date | None]
) -> Query[Document]:
    """A box, newest first; of it a state, and the days from one to another, both in."""
    first, last = _bounds(*days)
    if status is None:
        prefix = box.value
        found = EDO.between(
            client_id, f"{prefix}#{first}", f"{prefix}#{last}", Document.model_validate
        )
        return dataclasses.replace(found, newest_first=True)
    listed = _box_status(client_id, box, status)
    return Query(
        EDO,
        Key("box_status").eq(listed) & Key("box_status_sort").between(first, last),
        (EDO.name, "box_status", listed, first, last),
        Document.model_validate,
        index="box_status",
        newest_first=True,
    )


def _bounds(first: dt.date | None, last: dt.date | None) -> tuple[str, str]:
    """Return the identifiers between which those made on the days are."""

    def at_midnight(day: dt.date) -> str:
        moment = dt.datetime.combine(day, dt.time(), clock.MOSCOW)
        return f"{int(moment.timestamp() * 1000):012x}"

    after = at_midnight(last + dt.timedelta(days=1)) if last else "~"
    return at_midnight(first) if first else "0", after


def put_copies(new: Document) -> list[Write]:
    """Keep a new document on every side of it that is ours."""
    return [EDO.put(_item(new, client_id, box), new=True) for client_id, box in sides(new)]


def sides(document: Document) -> Iterator[tuple[str, Box]]:
    """Give the clients that have a copy, and the box it is in."""
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


def _box_status(client_id: str, box: Box, status: Status) -> str:
    return f"{client_id}#{box.value}#{status.value}"


def move(seen: Document, made: Move) -> list[Write]:
    """Move a document on, in every copy, from the status in which it was ``seen``."""

    def refuse(found: Item | None) -> Problem:
        return StatusNotAllowed(Status(found["status"]) if found else seen.status)

    put: Item = {"status": made.status.value}
    if made.reason is not None and made.status is Status.REJECTED:
        put["reason"] = made.reason
    if made.revocation is not None:
        put["revocation"] = to_item(made.revocation)
    append = {"history": to_item(made.step)}
    if made.file is not None:
        append["files"] = to_item(made.file)
    return [
        EDO.update(
            client_id,
            f"{box.value}#{seen.document_id}",
            put=put | {"box_status": _box_status(client_id, box, made.status)},
            append=append,
            remove=[] if made.status in _WITH_REVOCATION else ["revocation"],
            when=Attr("status").eq(seen.status.value),
            otherwise=refuse,
        )
        for client_id, box in sides(seen)
    ]


_WITH_REVOCATION = {Status.REVOCATION_OFFERED, Status.REVOKED}


def moved(seen: Document, made: Move) -> Document:
    """Return the document as :func:`move` leaves it."""
    kept = seen.revocation if made.status in _WITH_REVOCATION else None
    return seen.model_copy(
        update={
            "status": made.status,
            "history": (*seen.history, made.step),
            "files": (*seen.files, made.file) if made.file else seen.files,
            "reason": made.reason if made.status is Status.REJECTED else seen.reason,
            "revocation": made.revocation or kept,
        }
    )


# --- what makes identifiers unique


def put_title(file_id: str, document_id: str) -> Write:
    """Take the identifier of a title, which no other document may have."""
    item = {"client_id": f"file#{file_id}", "sk": "document", "document_id": document_id}
    return EDO.put(item, new=True, otherwise=TitleSent())


def put_exchanged(document: Document) -> Write:
    """Say which of ours a document of roaming is."""
    ((client_id, box),) = sides(document)
    item = {
        "client_id": f"exchange#{document.exchange_id}",
        "sk": "document",
        "owner": client_id,
        "box": box.value,
        "document_id": document.document_id,
    }
    return EDO.put(item, new=True, otherwise=AlreadyReceived())


def exchanged(exchange_id: str) -> Get[Get[Document]]:
    """Where the copy of a document of roaming is."""

    def read(item: Item) -> Get[Document]:
        return copy(item["owner"], Box(item["box"]), item["document_id"])

    return EDO.get(f"exchange#{exchange_id}", "document", read)


def received(dispatch_id: str) -> Get[bool]:
    """Whether something came from roaming before."""
    return EDO.get(f"dispatch#{dispatch_id}", "received", lambda _: True)


def put_received(dispatch_id: str) -> Write:
    """Note what came from roaming, so that a repeat is known as one."""
    item = {
        "client_id": f"dispatch#{dispatch_id}",
        "sk": "received",
        "expires_at": int((clock.now() + REPEATS_KNOWN).timestamp()),
    }
    return EDO.put(item, new=True, otherwise=AlreadyReceived())


# --- technology messages


def put_messages(document_id: str, said: Sequence[TechnologyMessage]) -> list[Write]:
    """Keep technology messages about a document, in their order."""
    together = new_identifier()
    return [
        EDO.put(
            to_item(one)
            | {"client_id": f"document#{document_id}", "sk": f"message#{together}#{place}"},
            new=True,
        )
        for place, one in enumerate(said)
    ]


def messages(document_id: str) -> Query[TechnologyMessage]:
    """The technology messages about a document, oldest first."""
    return EDO.list(f"document#{document_id}", "message#", TechnologyMessage.model_validate)


# --- files


def draft(client_id: str, document_id: str, kind: DraftKind) -> Get[Draft]:
    """An answer that waits for its signature."""
    return EDO.get(client_id, f"draft#{document_id}#{kind.value}", Draft.model_validate)


def put_draft(new: Draft, content: bytes) -> Write:
    """Keep an answer to be signed, in place of the one made before; its content at once."""
    object_store.put(EDO_FILES, _draft_key(new), content, "application/xml")
    item = to_item(new) | {
        "sk": f"draft#{new.document_id}#{new.kind.value}",
        "expires_at": int((clock.now() + DRAFT_VALID).timestamp()),
    }
    return EDO.put(item)


def draft_content(draft: Draft) -> bytes | None:
    """Return what is to be signed, or None where its days are over."""
    return object_store.get(EDO_FILES, _draft_key(draft))


def _draft_key(draft: Draft) -> str:
    return f"drafts/{draft.client_id}/{draft.draft_id}"


def content(file: SignedFile) -> bytes:
    """Return what was signed.

    Raises:
        LookupError: the evidence is gone.
    """
    return _evidence(file, "content")


def signature(file: SignedFile) -> bytes:
    """Return a signature as it came, see :func:`content`."""
    return _evidence(file, "signature.p7s")


def content_link(file: SignedFile, valid: dt.timedelta) -> str:
    """Return an address that gives what was signed for some time."""
    key = evidence_key(file.evidence_of, file.signature.signature_id, "content")
    return object_store.link(
        EVIDENCE, key, name=file.file_name, media_type="application/octet-stream", valid=valid
    )


def _evidence(file: SignedFile, name: str) -> bytes:
    key = evidence_key(file.evidence_of, file.signature.signature_id, name)
    found = object_store.get(EVIDENCE, key)
    if found is None:
        raise LookupError(f"no {name} of signature {file.signature.signature_id}")
    return found
