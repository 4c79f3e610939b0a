"""The port to other operators: what goes to the connector, and what it brings.

A connector takes dispatches from the queue EdoRoaming and puts what comes back on the queue
EdoInbound. Files lie in the bucket Edo, under ``roaming/out/`` and ``roaming/in/``; it needs
nothing else of ours. Both queues may repeat: a dispatch is known by its identifier.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from chalicelib.requisites import single_line
from chalicelib.runtime import object_store, outbox
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Write
from chalicelib.services.edo.document_model import (
    MOST_SIGNATURE,
    Document,
    DocumentKind,
    Role,
    SignedFile,
    Status,
    TechnologyMessage,
)
from chalicelib.services.edo.document_store import EDO_FILES
from chalicelib.services.edo.participant import Participant, ParticipantId

ROAMING = Queue("EdoRoaming")
"""To the connector."""
INBOUND = Queue("EdoInbound")
"""From the connector."""

_FileName = Annotated[str, single_line(250)]
_Incoming = Annotated[str, Field(pattern=r"^roaming/in/[A-Za-z0-9._/-]{1,200}$")]


def _foreign(one: Participant) -> Participant:
    if one.owner is not None:
        raise ValueError("Участник другого оператора не принадлежит нашему клиенту.")
    return one


Foreign = Annotated[Participant, AfterValidator(_foreign)]
"""Another operator's participant, as it tells of it."""


class OutgoingFile(Model):
    """A signed file, by the keys of its content and of its signature in the bucket."""

    role: Role
    file_name: str
    content_key: str
    signature_key: str


class Dispatch(Model):
    """What a participant of ours did with a document that another operator's takes part in."""

    dispatch_id: str
    exchange_id: Identifier
    author: Participant
    addressee_id: ParticipantId
    document_kind: DocumentKind
    status: Status
    """Where the document stands now."""
    file: OutgoingFile
    reason: str | None = None
    messages: tuple[TechnologyMessage, ...] = ()


class IncomingFile(Model):
    """A signed file that the connector put into the bucket."""

    file_name: _FileName
    content_key: _Incoming
    signature_key: _Incoming


class ParticipantKnown(Model):
    """Another operator's participant, new or changed."""

    kind: Literal["participant"]
    participant: Foreign


class DocumentArrived(Model):
    """A document for one of our participants."""

    kind: Literal["document"]
    dispatch_id: Identifier
    exchange_id: Identifier
    sender: Foreign
    recipient_id: ParticipantId
    document_kind: DocumentKind
    file: IncomingFile


class StatusArrived(Model):
    """What the other side did with a document; all but the delivery by a signed file."""

    kind: Literal["status"]
    dispatch_id: Identifier
    exchange_id: Identifier
    status: Literal[
        "delivered",
        "signed",
        "rejected",
        "revocation_offered",
        "revocation_accepted",
        "revocation_refused",
    ]
    file: IncomingFile | None = None


class MessageArrived(Model):
    """A technology message of the other side or its operator."""

    kind: Literal["technology"]
    dispatch_id: Identifier
    exchange_id: Identifier
    file_name: _FileName
    content_key: _Incoming


Arrived = Annotated[
    ParticipantKnown | DocumentArrived | StatusArrived | MessageArrived,
    Field(discriminator="kind"),
]


class FileRefused(Exception):
    """A file of the connector's is not there, or not what it should be; it is not quoted."""


def take(file: IncomingFile) -> tuple[bytes, bytes]:
    """Return a file that the connector put into the bucket, and the signature over it.

    Raises:
        FileRefused: it is not there, or its signature is too long.
    """
    signature = fetch(file.signature_key)
    if len(signature) > MOST_SIGNATURE:
        raise FileRefused(f"signature too long: {file.signature_key}")
    return fetch(file.content_key), signature


def fetch(key: str) -> bytes:
    """Return what the connector put under a key.

    Raises:
        FileRefused: it is not there.
    """
    content = object_store.get(EDO_FILES, key)
    if content is None:
        raise FileRefused(f"not there: {key}")
    return content


def dispatch(
    document: Document,
    file: SignedFile,
    content: bytes,
    signature: bytes,
    messages: tuple[TechnologyMessage, ...],
) -> Write:
    """Put a file of our side's where the connector finds it, and describe the dispatch.

    ``document`` is as the step leaves it; the step's place in its history names the dispatch.
    """
    dispatch_id = f"{document.document_id}-{len(document.history)}"
    folder = f"roaming/out/{dispatch_id}/{file.signature.signature_id}"
    said = Dispatch(
        dispatch_id=dispatch_id,
        exchange_id=document.exchange_id,
        author=document.mine.model_copy(update={"owner": None}),
        addressee_id=document.other.participant_id,
        document_kind=document.kind,
        status=document.status,
        file=OutgoingFile(
            role=file.role,
            file_name=file.file_name,
            content_key=f"{folder}/content",
            signature_key=f"{folder}/signature.p7s",
        ),
        reason=document.reason or (document.revocation.reason if document.revocation else None),
        messages=messages,
    )
    object_store.put(EDO_FILES, said.file.content_key, content, "application/octet-stream")
    object_store.put(EDO_FILES, said.file.signature_key, signature, "application/pkcs7-signature")
    return outbox.message(document.client_id, ROAMING, said)
