"""The writes of a step: the copies of the document, technology messages, an e-mail, a dispatch.

The steps of clients and the steps that arrive from roaming have the same writes.
"""

from typing import Any

from chalicelib.runtime.history import Actor
from chalicelib.runtime.table import Write
from chalicelib.services.edo.documents import store as documents
from chalicelib.services.edo.documents.model import (
    Document,
    DocumentKind,
    DocumentState,
    OfferedRevocation,
    SignedFile,
    TechnologyMessage,
)
from chalicelib.services.edo.documents.rules import DOCUMENT
from chalicelib.services.edo.exchange import mail
from chalicelib.services.edo.exchange.signed_content import SignedContent
from chalicelib.services.edo.exchange.technology_messages import make_messages
from chalicelib.services.edo.participants.model import Participant
from chalicelib.services.edo.roaming import connector
from chalicelib.services.edo.roaming import store as roaming


def begin(new: Document, signed: SignedContent, mail_to: str | None) -> list[Write | None]:
    """Return the writes of a new document.

    ``mail_to`` is the e-mail address of the recipient, or None if the recipient is in roaming.
    """
    file = new.original
    messages = make_messages(new, file, signed.signature)
    return [
        *documents.put_copies(new),
        *documents.put_messages(new.document_id, messages),
        roaming.put_exchanged(new) if new.roaming else None,
        documents.put_title(file.file_name.removesuffix(".xml"), new.document_id)
        if new.kind is DocumentKind.UPD
        else None,
        mail.document_received(new, mail_to) if mail_to else None,
        _dispatch(new, file, signed, messages),
    ]


def advance(
    current: Document,
    author: Participant,
    state: DocumentState,
    signed: tuple[SignedFile, SignedContent] | None,
    *,
    reason: str | None = None,
    mail_to: str | None = None,
) -> tuple[Document, list[Write | None]]:
    """Return a document after a step of ``author``, and the writes of the step.

    ``signed`` is the file that makes the step; a delivery has none. ``mail_to`` is the e-mail
    address of the other side, or None if that side is in roaming.
    """
    file, content = signed or (None, None)
    move = DOCUMENT.move(
        current,
        state,
        Actor.CLIENT if file else Actor.SYSTEM,
        at=file.signature.received_at if file else None,
        details={"participant_id": author.participant_id if file else None},
        append={"files": file} if file else None,
        **_changes(current, author, state, reason),
    )
    moved = move.changed
    messages = make_messages(current, file, content.signature) if file and content else ()
    return moved, [
        *documents.move_document(move),
        *documents.put_messages(current.document_id, messages),
        mail.document_moved(current, moved, author, mail_to) if mail_to else None,
        _dispatch(moved, file, content, messages) if file and content else None,
    ]


def _changes(
    current: Document, author: Participant, state: DocumentState, reason: str | None
) -> dict[str, Any]:
    """Return the fields that a step changes, besides the state, the files and the history."""
    match state:
        case DocumentState.REVOCATION_OFFERED:
            offer = OfferedRevocation(
                offered_by=author.participant_id, reason=reason or "", before=current.status
            )
            return {"revocation": offer}
        case DocumentState.REJECTED:
            return {"reason": reason}
        case DocumentState.REVOKED:
            return {}
        case _:
            return {"revocation": None}


def _dispatch(
    document: Document,
    file: SignedFile,
    signed: SignedContent,
    messages: tuple[TechnologyMessage, ...],
) -> Write | None:
    by_our_side = file.signed_by == document.mine.participant_id
    if not (document.roaming and by_our_side):
        return None
    return connector.dispatch(document, file, signed.content, signed.signature, messages)
