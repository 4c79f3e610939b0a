"""What invoices and other operators tell."""

import base64

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import InvoiceClosed
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.runtime import clock
from chalicelib.runtime.commit import commit, transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.table import fetch
from chalicelib.services.edo import document_rules, document_store, exchange, roaming, rules, store
from chalicelib.services.edo.document_actions import FULL_CORE, sent_steps
from chalicelib.services.edo.document_model import (
    Box,
    Document,
    DocumentKind,
    DraftKind,
    Role,
    Status,
    TechnologyMessage,
)
from chalicelib.services.edo.document_rules import DocumentUnknown, RecipientUnknown
from chalicelib.services.edo.document_store import EDO_FILES, AlreadyReceived
from chalicelib.services.edo.exchange import Signed
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.model import PurchaseState
from chalicelib.services.edo.participant import Participant, is_ours
from chalicelib.services.edo.roaming import (
    INBOUND,
    Arrived,
    DocumentArrived,
    FileRefused,
    IncomingFile,
    MessageArrived,
    ParticipantKnown,
    StatusArrived,
    take,
)
from chalicelib.services.edo.rules import PurchaseUnknown
from chalicelib.services.edo.settings import EdoSettings
from chalicelib.services.edo.store import EDO, PurchaseClosed


@consumer(store.LICENCES, writes=[EDO])
def follow_invoice_of_licence(closed: InvoiceClosed) -> None:
    """Start the licence when its invoice is paid; say when it expired."""
    seen = fetch(store.purchase(closed.client_id, closed.subject))
    if seen is None:
        raise PurchaseUnknown
    try:
        if closed.state is InvoiceState.PAID:
            licence = rules.licence_of(seen.purchase_id, seen.package, clock.today())
            transact(
                [
                    store.close_purchase(seen, PurchaseState.PAID, Actor.BANK),
                    store.put_licence(seen.client_id, licence),
                ]
            )
        else:
            transact([store.close_purchase(seen, PurchaseState.EXPIRED, Actor.TIME)])
    except PurchaseClosed:
        logger.info("invoice already followed", purchase_id=seen.purchase_id)


@consumer(
    INBOUND,
    reads=[ORGANISATION, EDO_FILES, TRUST],
    writes=[EDO, OUTBOX, EVIDENCE],
    batch_size=1,
    memory=FULL_CORE,
)
def receive_from_roaming(arrived: Arrived) -> None:
    """Take in what another operator sends: a document, an answer, a message, a participant."""
    if isinstance(arrived, ParticipantKnown):
        _require_foreign(arrived.participant)
        transact(store.put_roaming_participant(arrived.participant))
        return
    try:
        if fetch(document_store.received(arrived.dispatch_id)):
            raise AlreadyReceived
        match arrived:
            case DocumentArrived():
                _receive_document(arrived)
            case StatusArrived():
                _receive_status(arrived)
            case MessageArrived():
                _receive_message(arrived)
    except AlreadyReceived:
        logger.info("dispatch repeated")
    except TitleRefused as error:  # which quotes the file, and the log may not
        places = ", ".join(place for place, _ in error.errors)
        raise FileRefused(f"does not hold at: {places}") from None


def _require_foreign(one: Participant) -> None:
    if is_ours(one.participant_id, EdoSettings.load().edo_operator_code):
        raise ValueError("another operator tells of a participant of ours")


def _receive_document(arrived: DocumentArrived) -> None:
    _require_foreign(arrived.sender)
    recipient = fetch(store.participant(arrived.recipient_id))
    if recipient is None or recipient.owner is None:
        raise RecipientUnknown
    profile = fetch(organisation.profile(recipient.owner))
    sender = arrived.sender
    signed = _taken(Role.DOCUMENT, arrived.file)
    facts = None
    if arrived.document_kind is DocumentKind.UPD:
        facts = exchange.upd_facts(signed, sender, recipient)
    file = signed.accept(recipient.owner, sender)
    document = Document(
        document_id=new_identifier(),
        exchange_id=arrived.exchange_id,
        client_id=recipient.owner,
        box=Box.INBOX,
        kind=arrived.document_kind,
        status=Status.DELIVERED,
        sender=sender,
        recipient=recipient,
        sent_at=file.signature.received_at,
        upd=facts,
        files=(file,),
        history=sent_steps(sender, delivered=True),
    )
    commit(
        None,
        document_store.put_received(arrived.dispatch_id),
        *exchange.begin(document, signed, profile.email if profile else None),
    )


def _receive_status(arrived: StatusArrived) -> None:
    seen = _exchanged(arrived.exchange_id)
    if arrived.status == "delivered":
        document_rules.require(seen.status, Status.DELIVERED)
        _, writes = exchange.go_on(seen, seen.other, Status.DELIVERED, None)
    else:
        status, role = _step(seen, arrived)
        signed, reason = _answered(seen, status, role, arrived)
        profile = fetch(organisation.profile(seen.client_id))
        file = signed.accept(seen.client_id, seen.other)
        _, writes = exchange.go_on(
            seen,
            seen.other,
            status,
            (file, signed),
            reason=reason,
            mail_to=profile.email if profile else None,
        )
    commit(None, document_store.put_received(arrived.dispatch_id), *writes)


def _step(seen: Document, arrived: StatusArrived) -> tuple[Status, Role]:
    """Return where an answer of the other side leads, and what its file is.

    Raises:
        StatusNotAllowed, WrongSide: it leads nowhere from where the document stands.
    """
    theirs = document_rules.as_other_side(seen)
    match arrived.status:
        case "signed":
            document_rules.require_inbox(theirs)
            document_rules.require(seen.status, Status.SIGNED)
            return Status.SIGNED, Role.ANSWER
        case "rejected" | "revocation_refused":
            return document_rules.rejected(theirs), Role.CORRECTION_REQUEST
        case "revocation_accepted":
            document_rules.require_answerable_revocation(theirs)
            return Status.REVOKED, Role.ANNULMENT_OFFER
        case _:
            document_rules.require(seen.status, Status.REVOCATION_OFFERED)
            return Status.REVOCATION_OFFERED, Role.ANNULMENT_OFFER


def _answered(
    seen: Document, status: Status, role: Role, arrived: StatusArrived
) -> tuple[Signed, str | None]:
    """Return the file by which the other side answers, and the reason that stands in it.

    A signature over what we have is checked over what we have, whatever file came with it.
    """
    if arrived.file is None:
        raise ValueError(f"{arrived.status} without a signed file")
    if role is Role.ANSWER and seen.kind is DocumentKind.UNFORMALISED:
        return Signed.again(role, seen.original, take(arrived.file)[1]), None
    if status is Status.REVOKED:
        offered = seen.last_file(Role.ANNULMENT_OFFER)
        return Signed.again(role, offered, take(arrived.file)[1]), None
    from chalicelib.services.edo.formats import technology

    signed = _taken(role, arrived.file)
    if role is Role.ANSWER:
        exchange.check_buyer_title(signed, seen)
        return signed, None
    kinds = {
        Role.CORRECTION_REQUEST: technology.Kind.CORRECTION_REQUEST,
        Role.ANNULMENT_OFFER: technology.Kind.ANNULMENT_OFFER,
    }
    about = seen.answered_by(DraftKind(role.value))
    return signed, exchange.text_of(signed, kinds[role], about, seen.other)


def _receive_message(arrived: MessageArrived) -> None:
    from chalicelib.services.edo.formats import technology

    seen = _exchanged(arrived.exchange_id)
    content = roaming.fetch(arrived.content_key)
    said = technology.read(content)
    kept = TechnologyMessage(
        kind=said.kind.value,
        file_name=arrived.file_name,
        about=said.about.name,
        addressee_id=said.addressee_id,
        made_at=clock.now(),
        content=base64.b64encode(content).decode(),
    )
    commit(
        None,
        document_store.put_received(arrived.dispatch_id),
        *document_store.put_messages(seen.document_id, [kept]),
    )


def _exchanged(exchange_id: str) -> Document:
    where = fetch(document_store.exchanged(exchange_id))
    seen = fetch(where) if where else None
    if seen is None:
        raise DocumentUnknown
    return seen


def _taken(role: Role, file: IncomingFile) -> Signed:
    content, signature = take(file)
    return Signed(role, file.file_name, content, signature)
