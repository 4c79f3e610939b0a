"""Messages to and from the connector to other operators."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from chalicelib.requisites import single_line
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model
from chalicelib.services.edo.documents.model import (
    DocumentKind,
    DocumentState,
    FileRole,
    TechnologyMessage,
)
from chalicelib.services.edo.participants.model import Participant, ParticipantId

_FileName = Annotated[str, single_line(250)]
_IncomingKey = Annotated[str, Field(pattern=r"^roaming/in/[A-Za-z0-9._/-]{1,200}$")]


def _require_foreign(participant: Participant) -> Participant:
    if participant.owner is not None:
        raise ValueError("Участник другого оператора не принадлежит нашему клиенту.")
    return participant


ForeignParticipant = Annotated[Participant, AfterValidator(_require_foreign)]
"""A participant of another operator, as that operator describes it."""


class OutgoingFile(Model):
    """A signed file in the bucket Edo."""

    role: FileRole
    file_name: str
    content_key: str
    signature_key: str


class Dispatch(Model):
    """A step of our participant in a document whose other side another operator serves."""

    dispatch_id: str
    exchange_id: Identifier
    author: Participant
    addressee_id: ParticipantId
    document_kind: DocumentKind
    status: DocumentState
    """State of the document after the step."""
    file: OutgoingFile
    reason: str | None = None
    messages: tuple[TechnologyMessage, ...] = ()


class IncomingFile(Model):
    """A signed file that the connector has put into the bucket Edo."""

    file_name: _FileName
    content_key: _IncomingKey
    signature_key: _IncomingKey


class ParticipantKnown(Model):
    """A new or changed participant of another operator."""

    kind: Literal["participant"]
    participant: ForeignParticipant


class DocumentArrived(Model):
    """A document for one of our participants."""

    kind: Literal["document"]
    dispatch_id: Identifier
    exchange_id: Identifier
    sender: ForeignParticipant
    recipient_id: ParticipantId
    document_kind: DocumentKind
    file: IncomingFile


class StatusArrived(Model):
    """A step of the other side; every step except the delivery has a signed file."""

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
    """A technology message of the other side or of its operator."""

    kind: Literal["technology"]
    dispatch_id: Identifier
    exchange_id: Identifier
    file_name: _FileName
    content_key: _IncomingKey


Arrival = Annotated[
    ParticipantKnown | DocumentArrived | StatusArrived | MessageArrived,
    Field(discriminator="kind"),
]
