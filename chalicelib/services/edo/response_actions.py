"""«Ответы на документы ЭДО»: what their sides do with them: sign, reject, revoke."""

import base64
import uuid
from typing import Any

from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.table import Get, every, fetch, fetch_all
from chalicelib.services.edo import document_rules, document_store, exchange, rules, store
from chalicelib.services.edo.document_actions import FULL_CORE, document_of
from chalicelib.services.edo.document_model import (
    Box,
    Document,
    DocumentKind,
    DocumentSignature,
    Draft,
    DraftKind,
    NewDraft,
    Rejection,
    Revocation,
    Role,
    Status,
)
from chalicelib.services.edo.document_store import EDO_FILES
from chalicelib.services.edo.document_view import DocumentCard, FileToSign
from chalicelib.services.edo.exchange import Signed
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.store import EDO


@action(
    "POST /edo/documents/{document_id}/drafts",
    caller="client",
    status=201,
    reads=[ORGANISATION, EVIDENCE],
    writes=[EDO, EDO_FILES],
    memory=1024,
)
def make_draft(caller: Caller, document_id: str, new: NewDraft) -> FileToSign:
    """Make the file by which a document is answered, to be signed: the buyer's title of a УПД, a
    correction request, an annulment offer. Another of its kind takes its place.

    Two reads: the document, then the caller's profile and licences where they matter.
    """
    from chalicelib.services.edo import drafting

    seen = document_of(caller, document_id)
    document_rules.require_draftable(seen, new.kind)
    _require_licence(seen)
    me = seen.mine.as_of(fetch(organisation.profile(caller.client_id)))
    try:
        name, content = drafting.make(seen, new, me, clock.now(), uuid.uuid4())
    except TitleRefused as error:
        raise document_rules.refused(error, "") from error
    draft = Draft(
        draft_id=new_identifier(),
        client_id=caller.client_id,
        document_id=document_id,
        kind=new.kind,
        file_name=name,
        about=seen.answered_by(new.kind).file_name,
        reason=new.reason,
    )
    made = FileToSign(file_name=name, content=base64.b64encode(content).decode())
    return commit(made, document_store.put_draft(draft, content))


_RESPONSE: dict[str, Any] = {
    "caller": "client",
    "reads": [ORGANISATION, TRUST],
    "writes": [EDO, EDO_FILES, OUTBOX, EVIDENCE],
    "timeout": 29,
    "memory": FULL_CORE,
}
"""What every answer to a document touches."""


@action("POST /edo/documents/{document_id}/signature", **_RESPONSE)
def sign_document(caller: Caller, document_id: str, said: DocumentSignature) -> DocumentCard:
    """Sign a document that came: a УПД by the buyer's title made before, another by its content.

    Two reads: the document, then where to write to the other side.
    """
    seen, draft = _seen(caller, document_id, DraftKind.BUYER_TITLE)
    document_rules.require_inbox(seen)
    document_rules.require_awaited(seen)
    document_rules.require(seen.status, Status.SIGNED)
    if seen.kind is DocumentKind.UPD:
        signed = _drafted(seen, draft, DraftKind.BUYER_TITLE, Role.ANSWER, said)
    else:
        signed = Signed.again(Role.ANSWER, seen.original, said.signature)
    return _answer(seen, Status.SIGNED, signed)


@action("POST /edo/documents/{document_id}/rejection", **_RESPONSE)
def reject_document(caller: Caller, document_id: str, said: Rejection) -> DocumentCard:
    """Reject a document that came, or the other side's offer to revoke one, by the correction
    request made before.

    Two reads: the document, then where to write to the other side.
    """
    seen, draft = _seen(caller, document_id, DraftKind.CORRECTION_REQUEST)
    status = document_rules.rejected(seen)
    kind = DraftKind.CORRECTION_REQUEST
    signed = _drafted(seen, draft, kind, Role.CORRECTION_REQUEST, said)
    return _answer(seen, status, signed, said.reason)


@action("POST /edo/documents/{document_id}/revocation", **_RESPONSE)
def revoke_document(caller: Caller, document_id: str, said: Revocation) -> DocumentCard:
    """Offer to revoke a document by the annulment offer made before, or agree by signing it too.

    Two reads: the document, then where to write to the other side.
    """
    seen, draft = _seen(caller, document_id, DraftKind.ANNULMENT_OFFER)
    if seen.status is Status.REVOCATION_OFFERED:
        document_rules.require_answerable_revocation(seen)
        signed = Signed.again(
            Role.ANNULMENT_OFFER, seen.last_file(Role.ANNULMENT_OFFER), said.signature
        )
        return _answer(seen, Status.REVOKED, signed)
    document_rules.require(seen.status, Status.REVOCATION_OFFERED)
    kind = DraftKind.ANNULMENT_OFFER
    signed = _drafted(seen, draft, kind, Role.ANNULMENT_OFFER, said)
    return _answer(seen, Status.REVOCATION_OFFERED, signed, said.reason)


def _seen(caller: Caller, document_id: str, kind: DraftKind) -> tuple[Document, Draft | None]:
    gets: list[Get[Any]] = [
        document_store.copy(caller.client_id, Box.INBOX, document_id),
        document_store.copy(caller.client_id, Box.OUTBOX, document_id),
        document_store.draft(caller.client_id, document_id, kind),
    ]
    received, sent, draft = fetch_all(gets)
    seen = received or sent
    if seen is None:
        raise document_rules.DocumentUnknown
    return seen, draft


def _drafted(
    seen: Document,
    draft: Draft | None,
    kind: DraftKind,
    role: Role,
    said: DocumentSignature | Rejection | Revocation,
) -> Signed:
    reason = None if isinstance(said, DocumentSignature) else said.reason
    draft = document_rules.require_draft(draft, seen, kind, reason)
    content = document_store.draft_content(draft)
    if content is None:
        raise document_rules.DraftMissing(kind=kind.value)
    return Signed(role, draft.file_name, content, said.signature)


def _require_licence(seen: Document) -> None:
    if seen.roaming:
        running = store.licences(seen.client_id, clock.today())
        rules.require_licence(every(running, most=store.MOST_LICENCES))


def _answer(
    seen: Document, status: Status, signed: Signed, reason: str | None = None
) -> DocumentCard:
    _require_licence(seen)
    file = signed.accept(seen.client_id, seen.mine)
    owner = seen.other.owner
    told = fetch(organisation.profile(owner)) if owner else None
    moved, writes = exchange.go_on(
        seen,
        seen.mine,
        status,
        (file, signed),
        reason=reason,
        mail_to=told.email if told else None,
    )
    return commit(DocumentCard.of(moved), *writes)
