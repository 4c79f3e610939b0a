"""Requests to send and to answer documents, and drafts of answers."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from chalicelib.core.uploads.model import Content
from chalicelib.requisites import single_line
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.services.edo.documents.model import DocumentKind
from chalicelib.services.edo.formats.codes import Acceptance
from chalicelib.services.edo.formats.upd_form import UpdForm
from chalicelib.services.edo.participants.model import ParticipantId
from chalicelib.services.edo.resources import MOST_SIGNATURE

DetachedSignature = base64_bytes(MOST_SIGNATURE)
"""CMS without the content, as DER, BER or PEM, or base64 of them."""


def _require_plain(name: str) -> str:
    """Refuse a file name that a file system would change or take for a path."""
    if any(c in '/\\:*?"<>|' for c in name) or set(name) == {"."}:
        raise ValueError('Имя файла не должно содержать знаков / \\ : * ? " < > |')
    return name


class NewDocumentFile(Content):
    """A file: its content, up to 1 MB, or an upload, up to 15 MB."""

    model_config = example(filename="Договор.pdf", content="JVBERi0xLjQKc3RhcnR4cmVmCjkKJSVFT0YK")

    filename: Annotated[str, single_line(250), AfterValidator(_require_plain)]


class OutgoingDocument(Payload):
    """A document to send, with the sender's detached signature over exactly its content."""

    model_config = example(
        recipient_id="2FO-5024000009-502401001-202601010000000000001", kind="unformalised"
    )

    recipient_id: ParticipantId
    kind: DocumentKind
    file: NewDocumentFile
    signature: DetachedSignature  # type: ignore[valid-type]


class NewUpd(Payload):
    """A УПД to make from a form."""

    model_config = example(recipient_id="2FO-5024000009-502401001-202601010000000000001")

    recipient_id: ParticipantId
    form: UpdForm


class DraftKind(StrEnum):
    """Kind of a file that answers a document."""

    BUYER_TITLE = "buyer_title"
    CORRECTION_REQUEST = "correction_request"
    ANNULMENT_OFFER = "annulment_offer"


Reason = Annotated[str, single_line(1000)]


class NewDraft(Payload):
    """The answer to make; every kind except the buyer's title needs a reason."""

    model_config = example(kind="correction_request", reason="Не то количество")

    kind: DraftKind
    reason: Reason | None = None
    outcome: Acceptance = Acceptance.ACCEPTED
    """For the buyer's title: 1 accepted, 2 accepted with discrepancies, 3 not accepted."""
    accepted_on: dt.date | None = None
    """For the buyer's title; today by default."""

    @model_validator(mode="after")
    def _require_reason(self) -> Self:
        if (self.reason is None) != (self.kind is DraftKind.BUYER_TITLE):
            needless = "Причина не нужна титулу покупателя."
            raise ValueError(needless if self.reason else "Укажите причину.")
        return self


class AnswerDraft(Model):
    """An answer that waits for the signature of its author."""

    draft_id: Identifier
    client_id: str
    document_id: Identifier
    kind: DraftKind
    file_name: str
    about: str
    """Name of the file that the draft answers."""
    reason: str | None = None


class DocumentSignature(Payload):
    """A detached signature over the buyer's title made before, or over an unformalised file."""

    signature: DetachedSignature  # type: ignore[valid-type]


class Rejection(Payload):
    """A reason and the detached signature over the correction request made with that reason."""

    model_config = example(reason="Не то количество")

    reason: Reason
    signature: DetachedSignature  # type: ignore[valid-type]


class Revocation(Payload):
    """The detached signature over the annulment offer; an offer, unlike a consent, has a reason."""

    model_config = example(reason="Ошибка в документе")

    reason: Reason | None = None
    signature: DetachedSignature  # type: ignore[valid-type]


class FileToSign(Model):
    """A file for its author to sign."""

    model_config = example(file_name="ON_NSCHFDOPPR_17.xml", content="PD94bWwgdmVyc2lvbj0iMS4wIj8+")

    file_name: str
    content: str
    """The file as base64; sign exactly these bytes."""
