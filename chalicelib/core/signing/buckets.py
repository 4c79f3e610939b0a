"""Where trust and evidence are kept; apart, so that a grant needs no cryptography."""

from chalicelib.runtime.resource import Bucket

TRUST = Bucket("Trust")
EVIDENCE = Bucket("Evidence")


def evidence_key(client_id: str, signature_id: str, name: str) -> str:
    """Return where a file of an accepted signature is: what was signed is ``content``, the
    signature ``signature.p7s``, why it was accepted ``evidence.json``."""
    return f"{client_id}/{signature_id}/{name}"
