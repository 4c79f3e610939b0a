"""«Отправка документов ЭДО»: documents are made, sent, signed, rejected and revoked.

The modules that take the steps are imported by the actions that use them: the read function of the
section imports this module too, and takes no steps.
"""

import base64
import uuid
from typing import Any

from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.services.edo.documents.lookup import load_document
from chalicelib.services.edo.documents.model import DocumentKind, DocumentState, FileRole
from chalicelib.services.edo.documents.rules import require_step
from chalicelib.services.edo.documents.view import DocumentCard
from chalicelib.services.edo.exchange.model import (
    AnswerDraft,
    DocumentSignature,
    DraftKind,
    FileToSign,
    NewDraft,
    NewUpd,
    OutgoingDocument,
    Rejection,
    Revocation,
)
from chalicelib.services.edo.licences import store as licences
from chalicelib.services.edo.resources import EDO, EDO_FILES, FULL_CORE
from chalicelib.services.edo.settings import EdoSettings


@action("POST /edo/upd", caller="client", reads=[ORGANISATION, EDO], settings=[EdoSettings])
def make_upd(caller: Caller, payload: NewUpd) -> FileToSign:
    """Make a УПД from a form, for clients without accounting software.

    The file is not kept: sign the file, then send it with `POST /edo/documents`.
    """
    from chalicelib.services.edo.exchange import rules, sides
    from chalicelib.services.edo.formats import upd_from_form

    sender, recipient = sides.load_sides(caller.client_id, payload.recipient_id)
    # A second read, because the first one finds out which client the recipient is.
    recipient = sides.load_current(recipient)
    with rules.title_faults_at("/form"):
        name, content = upd_from_form.make(
            payload.form,
            sender.party(),
            recipient.party(),
            sender.signer(),
            clock.now(),
            uuid.uuid4(),
        )
    return FileToSign(file_name=name, content=base64.b64encode(content).decode())


@action(
    "POST /edo/documents",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION, UPLOADS, TRUST],
    writes=[EDO, EDO_FILES, OUTBOX, EVIDENCE],
    timeout=29,
    memory=FULL_CORE,
    settings=[BillingSettings, EdoSettings, SigningSettings],
)
def send_document(caller: Caller, payload: OutgoingDocument) -> DocumentCard:
    """Send a document to the recipient's inbox or, in roaming, to the recipient's operator.

    An active licence is charged with the document; roaming requires an active licence.
    """
    from chalicelib.services.edo.exchange import sending, sides, steps

    # Three reads: the licences are a range of keys, and the first read finds out which client the
    # recipient is.
    sender, recipient = sides.load_sides(caller.client_id, payload.recipient_id)
    licence = sending.choose_licence(caller.client_id, recipient)
    mail_to = sides.load_email(recipient)
    document, signed = sending.prepare_document(
        caller.client_id, payload, sender, recipient, licence
    )
    return commit(
        DocumentCard.of(document),
        *steps.begin(document, signed, mail_to),
        licences.charge(caller.client_id, licence) if licence else None,
    )


@action(
    "POST /edo/documents/{document_id}/drafts",
    caller="client",
    status=201,
    reads=[ORGANISATION, EVIDENCE],
    writes=[EDO, EDO_FILES],
    memory=1024,
)
def make_draft(caller: Caller, document_id: str, payload: NewDraft) -> FileToSign:
    """Make a file that answers a document, to be signed by the caller.

    The file is a buyer's title, a correction request or an annulment offer. It replaces an earlier
    draft of the same kind.
    """
    from chalicelib.services.edo.exchange import answers, drafts, rules, sides, store
    from chalicelib.services.edo.exchange.draft_contents import put_draft_content

    document = load_document(caller.client_id, document_id)
    rules.require_draftable(document, payload.kind)
    answers.require_licence_in_roaming(document)
    author = sides.load_current(document.mine)
    with rules.title_faults_at(""):
        name, content = drafts.make(document, payload, author, clock.now(), uuid.uuid4())
    draft = AnswerDraft(
        draft_id=new_identifier(),
        client_id=caller.client_id,
        document_id=document_id,
        kind=payload.kind,
        file_name=name,
        about=rules.answered_file(document, payload.kind).file_name,
        reason=payload.reason,
    )
    put_draft_content(draft, content)
    file = FileToSign(file_name=name, content=base64.b64encode(content).decode())
    return commit(file, store.put_draft(draft))


_ANSWER: dict[str, Any] = {
    "caller": "client",
    "reads": [ORGANISATION, TRUST],
    "writes": [EDO, EDO_FILES, OUTBOX, EVIDENCE],
    "settings": [BillingSettings, EdoSettings, SigningSettings],
    "timeout": 29,
    "memory": FULL_CORE,
}
"""Declaration that the answers to a document share."""


@action("POST /edo/documents/{document_id}/signature", **_ANSWER)
def sign_document(caller: Caller, document_id: str, payload: DocumentSignature) -> DocumentCard:
    """Sign a received document.

    The signature of a УПД is over the buyer's title made before, that of another document over the
    document itself.
    """
    from chalicelib.services.edo.exchange import answers, rules
    from chalicelib.services.edo.exchange.signed_content import SignedContent

    kind = DraftKind.BUYER_TITLE
    document, draft = answers.load_with_draft(caller.client_id, document_id, kind)
    rules.require_signable(document)
    if document.kind is DocumentKind.UPD:
        signed = answers.signed_draft(document, draft, kind, payload.signature)
    else:
        signed = SignedContent.over(document.original, FileRole.ANSWER, payload.signature)
    return answers.answer(document, DocumentState.SIGNED, signed)


@action("POST /edo/documents/{document_id}/rejection", **_ANSWER)
def reject_document(caller: Caller, document_id: str, payload: Rejection) -> DocumentCard:
    """Reject a received document, or the other side's offer to revoke a document.

    The signature is over the correction request made before.
    """
    from chalicelib.services.edo.exchange import answers, rules

    kind = DraftKind.CORRECTION_REQUEST
    document, draft = answers.load_with_draft(caller.client_id, document_id, kind)
    state = rules.state_after_rejection(document)
    signed = answers.signed_draft(document, draft, kind, payload.signature, payload.reason)
    return answers.answer(document, state, signed, payload.reason)


@action("POST /edo/documents/{document_id}/revocation", **_ANSWER)
def revoke_document(caller: Caller, document_id: str, payload: Revocation) -> DocumentCard:
    """Offer to revoke a document, or agree to the other side's offer.

    The signature is over the annulment offer: the caller's own, made before, or the other side's.
    """
    from chalicelib.services.edo.exchange import answers, rules
    from chalicelib.services.edo.exchange.signed_content import SignedContent

    kind = DraftKind.ANNULMENT_OFFER
    document, draft = answers.load_with_draft(caller.client_id, document_id, kind)
    if document.status is DocumentState.REVOCATION_OFFERED:
        rules.require_answerable_revocation(document)
        role = FileRole.ANNULMENT_OFFER
        signed = SignedContent.over(document.last_file(role), role, payload.signature)
        return answers.answer(document, DocumentState.REVOKED, signed)
    require_step(document.status, DocumentState.REVOCATION_OFFERED)
    signed = answers.signed_draft(document, draft, kind, payload.signature, payload.reason)
    return answers.answer(document, DocumentState.REVOCATION_OFFERED, signed, payload.reason)
