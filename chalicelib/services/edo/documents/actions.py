"""«Документы ЭДО»: the boxes of a participant, and the files of a document."""

from chalicelib.core.signing.buckets import EVIDENCE
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.page import Page, page
from chalicelib.runtime.settings import PageSettings, StorageSettings
from chalicelib.services.edo.documents import downloads, evidence, store
from chalicelib.services.edo.documents.lookup import load_document, load_messages, signed_file
from chalicelib.services.edo.documents.model import BoxQuery, TechnologyMessage
from chalicelib.services.edo.documents.view import Archive, DocumentCard, SignatureCard
from chalicelib.services.edo.resources import EDO, EDO_FILES, FULL_CORE


@action("GET /edo/documents", caller="client", reads=[EDO], settings=[PageSettings])
def list_documents(caller: Caller, query: BoxQuery) -> Page[DocumentCard]:
    """Return the documents of a box, newest first, optionally of one state or period."""
    days = (query.first, query.last)
    box = store.documents(caller.client_id, query.box, query.status, days)
    documents = page(box, query, caller.client_id)
    return Page(items=list(map(DocumentCard.of, documents.items)), next=documents.next)


@action("GET /edo/documents/{document_id}", caller="client", reads=[EDO])
def get_document(caller: Caller, document_id: str) -> DocumentCard:
    """Return a document with its signatures and its history."""
    return DocumentCard.of(load_document(caller.client_id, document_id))


@action(
    "GET /edo/documents/{document_id}/content",
    caller="client",
    produces="application/octet-stream",
    reads=[EDO, EVIDENCE],
    refuses=[413],
    settings=[StorageSettings],
)
def get_document_content(caller: Caller, document_id: str) -> FileResponse:
    """Return the document's file; a file over 4 MB is refused with an address to download it."""
    return downloads.content_response(load_document(caller.client_id, document_id).original)


@action("GET /edo/documents/{document_id}/signatures", caller="client", reads=[EDO])
def list_signatures(caller: Caller, document_id: str) -> Page[SignatureCard]:
    """Return the signatures of a document, each with the file that it is over."""
    document = load_document(caller.client_id, document_id)
    return Page(items=list(map(SignatureCard.of, document.files)), next=None)


@action(
    "GET /edo/documents/{document_id}/signatures/{signature_id}",
    caller="client",
    produces="application/pkcs7-signature",
    reads=[EDO, EVIDENCE],
)
def get_signature(caller: Caller, document_id: str, signature_id: str) -> FileResponse:
    """Return a signature as a file."""
    file = signed_file(load_document(caller.client_id, document_id), signature_id)
    name = f"{file.file_name}.{signature_id[-4:]}.p7s"
    return FileResponse(evidence.signature(file), "application/pkcs7-signature", name)


@action(
    "GET /edo/documents/{document_id}/signatures/{signature_id}/content",
    caller="client",
    produces="application/octet-stream",
    reads=[EDO, EVIDENCE],
    refuses=[413],
    settings=[StorageSettings],
)
def get_signed_content(caller: Caller, document_id: str, signature_id: str) -> FileResponse:
    """Return the file that a signature is over; a file over 4 MB is refused as in `content`."""
    file = signed_file(load_document(caller.client_id, document_id), signature_id)
    return downloads.content_response(file)


@action("GET /edo/documents/{document_id}/messages", caller="client", reads=[EDO])
def list_messages(caller: Caller, document_id: str) -> Page[TechnologyMessage]:
    """Return the technology messages about a document, oldest first."""
    # Two reads: the messages are in a partition of no client, so the document shows whose they are.
    document = load_document(caller.client_id, document_id)
    return Page(items=load_messages(document.document_id), next=None)


@action(
    "POST /edo/documents/{document_id}/archive",
    caller="client",
    reads=[EDO, EVIDENCE],
    writes=[EDO_FILES],
    timeout=29,
    memory=FULL_CORE,
    settings=[StorageSettings],
)
def make_archive(caller: Caller, document_id: str) -> Archive:
    """Make a ZIP with a document's files, signatures, messages and a printable view.

    Each call makes a new archive, whose address works for five minutes.
    """
    from chalicelib.services.edo.documents import archive

    document = load_document(caller.client_id, document_id)
    packed = archive.pack(document, load_messages(document.document_id))
    return downloads.publish_archive(caller.client_id, document_id, packed)
