"""The buckets of signatures, in a module that declarations import without the cryptography."""

from chalicelib.runtime.resource import Bucket

TRUST = Bucket("Trust")
EVIDENCE = Bucket("Evidence")


def evidence_key(client_id: str, signature_id: str, name: str) -> str:
    """Return the object key of a file of an accepted signature.

    ``name`` is ``content`` (the signed bytes), ``signature.p7s`` (the signature) or
    ``evidence.json`` (why the signature was accepted, see :class:`Evidence`).
    """
    return f"{client_id}/{signature_id}/{name}"
