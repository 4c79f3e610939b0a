"""Documents, steps and technology messages that arrive from other operators."""

import base64

from chalicelib.runtime import clock
from chalicelib.runtime.commit import commit
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.table import fetch
from chalicelib.services.edo.documents import store as documents
from chalicelib.services.edo.documents.model import (
    Document,
    DocumentKind,
    DocumentState,
    FileRole,
    TechnologyMessage,
)
from chalicelib.services.edo.documents.rules import DocumentUnknown, require_step
from chalicelib.services.edo.exchange import rules, sides, steps
from chalicelib.services.edo.exchange.model import DraftKind
from chalicelib.services.edo.exchange.signed_content import SignedContent
from chalicelib.services.edo.participants import store as participants
from chalicelib.services.edo.participants.model import Participant, is_served_by
from chalicelib.services.edo.roaming import store as roaming
from chalicelib.services.edo.roaming.connector import load_content, load_signed_file
from chalicelib.services.edo.roaming.model import (
    DocumentArrived,
    IncomingFile,
    MessageArrived,
    StatusArrived,
)
from chalicelib.services.edo.settings import EdoSettings


def require_foreign(participant: Participant) -> None:
    """Require that this operator does not serve the participant.

    Raises:
        ValueError: the identifier begins with the code of this operator.
    """
    if is_served_by(participant.participant_id, EdoSettings.load().edo_operator_code):
        raise ValueError("another operator describes a participant of this operator")


def receive_document(arrival: DocumentArrived) -> None:
    """Put a document of another operator's participant into the recipient's inbox.

    Raises:
        ValueError: see :func:`require_foreign`.
        RecipientUnknown: the recipient is not our participant.
        FileRefused: see :func:`load_signed_file`.
        TitleRefused: the file is not a valid УПД from the sender to the recipient.
        SignatureRefused: see :meth:`SignedContent.accept`.
        AlreadyReceived: the message or the document was received before.
    """
    sender = arrival.sender
    require_foreign(sender)
    recipient = fetch(participants.participant(arrival.recipient_id))
    if recipient is None or recipient.owner is None:
        raise rules.RecipientUnknown
    mail_to = sides.load_email(recipient)
    signed = _signed_content(FileRole.DOCUMENT, arrival.file)
    is_upd = arrival.document_kind is DocumentKind.UPD
    document = rules.new_document(
        new_identifier(),
        sender=sender,
        recipient=recipient,
        kind=arrival.document_kind,
        exchange_id=arrival.exchange_id,
        upd=signed.read_upd(sender, recipient) if is_upd else None,
        file=signed.accept(recipient.owner, sender),
    )
    commit(
        None,
        roaming.put_received(arrival.dispatch_id),
        *steps.begin(document, signed, mail_to),
    )


def receive_step(arrival: StatusArrived) -> None:
    """Move a document by a step of the other side.

    Raises:
        DocumentUnknown: no document has that ``exchange_id``.
        DocumentStateNotAllowed, WrongSide: the other side may not take the step now.
        FileRefused: see :func:`load_signed_file`.
        TitleRefused: the file is not the answer that the step needs.
        SignatureRefused: see :meth:`SignedContent.accept`.
        AlreadyReceived: the message was received before.
    """
    document = _load_exchanged(arrival.exchange_id)
    if arrival.status == "delivered":
        require_step(document.status, DocumentState.DELIVERED)
        _, writes = steps.advance(document, document.other, DocumentState.DELIVERED, None)
    else:
        state, role = _state_and_role(document, arrival)
        signed, reason = _content_and_reason(document, state, role, arrival)
        mail_to = sides.load_email(document.mine)
        file = signed.accept(document.client_id, document.other)
        _, writes = steps.advance(
            document, document.other, state, (file, signed), reason=reason, mail_to=mail_to
        )
    commit(None, roaming.put_received(arrival.dispatch_id), *writes)


def receive_message(arrival: MessageArrived) -> None:
    """Keep a technology message about a document.

    Raises:
        DocumentUnknown: no document has that ``exchange_id``.
        FileRefused: see :func:`load_content`.
        TitleRefused: the file is not a valid technology message.
        AlreadyReceived: the message was received before.
    """
    from chalicelib.services.edo.formats import technology

    document = _load_exchanged(arrival.exchange_id)
    content = load_content(arrival.content_key)
    parsed = technology.read(content)
    message = TechnologyMessage(
        kind=parsed.kind.value,
        file_name=arrival.file_name,
        about=parsed.about.name,
        addressee_id=parsed.addressee_id,
        made_at=clock.now(),
        content=base64.b64encode(content).decode(),
    )
    commit(
        None,
        roaming.put_received(arrival.dispatch_id),
        *documents.put_messages(document.document_id, [message]),
    )


def _state_and_role(document: Document, arrival: StatusArrived) -> tuple[DocumentState, FileRole]:
    """Return the state to which a step of the other side leads, and the role of its file."""
    theirs = rules.as_other_side(document)
    match arrival.status:
        case "signed":
            rules.require_recipient(theirs)
            require_step(document.status, DocumentState.SIGNED)
            return DocumentState.SIGNED, FileRole.ANSWER
        case "rejected" | "revocation_refused":
            return rules.state_after_rejection(theirs), FileRole.CORRECTION_REQUEST
        case "revocation_accepted":
            rules.require_answerable_revocation(theirs)
            return DocumentState.REVOKED, FileRole.ANNULMENT_OFFER
        case _:
            require_step(document.status, DocumentState.REVOCATION_OFFERED)
            return DocumentState.REVOCATION_OFFERED, FileRole.ANNULMENT_OFFER


def _content_and_reason(
    document: Document, state: DocumentState, role: FileRole, arrival: StatusArrived
) -> tuple[SignedContent, str | None]:
    """Return the file of a step, and the reason in it.

    A signature over a file that is kept here is verified over the kept file, not over the file that
    came with the signature.
    """
    if arrival.file is None:
        raise ValueError(f"{arrival.status} without a signed file")
    if role is FileRole.ANSWER and document.kind is DocumentKind.UNFORMALISED:
        _, signature = load_signed_file(arrival.file)
        return SignedContent.over(document.original, role, signature), None
    if state is DocumentState.REVOKED:
        _, signature = load_signed_file(arrival.file)
        return SignedContent.over(document.last_file(role), role, signature), None
    from chalicelib.services.edo.formats import technology

    signed = _signed_content(role, arrival.file)
    if role is FileRole.ANSWER:
        signed.check_buyer_title(document)
        return signed, None
    kinds = {
        FileRole.CORRECTION_REQUEST: technology.TechnologyKind.CORRECTION_REQUEST,
        FileRole.ANNULMENT_OFFER: technology.TechnologyKind.ANNULMENT_OFFER,
    }
    about = rules.answered_file(document, DraftKind(role.value))
    return signed, signed.read_reason(kinds[role], about, document.other)


def _load_exchanged(exchange_id: str) -> Document:
    get = fetch(roaming.exchanged(exchange_id))
    document = fetch(get) if get else None
    if document is None:
        raise DocumentUnknown
    return document


def _signed_content(role: FileRole, file: IncomingFile) -> SignedContent:
    content, signature = load_signed_file(file)
    return SignedContent(role, file.file_name, content, signature)
