"""Documents in the form that the API returns."""

import datetime as dt
from typing import Self

from chalicelib.core.signing.model import SignerCard
from chalicelib.requisites import Inn, Kpp
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example
from chalicelib.services.edo.documents.model import (
    Box,
    Document,
    DocumentKind,
    DocumentState,
    DocumentStep,
    FileRole,
    OfferedRevocation,
    SignedFile,
    UpdFacts,
)
from chalicelib.services.edo.participants.model import Participant, ParticipantId


class SideCard(Model):
    """The sender or the recipient of a document."""

    model_config = example(
        participant_id="2SU-9677190017-771901001-202611240900000000001",
        name="ООО «Ромашка»",
        inn="9677190017",
        kpp="771901001",
    )

    participant_id: ParticipantId
    name: str | None
    inn: Inn
    kpp: Kpp | None

    @classmethod
    def of(cls, participant: Participant) -> Self:
        """Return the public part of a participant."""
        return cls(**participant.model_dump(include=set(cls.model_fields)))


class SignatureCard(Model):
    """A signature and the file that it is over."""

    model_config = example(file_name="Договор.pdf", size=52_480)

    signature_id: Identifier
    role: FileRole
    file_name: str
    size: int
    """Size of the file in bytes."""
    signed_by: ParticipantId
    received_at: dt.datetime
    signers: tuple[SignerCard, ...]

    @classmethod
    def of(cls, file: SignedFile) -> Self:
        """Return the part of a signed file that both sides may see."""
        return cls(
            role=file.role,
            file_name=file.file_name,
            size=file.size,
            signed_by=file.signed_by,
            **file.signature.model_dump(),
        )


class DocumentCard(Model):
    """A document as one of its sides sees it."""

    model_config = example(
        kind="unformalised",
        roaming=True,
        sender={
            "participant_id": "2FO-5024000009-502401001-202601010000000000001",
            "name": "ООО «Дальняя»",
            "inn": "5024000009",
            "kpp": "502401001",
        },
        file_name="Договор.pdf",
        size=52_480,
        upd=None,
        charged=False,
    )

    document_id: Identifier
    box: Box
    kind: DocumentKind
    status: DocumentState
    roaming: bool
    """Whether another operator serves one of the sides."""
    sender: SideCard
    recipient: SideCard
    sent_at: dt.datetime
    file_name: str
    size: int
    """Size of the file in bytes."""
    upd: UpdFacts | None
    charged: bool
    """Whether the document was charged to a licence; always false for the recipient."""
    reason: str | None
    revocation: OfferedRevocation | None
    signatures: tuple[SignatureCard, ...]
    history: tuple[DocumentStep, ...]

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the part of a copy that its side may see."""
        shared = {
            name: getattr(document, name) for name in cls.model_fields if hasattr(document, name)
        }
        return cls(
            **shared
            | {
                "sender": SideCard.of(document.sender),
                "recipient": SideCard.of(document.recipient),
                "file_name": document.original.file_name,
                "size": document.original.size,
                "charged": document.box is Box.OUTBOX and document.licence_id is not None,
                "signatures": tuple(map(SignatureCard.of, document.files)),
            }
        )


class Archive(Model):
    """A ZIP with a document, its answers, signatures, messages and a printable view."""

    model_config = example(
        file_name="Договор.zip", size=60_112, url="https://storage.example.com/edo/archive.zip"
    )

    file_name: str
    size: int
    """Size of the archive in bytes."""
    url: str
    expires_at: dt.datetime
    """Moment until which the address works."""
