"""Answers of clients to documents: what the actions that answer share."""

from typing import Any

from chalicelib.runtime.commit import commit
from chalicelib.runtime.table import Get, fetch_all
from chalicelib.services.edo.documents import store as documents
from chalicelib.services.edo.documents.model import Box, Document, DocumentState, FileRole
from chalicelib.services.edo.documents.rules import DocumentUnknown
from chalicelib.services.edo.documents.view import DocumentCard
from chalicelib.services.edo.exchange import rules, sides, steps, store
from chalicelib.services.edo.exchange.draft_contents import load_draft_content
from chalicelib.services.edo.exchange.model import AnswerDraft, DraftKind
from chalicelib.services.edo.exchange.signed_content import SignedContent
from chalicelib.services.edo.licences.lookup import load_running_licences
from chalicelib.services.edo.licences.rules import require_licence


def load_with_draft(
    client_id: str, document_id: str, kind: DraftKind
) -> tuple[Document, AnswerDraft | None]:
    """Return the client's copy of a document and its draft of that kind, in one read.

    Raises:
        DocumentUnknown: neither box of the client has the document.
    """
    gets: list[Get[Any]] = [
        documents.copy(client_id, Box.INBOX, document_id),
        documents.copy(client_id, Box.OUTBOX, document_id),
        store.draft(client_id, document_id, kind),
    ]
    received, sent, draft = fetch_all(gets)
    document = received or sent
    if document is None:
        raise DocumentUnknown
    return document, draft


def signed_draft(
    document: Document,
    draft: AnswerDraft | None,
    kind: DraftKind,
    signature: bytes,
    reason: str | None = None,
) -> SignedContent:
    """Return the draft with its signature.

    Raises:
        DraftMissing, ReasonDiffers: see :func:`rules.require_draft`.
    """
    draft = rules.require_draft(draft, document, kind, reason)
    content = load_draft_content(draft)
    return SignedContent(_ROLES[kind], draft.file_name, content, signature)


_ROLES = {
    DraftKind.BUYER_TITLE: FileRole.ANSWER,
    DraftKind.CORRECTION_REQUEST: FileRole.CORRECTION_REQUEST,
    DraftKind.ANNULMENT_OFFER: FileRole.ANNULMENT_OFFER,
}


def require_licence_in_roaming(document: Document) -> None:
    """Require an active licence if another operator serves one of the sides.

    Raises:
        LicenceRequired: the document is in roaming and no licence is active.
    """
    if document.roaming:
        require_licence(load_running_licences(document.client_id))


def answer(
    document: Document, state: DocumentState, signed: SignedContent, reason: str | None = None
) -> DocumentCard:
    """Verify the signature of an answer and move the document to ``state``.

    Raises:
        LicenceRequired: see :func:`require_licence_in_roaming`.
        SignatureRefused: see :meth:`SignedContent.accept`.
    """
    require_licence_in_roaming(document)
    # The e-mail address is a second read, because the document names the other side.
    file = signed.accept(document.client_id, document.mine)
    moved, writes = steps.advance(
        document,
        document.mine,
        state,
        (file, signed),
        reason=reason,
        mail_to=sides.load_email(document.other),
    )
    return commit(DocumentCard.of(moved), *writes)
