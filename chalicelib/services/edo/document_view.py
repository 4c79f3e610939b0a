"""Documents of the exchange as their sides see them."""

import datetime as dt
from typing import Self

from chalicelib.core.signing.model import SignerCard
from chalicelib.requisites import Inn, Kpp
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example
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


class SignatureCard(Model):
    """A signature and what it is over."""

    model_config = example(file_name="Договор.pdf", size=52_480)

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

    model_config = example(
        kind="unformalised",
        roaming=False,
        file_name="Договор.pdf",
        size=52_480,
        upd=None,
        charged=False,
    )

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

    model_config = example(
        file_name="Договор.zip", size=60_112, url="https://storage.example.com/edo/archive.zip"
    )

    file_name: str
    size: int
    url: str
    expires_at: dt.datetime
    """The address is good until then."""


class FileToSign(Model):
    """A file made for its author to sign."""

    model_config = example(file_name="ON_NSCHFDOPPR_17.xml", content="PD94bWwgdmVyc2lvbj0iMS4wIj8+")

    file_name: str
    content: str
    """As base64; sign exactly these bytes."""
