"""Contents and signatures of signed files, which the bucket Evidence keeps."""

import datetime as dt

from chalicelib.core.signing.buckets import EVIDENCE, evidence_key
from chalicelib.runtime import object_store
from chalicelib.services.edo.documents.model import SignedFile


def content(file: SignedFile) -> bytes:
    """Return the content of a signed file.

    Raises:
        LookupError: the bucket has no such content.
    """
    return _load(file, "content")


def signature(file: SignedFile) -> bytes:
    """Return the signature over a file, byte for byte as it was received.

    Raises:
        LookupError: the bucket has no such signature.
    """
    return _load(file, "signature.p7s")


def content_link(file: SignedFile, valid: dt.timedelta) -> str:
    """Return an address that returns the content of a signed file while ``valid``."""
    key = evidence_key(file.evidence_of, file.signature.signature_id, "content")
    return object_store.link(
        EVIDENCE, key, name=file.file_name, media_type="application/octet-stream", valid=valid
    )


def _load(file: SignedFile, name: str) -> bytes:
    key = evidence_key(file.evidence_of, file.signature.signature_id, name)
    body = object_store.get(EVIDENCE, key)
    if body is None:
        raise LookupError(f"no {name} of signature {file.signature.signature_id}")
    return body
