"""Documents of the exchange as they are kept."""

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field

from chalicelib.core.signing.model import Signature
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example
from chalicelib.runtime.page import PageQuery
from chalicelib.services.edo.participants.model import Participant, ParticipantId

if TYPE_CHECKING:  # importing the XML library slows the start of functions that do not need it
    from chalicelib.services.edo.formats.seller_title import SellerTitle

MOST_MESSAGES = 100
"""Technology messages about one document, at most."""


class DocumentKind(StrEnum):
    """Kind of a document."""

    UPD = "upd"
    """A УПД of format 5.03; it is parsed, and the buyer's title answers it."""
    UNFORMALISED = "unformalised"
    """Any other file; a signature over the file answers it."""


class Box(StrEnum):
    """The box that holds a copy: the recipient's inbox or the sender's outbox."""

    INBOX = "inbox"
    OUTBOX = "outbox"


class DocumentState(StrEnum):
    """State of a document, the same in the copies of both sides."""

    SENT = "sent"
    DELIVERED = "delivered"
    SIGNED = "signed"
    REJECTED = "rejected"
    REVOCATION_OFFERED = "revocation_offered"
    REVOKED = "revoked"


class FileRole(StrEnum):
    """Role of a signed file in its document."""

    DOCUMENT = "document"
    """The document itself: the seller's title of a УПД, or the unformalised file."""
    ANSWER = "answer"
    """The buyer's title, or the unformalised file signed by the recipient."""
    CORRECTION_REQUEST = "correction_request"
    """УВУТОЧ: rejects the document, or an offer to revoke the document."""
    ANNULMENT_OFFER = "annulment_offer"
    """ПРАННУЛ: offers to revoke the document; the other side agrees by signing the same file."""


class BoxQuery(PageQuery):
    """The box to list, and optionally a state and a period."""

    box: Box
    status: DocumentState | None = None
    first: Annotated[dt.date | None, Field(alias="from", description="The first day.")] = None
    last: Annotated[dt.date | None, Field(alias="to", description="The last day.")] = None


class DocumentStep(HistoryEntry):
    """A state that a document came to, and the participant whose file brought it there."""

    model_config = example(status="sent", at="2026-11-24T09:00:00Z", by="client")

    participant_id: str | None = None


class SignedFile(Model):
    """A file of a document and a signature over the file."""

    role: FileRole
    file_name: str
    size: int
    """Size of the file in bytes."""
    signed_by: ParticipantId
    evidence_of: str
    """Client identifier under which the file and the signature are kept as evidence."""
    signature: Signature


class UpdFacts(Model):
    """Fields of a УПД that lists show."""

    model_config = example(
        function="СЧФДОП", number="17", date="2026-11-24", total_kopecks=36_600, vat_kopecks=6_600
    )

    function: str
    number: str
    date: dt.date
    total_kopecks: int | None = None
    """Amount to pay; null for a transfer document without amounts."""
    vat_kopecks: int | None = None

    @classmethod
    def of(cls, title: "SellerTitle") -> Self:
        """Return the fields of a seller's title."""
        return cls(
            function=title.function.value,
            number=title.number,
            date=title.date,
            total_kopecks=title.total.total_kopecks if title.total else None,
            vat_kopecks=title.total.vat_kopecks if title.total else None,
        )


class OfferedRevocation(Model):
    """An offer to revoke a document."""

    offered_by: ParticipantId
    reason: str
    before: DocumentState
    """State of the document before the offer, to which a refusal of the offer returns it."""


class Document(Model):
    """One side's copy of a document; a transaction changes the copies of both sides."""

    document_id: Identifier
    exchange_id: Identifier
    """Identifier given by the sender's operator, by which operators name the document."""
    client_id: str
    box: Box
    kind: DocumentKind
    status: DocumentState
    sender: Participant
    recipient: Participant
    sent_at: dt.datetime
    upd: UpdFacts | None = None
    licence_id: str | None = None
    """Licence that the document was charged to."""
    files: tuple[SignedFile, ...]
    history: tuple[DocumentStep, ...]
    reason: str | None = None
    """Reason of the rejection."""
    revocation: OfferedRevocation | None = None

    @property
    def roaming(self) -> bool:
        """Whether another operator serves one of the sides."""
        return self.sender.roaming or self.recipient.roaming

    @property
    def mine(self) -> Participant:
        """The side that this copy belongs to."""
        return self.recipient if self.box is Box.INBOX else self.sender

    @property
    def other(self) -> Participant:
        """The other side."""
        return self.sender if self.box is Box.INBOX else self.recipient

    @property
    def original(self) -> SignedFile:
        """The document itself with the sender's signature."""
        return self.files[0]

    def last_file(self, role: FileRole) -> SignedFile:
        """Return the newest file with that role.

        Raises:
            LookupError: no file has that role.
        """
        for file in reversed(self.files):
            if file.role is role:
                return file
        raise LookupError(f"no {role.value} among the files of {self.document_id}")


class TechnologyMessage(Model):
    """A message of an operator or a participant about the passing of a file."""

    model_config = example(
        kind="operator_confirmation",
        file_name="DP_PDPOL_2SU_20261124.xml",
        about="Договор.pdf",
        content="PD94bWwgdmVyc2lvbj0iMS4wIj8+",
    )

    kind: str
    file_name: str
    about: str
    """Name of the file that the message is about."""
    addressee_id: str
    made_at: dt.datetime
    content: str
    """XML in windows-1251, as base64."""
