"""Reads of documents that several actions share."""

from chalicelib.runtime.table import every, fetch
from chalicelib.services.edo.documents import store
from chalicelib.services.edo.documents.model import (
    MOST_MESSAGES,
    Box,
    Document,
    SignedFile,
    TechnologyMessage,
)
from chalicelib.services.edo.documents.rules import DocumentUnknown, SignatureUnknown


def load_document(client_id: str, document_id: str) -> Document:
    """Return the client's copy of a document, from either box, in one read.

    Raises:
        DocumentUnknown: neither box has the document.
    """
    received, sent = fetch(
        store.copy(client_id, Box.INBOX, document_id),
        store.copy(client_id, Box.OUTBOX, document_id),
    )
    document = received or sent
    if document is None:
        raise DocumentUnknown
    return document


def load_messages(document_id: str) -> list[TechnologyMessage]:
    """Return the technology messages about a document, oldest first."""
    return every(store.messages(document_id), most=MOST_MESSAGES)


def signed_file(document: Document, signature_id: str) -> SignedFile:
    """Return the file of a document that has this signature.

    Raises:
        SignatureUnknown: no file of the document has this signature.
    """
    for file in document.files:
        if file.signature.signature_id == signature_id:
            return file
    raise SignatureUnknown
