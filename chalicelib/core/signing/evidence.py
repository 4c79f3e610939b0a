"""Bucket Evidence: accepted signatures, what they sign and why they were accepted.

The objects are kept for ever, under ``<client id>/<signature id>/``.
"""

from chalicelib.core.signing.buckets import EVIDENCE, evidence_key
from chalicelib.core.signing.model import Evidence
from chalicelib.runtime import object_store


def store_evidence(client_id: str, evidence: Evidence, content: bytes, signature: bytes) -> None:
    """Store the signed content, the signature and the evidence, in this order.

    Call this before the commit that refers to the signature: a crash in between leaves objects
    that no item refers to, never an item without its objects.
    """
    for name, body, media_type in (
        ("content", content, "application/octet-stream"),
        ("signature.p7s", signature, "application/pkcs7-signature"),
        ("evidence.json", evidence.model_dump_json().encode(), "application/json"),
    ):
        key = evidence_key(client_id, evidence.signature.signature_id, name)
        object_store.put(EVIDENCE, key, body, media_type)
