"""Acceptance of a signature: verify it, check the signer's authority, store the evidence."""

from chalicelib import kep
from chalicelib.core.signing.evidence import store_evidence
from chalicelib.core.signing.model import Evidence, Signature, SignerCard
from chalicelib.core.signing.rules import SignatureRefused
from chalicelib.core.signing.trust import load_trust
from chalicelib.runtime import clock
from chalicelib.runtime.identifier import new_identifier


def accept_signature(
    client_id: str,
    content: bytes,
    signature: bytes,
    *,
    inn: str,
    ogrn: str | None,
    certificate_sha256: str | None = None,
) -> Signature:
    """Verify a detached signature over exactly ``content`` and store it in the client's evidence.

    Every signer must be entitled to act for the organisation with this ИНН and, if it is given,
    this ОГРН or ОГРНИП. If ``certificate_sha256`` is given, every signer must have used the
    certificate with this SHA-256 fingerprint.

    Raises:
        SignatureRefused: the signature is invalid, or a signer may not act for the organisation.
            Nothing is stored.
    """
    received_at = clock.now()
    try:
        signers = kep.verify(signature, content, load_trust(), received_at)
        for signer in signers:
            kep.acts_for(signer, inn, ogrn=ogrn)
            if certificate_sha256 not in (None, signer.certificate.sha256):
                raise kep.KepError("another-certificate")
    except kep.KepError as error:
        raise SignatureRefused(error) from error
    accepted = Signature(
        signature_id=new_identifier(),
        received_at=received_at,
        signers=tuple(map(SignerCard.of, signers)),
    )
    evidence = Evidence(
        signature=accepted, paths=tuple(dict(signer.evidence) for signer in signers)
    )
    store_evidence(client_id, evidence, content, signature)
    return accepted
