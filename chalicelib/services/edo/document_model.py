"""Documents of the exchange: what comes in, what goes out, what is kept."""

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.core.signing.model import Signature
from chalicelib.core.uploads.model import Content
from chalicelib.requisites import single_line
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery
from chalicelib.services.edo.formats.form import UpdForm
from chalicelib.services.edo.formats.model import Acceptance
from chalicelib.services.edo.participant import Participant, ParticipantId

if TYPE_CHECKING:  # what a document is like must not cost a reader the XML library
    from chalicelib.services.edo.formats.seller_title import SellerTitle

MOST_SIGNATURE = 64 * 1024
"""Bytes of a detached signature: technology messages carry it, and they are kept as items."""

DetachedSignature = base64_bytes(MOST_SIGNATURE)
"""CMS without the content: DER, BER, PEM or base64 of them."""


class DocumentKind(StrEnum):
    """What a document is."""

    UPD = "upd"
    """A УПД of format 5.03, which is parsed and answered by the buyer's title."""
    UNFORMALISED = "unformalised"
    """Any other file, answered by a signature over itself."""


class Box(StrEnum):
    """On which side of a document its participant stands."""

    INBOX = "inbox"
    OUTBOX = "outbox"


class Status(StrEnum):
    """Where a document stands."""

    SENT = "sent"
    DELIVERED = "delivered"
    SIGNED = "signed"
    REJECTED = "rejected"
    REVOCATION_OFFERED = "revocation_offered"
    REVOKED = "revoked"


class Role(StrEnum):
    """What a signed file is to its document."""

    DOCUMENT = "document"
    """The document itself: the seller's title of a УПД, or the file."""
    ANSWER = "answer"
    """The buyer's title, or the file again, signed by its recipient."""
    CORRECTION_REQUEST = "correction_request"
    """УВУТОЧ: rejects the document, or an offer to revoke it."""
    ANNULMENT_OFFER = "annulment_offer"
    """ПРАННУЛ: offers to revoke the document; signed by the other side too, agrees to it."""


def _plain(name: str) -> str:
    """Refuse a file name that some system would not keep as it is, or take for a path."""
    if any(c in '/\\:*?"<>|' for c in name) or set(name) == {"."}:
        raise ValueError('Имя файла не должно содержать знаков / \\ : * ? " < > |')
    return name


class NewFile(Content):
    """A file: its content, up to 1 MB, or an upload, up to 15 MB."""

    model_config = example(filename="Договор.pdf", content="JVBERi0xLjQKc3RhcnR4cmVmCjkKJSVFT0YK")

    filename: Annotated[str, single_line(250), AfterValidator(_plain)]


class NewDocument(Payload):
    """A document to send, with the sender's detached signature over exactly its content."""

    model_config = example(kind="unformalised")

    recipient_id: ParticipantId
    kind: DocumentKind
    file: NewFile
    signature: DetachedSignature  # type: ignore[valid-type]


class NewUpd(Payload):
    """A УПД to be made from a form."""

    recipient_id: ParticipantId
    form: UpdForm


class DraftKind(StrEnum):
    """What may be made in answer to a document."""

    BUYER_TITLE = "buyer_title"
    CORRECTION_REQUEST = "correction_request"
    ANNULMENT_OFFER = "annulment_offer"


Reason = Annotated[str, single_line(1000)]


class NewDraft(Payload):
    """What answer is to be made; all but the buyer's title say why."""

    model_config = example(kind="correction_request", reason="Не то количество")

    kind: DraftKind
    reason: Reason | None = None
    outcome: Acceptance = Acceptance.ACCEPTED
    """Of the buyer's title: 1 accepted, 2 with discrepancies, 3 not accepted."""
    accepted_on: dt.date | None = None
    """Of the buyer's title; today where it is left out."""

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if (self.reason is None) != (self.kind is DraftKind.BUYER_TITLE):
            needless = "Причина не нужна титулу покупателя."
            raise ValueError(needless if self.reason else "Укажите причину.")
        return self


class Draft(Model):
    """An answer that waits for its author's signature; where its content is."""

    draft_id: Identifier
    client_id: str
    document_id: Identifier
    kind: DraftKind
    file_name: str
    about: str
    """The name of the file that it answers."""
    reason: str | None = None


class DocumentSignature(Payload):
    """A detached signature: of a УПД over the buyer's title made before, else over the content."""

    signature: DetachedSignature  # type: ignore[valid-type]


class Rejection(Payload):
    """Why, and the detached signature over the correction request made with that reason."""

    model_config = example(reason="Не то количество")

    reason: Reason
    signature: DetachedSignature  # type: ignore[valid-type]


class Revocation(Payload):
    """The detached signature over the annulment offer; who offers it says why."""

    model_config = example(reason="Ошибка в документе")

    reason: Reason | None = None
    signature: DetachedSignature  # type: ignore[valid-type]


class DocumentsQuery(PageQuery):
    """Which documents to list: a box, and of it a state and a period, both optional."""

    box: Box
    status: Status | None = None
    first: Annotated[dt.date | None, Field(alias="from", description="The first day.")] = None
    last: Annotated[dt.date | None, Field(alias="to", description="The last day.")] = None


class Step(HistoryEntry):
    """A status that a document came to, and the participant that brought it there."""

    model_config = example(status="sent", at="2026-11-24T09:00:00Z", by="client")

    participant_id: str | None = None


class SignedFile(Model):
    """A file of a document with a signature over it."""

    role: Role
    file_name: str
    size: int
    """Bytes."""
    signed_by: ParticipantId
    evidence_of: str
    """The client whose evidence holds the file and the signature."""
    signature: Signature


class UpdFacts(Model):
    """What a list shows of a УПД."""

    model_config = example(
        function="СЧФДОП", number="17", date="2026-11-24", total_kopecks=36_600, vat_kopecks=6_600
    )

    function: str
    number: str
    date: dt.date
    total_kopecks: int | None = None
    """What is to be paid; a transfer document may say no sums."""
    vat_kopecks: int | None = None

    @classmethod
    def of(cls, title: "SellerTitle") -> Self:
        """Read them from a seller's title."""
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
    before: Status
    """Where the document stood, and stands again if the offer is refused."""


class Document(Model):
    """One side's copy of a document; all that changes is changed in both sides' copies at once."""

    document_id: Identifier
    exchange_id: Identifier
    """Under which operators know it: the identifier that the sender's operator gave."""
    client_id: str
    box: Box
    kind: DocumentKind
    status: Status
    sender: Participant
    recipient: Participant
    sent_at: dt.datetime
    upd: UpdFacts | None = None
    licence_id: str | None = None
    """The licence that it was charged to."""
    files: tuple[SignedFile, ...]
    history: tuple[Step, ...]
    reason: str | None = None
    """Why it was rejected."""
    revocation: OfferedRevocation | None = None

    @property
    def roaming(self) -> bool:
        """Whether one of its sides is another operator's."""
        return self.sender.roaming or self.recipient.roaming

    @property
    def mine(self) -> Participant:
        """The participant whose copy it is."""
        return self.recipient if self.box is Box.INBOX else self.sender

    @property
    def other(self) -> Participant:
        """The participant on the other side."""
        return self.sender if self.box is Box.INBOX else self.recipient

    def answered_by(self, kind: DraftKind) -> SignedFile:
        """Return the file that an answer is about: a correction request refuses the offer to
        revoke the document while there is one."""
        offered = self.status is Status.REVOCATION_OFFERED
        refuses = offered and kind is DraftKind.CORRECTION_REQUEST
        return self.last_file(Role.ANNULMENT_OFFER) if refuses else self.original

    def last_file(self, role: Role) -> SignedFile:
        """Return the newest file of that role.

        Raises:
            LookupError: there is none.
        """
        for one in reversed(self.files):
            if one.role is role:
                return one
        raise LookupError(f"no {role.value} among the files of {self.document_id}")

    @property
    def original(self) -> SignedFile:
        """The document itself, with its sender's signature."""
        return self.files[0]


class TechnologyMessage(Model):
    """What an operator or a participant said about the passing of a file."""

    model_config = example(
        kind="operator_confirmation",
        file_name="DP_PDPOL_2SU_20261124.xml",
        about="Договор.pdf",
        content="PD94bWwgdmVyc2lvbj0iMS4wIj8+",
    )

    kind: str
    file_name: str
    about: str
    """The name of the file that it is about."""
    addressee_id: str
    made_at: dt.datetime
    content: str
    """XML in windows-1251, as base64."""
