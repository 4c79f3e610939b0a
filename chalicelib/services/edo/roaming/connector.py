"""The port to other operators.

A connector takes messages from the queue EdoRoaming and puts messages on the queue EdoInbound. The
files of both are in the bucket Edo, under ``roaming/out/`` and ``roaming/in/``. The connector uses
nothing else of the product. Both queues may deliver a message more than once; ``dispatch_id``
identifies the message.
"""

from chalicelib.runtime import object_store, outbox
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Write
from chalicelib.services.edo.documents.model import Document, SignedFile, TechnologyMessage
from chalicelib.services.edo.resources import EDO_FILES, MOST_SIGNATURE
from chalicelib.services.edo.roaming.model import Dispatch, IncomingFile, OutgoingFile

ROAMING = Queue("EdoRoaming")
"""Messages to the connector."""
INBOUND = Queue("EdoInbound")
"""Messages from the connector."""


class FileRefused(Exception):
    """A file of the connector is missing or invalid; the message of the error does not quote it."""


def load_signed_file(file: IncomingFile) -> tuple[bytes, bytes]:
    """Return the content and the signature of a file from the connector.

    Raises:
        FileRefused: the content or the signature is not in the bucket, or the signature is over
            64 KB.
    """
    signature = load_content(file.signature_key)
    if len(signature) > MOST_SIGNATURE:
        raise FileRefused(f"signature too long: {file.signature_key}")
    return load_content(file.content_key), signature


def load_content(key: str) -> bytes:
    """Return the object that the connector has put under a key.

    Raises:
        FileRefused: the bucket has no such object.
    """
    content = object_store.get(EDO_FILES, key)
    if content is None:
        raise FileRefused(f"not there: {key}")
    return content


def dispatch(
    document: Document,
    file: SignedFile,
    content: bytes,
    signature: bytes,
    messages: tuple[TechnologyMessage, ...],
) -> Write:
    """Put a file of our side into the bucket and return the write of the message about it.

    ``document`` is the document after the step. The place of the step in the history is part of
    ``dispatch_id``.
    """
    dispatch_id = f"{document.document_id}-{len(document.history)}"
    folder = f"roaming/out/{dispatch_id}/{file.signature.signature_id}"
    message = Dispatch(
        dispatch_id=dispatch_id,
        exchange_id=document.exchange_id,
        author=document.mine.model_copy(update={"owner": None}),
        addressee_id=document.other.participant_id,
        document_kind=document.kind,
        status=document.status,
        file=OutgoingFile(
            role=file.role,
            file_name=file.file_name,
            content_key=f"{folder}/content",
            signature_key=f"{folder}/signature.p7s",
        ),
        reason=document.reason or (document.revocation.reason if document.revocation else None),
        messages=messages,
    )
    object_store.put(EDO_FILES, message.file.content_key, content, "application/octet-stream")
    object_store.put(
        EDO_FILES, message.file.signature_key, signature, "application/pkcs7-signature"
    )
    return outbox.message(document.client_id, ROAMING, message)
