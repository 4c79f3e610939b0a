"""Documents of the exchange as their sides see them."""

import datetime as dt
from typing import Self

from chalicelib.core.signing.model import SignerCard
from chalicelib.requisites import Inn, Kpp
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model
from chalicelib.services.edo.document_model import (
    Box,
    Document,
    DocumentKind,
    OfferedRevocation,
    Role,
    SignedFile,
    Status,
    Step,
    UpdFacts,
)
from chalicelib.services.edo.participant import Participant, ParticipantId


class SideCard(Model):
    """A participant as a document shows it."""

    participant_id: ParticipantId
    name: str | None
    inn: Inn
    kpp: Kpp | None


class SignatureCard(Model):
    """A signature and what it is over."""

    signature_id: Identifier
    role: Role
    file_name: str
    size: int
    """Of the file, in bytes."""
    signed_by: ParticipantId
    received_at: dt.datetime
    signers: tuple[SignerCard, ...]


class DocumentCard(Model):
    """A document as one of its sides sees it."""

    document_id: Identifier
    box: Box
    kind: DocumentKind
    status: Status
    roaming: bool
    sender: SideCard
    recipient: SideCard
    sent_at: dt.datetime
    file_name: str
    size: int
    upd: UpdFacts | None
    charged: bool
    """Whether a document of a package was spent on it; known to its sender."""
    reason: str | None
    revocation: OfferedRevocation | None
    signatures: tuple[SignatureCard, ...]
    history: tuple[Step, ...]

    @classmethod
    def of(cls, seen: Document) -> Self:
        """Return what the side whose copy it is may know."""
        shared = {name: getattr(seen, name) for name in cls.model_fields if hasattr(seen, name)}
        return cls(
            **shared
            | {
                "sender": _side(seen.sender),
                "recipient": _side(seen.recipient),
                "file_name": seen.original.file_name,
                "size": seen.original.size,
                "charged": seen.box is Box.OUTBOX and seen.licence_id is not None,
                "signatures": tuple(map(signature_card, seen.files)),
            }
        )


def _side(one: Participant) -> SideCard:
    return SideCard(**one.model_dump(include=set(SideCard.model_fields)))


def signature_card(file: SignedFile) -> SignatureCard:
    """Return what both sides may know of a signed file."""
    return SignatureCard(
        role=file.role,
        file_name=file.file_name,
        size=file.size,
        signed_by=file.signed_by,
        **file.signature.model_dump(),
    )


class Archive(Model):
    """A ZIP with the document, its answers, signatures, messages and printable view."""

    file_name: str
    size: int
    url: str
    expires_at: dt.datetime
    """The address is good until then."""


class FileToSign(Model):
    """A file made for its author to sign."""

    file_name: str
    content: str
    """As base64; sign exactly these bytes."""
