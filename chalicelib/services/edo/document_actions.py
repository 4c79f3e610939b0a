"""«Документы ЭДО»: made, sent, listed, looked at, taken away."""

import base64
import datetime as dt
import uuid

from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.core.uploads import files as uploads
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime import clock, object_store
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, page
from chalicelib.runtime.table import every, fetch
from chalicelib.services.edo import document_rules, document_store, exchange, rules, store
from chalicelib.services.edo.document_model import (
    Box,
    Document,
    DocumentKind,
    DocumentsQuery,
    NewDocument,
    NewUpd,
    Role,
    SignedFile,
    Status,
    Step,
    TechnologyMessage,
)
from chalicelib.services.edo.document_store import EDO_FILES
from chalicelib.services.edo.document_view import (
    Archive,
    DocumentCard,
    FileToSign,
    SignatureCard,
    signature_card,
)
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.participant import Participant
from chalicelib.services.edo.settings import EdoSettings
from chalicelib.services.edo.store import EDO

_MOST_PASSED = 4 * 1024 * 1024
"""Bytes of a file in an answer: a Lambda's is at most 6 MB, and base64 adds a third."""
_LINK_VALID = dt.timedelta(minutes=5)
FULL_CORE = 1769
"""MB at which a Lambda has a whole processor: a large file is hashed in Python."""


@action("POST /edo/upd", caller="client", reads=[ORGANISATION, EDO])
def make_upd(caller: Caller, new: NewUpd) -> FileToSign:
    """Make a УПД from a form, for who has no accounting program; sign it, then send it.

    Nothing is kept. Two reads: the parties, then the recipient's profile.
    """
    from chalicelib.services.edo.formats import upd_form

    sender, recipient = _parties(caller, new.recipient_id)
    if recipient.owner is not None:
        recipient = recipient.as_of(fetch(organisation.profile(recipient.owner)))
    try:
        name, content = upd_form.make(
            new.form,
            sender.party(),
            recipient.party(),
            sender.signer(),
            clock.now(),
            uuid.uuid4(),
        )
    except TitleRefused as error:
        raise document_rules.refused(error, "/form") from error
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
)
def send_document(caller: Caller, new: NewDocument) -> DocumentCard:
    """Send a document: at once into the recipient's inbox, or to the recipient's operator.

    Three reads: the parties, the licences, then where to write to the recipient.
    """
    sender, recipient = _parties(caller, new.recipient_id)
    running = every(store.licences(caller.client_id, clock.today()), most=store.MOST_LICENCES)
    licence = rules.require_licence(running) if recipient.roaming else rules.in_use(running)
    told = fetch(organisation.profile(recipient.owner)) if recipient.owner else None
    content: bytes = new.file.content or uploads.load_upload(
        caller.client_id, new.file.upload_id or ""
    )
    signed = exchange.Signed(Role.DOCUMENT, new.file.filename, content, new.signature)
    facts = None
    if new.kind is DocumentKind.UPD:
        try:
            facts = exchange.upd_facts(signed, sender, recipient)
        except TitleRefused as error:
            raise document_rules.refused(error, "/file") from error
    file = signed.accept(caller.client_id, sender)
    document_id = new_identifier()
    document = Document(
        document_id=document_id,
        exchange_id=document_id,
        client_id=caller.client_id,
        box=Box.OUTBOX,
        kind=new.kind,
        status=Status.SENT if recipient.roaming else Status.DELIVERED,
        sender=sender,
        recipient=recipient,
        sent_at=file.signature.received_at,
        upd=facts,
        licence_id=licence.licence_id if licence else None,
        files=(file,),
        history=sent_steps(sender, delivered=not recipient.roaming),
    )
    return commit(
        DocumentCard.of(document),
        *exchange.begin(document, signed, told.email if told else None),
        store.charge(caller.client_id, licence) if licence else None,
    )


def _parties(caller: Caller, recipient_id: str) -> tuple[Participant, Participant]:
    profile, registered, known = fetch(
        organisation.profile(caller.client_id),
        store.registration(caller.client_id),
        store.participant(recipient_id),
    )
    if profile is None:
        raise OrganisationUnknown
    if registered is None:
        raise rules.NotRegistered
    sender = registered.participant(caller.client_id).as_of(profile)
    code = EdoSettings.load().edo_operator_code
    return sender, document_rules.recipient_of(recipient_id, known, sender, code)


def sent_steps(sender: Participant, *, delivered: bool) -> tuple[Step, ...]:
    """Return how the history of a document begins."""
    sent = Step(
        status=Status.SENT.value,
        at=clock.now(),
        by=Actor.CLIENT,
        participant_id=sender.participant_id,
    )
    arrived = Step(status=Status.DELIVERED.value, at=clock.now(), by=Actor.SYSTEM)
    return (sent, arrived) if delivered else (sent,)


@action("GET /edo/documents", caller="client", reads=[EDO])
def list_documents(caller: Caller, query: DocumentsQuery) -> Page[DocumentCard]:
    """List a box, newest first; of it a state, a period, or both."""
    days = (query.first, query.last)
    listed = document_store.documents(caller.client_id, query.box, query.status, days)
    found = page(listed, query, caller.client_id)
    return Page(items=[DocumentCard.of(one) for one in found.items], next=found.next)


@action("GET /edo/documents/{document_id}", caller="client", reads=[EDO])
def get_document(caller: Caller, document_id: str) -> DocumentCard:
    """Return a document with its signatures and its history."""
    return DocumentCard.of(document_of(caller, document_id))


def document_of(caller: Caller, document_id: str) -> Document:
    """Return the caller's copy of a document, from either box, in one read."""
    received, sent = fetch(
        document_store.copy(caller.client_id, Box.INBOX, document_id),
        document_store.copy(caller.client_id, Box.OUTBOX, document_id),
    )
    found = received or sent
    if found is None:
        raise document_rules.DocumentUnknown
    return found


@action(
    "GET /edo/documents/{document_id}/content",
    caller="client",
    produces="application/octet-stream",
    reads=[EDO, EVIDENCE],
    refuses=[413],
)
def get_document_content(caller: Caller, document_id: str) -> FileResponse:
    """Return the document's file; one above 4 MB is refused with an address to take it from."""
    return _passed(document_of(caller, document_id).original)


@action("GET /edo/documents/{document_id}/signatures", caller="client", reads=[EDO])
def list_signatures(caller: Caller, document_id: str) -> Page[SignatureCard]:
    """List the signatures of a document, each with the file that it is over."""
    found = document_of(caller, document_id)
    return Page(items=list(map(signature_card, found.files)), next=None)


@action(
    "GET /edo/documents/{document_id}/signatures/{signature_id}",
    caller="client",
    produces="application/pkcs7-signature",
    reads=[EDO, EVIDENCE],
)
def get_signature(caller: Caller, document_id: str, signature_id: str) -> FileResponse:
    """Return a signature as a file."""
    file = _signed(document_of(caller, document_id), signature_id)
    name = f"{file.file_name}.{signature_id[-4:]}.p7s"
    return FileResponse(document_store.signature(file), "application/pkcs7-signature", name)


@action(
    "GET /edo/documents/{document_id}/signatures/{signature_id}/content",
    caller="client",
    produces="application/octet-stream",
    reads=[EDO, EVIDENCE],
)
def get_signed_content(caller: Caller, document_id: str, signature_id: str) -> FileResponse:
    """Return the file that a signature is over, as the document's content is returned."""
    return _passed(_signed(document_of(caller, document_id), signature_id))


@action("GET /edo/documents/{document_id}/messages", caller="client", reads=[EDO])
def list_messages(caller: Caller, document_id: str) -> Page[TechnologyMessage]:
    """List the technology messages about a document, in two reads: whose it is, and they."""
    found = document_of(caller, document_id)
    said = every(document_store.messages(found.document_id), most=document_store.MOST_MESSAGES)
    return Page(items=said, next=None)


@action(
    "POST /edo/documents/{document_id}/archive",
    caller="client",
    reads=[EDO, EVIDENCE],
    writes=[EDO_FILES],
    timeout=29,
    memory=FULL_CORE,
)
def make_archive(caller: Caller, document_id: str) -> Archive:
    """Make a ZIP of a document: files, signatures, messages, a printable view with the stamps.

    It is made anew at each call and is good for five minutes.
    """
    from chalicelib.services.edo import archive

    found = document_of(caller, document_id)
    said = every(document_store.messages(found.document_id), most=document_store.MOST_MESSAGES)
    packed = archive.pack(found, said)
    name, key = f"{document_id}.zip", f"archives/{caller.client_id}/{new_identifier()}.zip"
    object_store.put(EDO_FILES, key, packed, "application/zip")
    return Archive(
        file_name=name,
        size=len(packed),
        url=object_store.link(
            EDO_FILES, key, name=name, media_type="application/zip", valid=_LINK_VALID
        ),
        expires_at=clock.now() + _LINK_VALID,
    )


def _signed(document: Document, signature_id: str) -> SignedFile:
    for file in document.files:
        if file.signature.signature_id == signature_id:
            return file
    raise document_rules.SignatureUnknown


def _passed(file: SignedFile) -> FileResponse:
    if file.size > _MOST_PASSED:
        link = document_store.content_link(file, _LINK_VALID)
        raise document_rules.TooLargeToPass(url=link)
    content = document_store.content(file)
    return FileResponse(content, "application/octet-stream", file.file_name)
