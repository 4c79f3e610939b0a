"""How a service accepts a signature: verified, by whoever may act, kept with its evidence."""

from chalicelib import kep
from chalicelib.core.signing import store
from chalicelib.core.signing.model import Evidence, Signature, SignerCard
from chalicelib.core.signing.rules import SignatureRefused
from chalicelib.runtime import clock
from chalicelib.runtime.identifier import new_identifier


def accept(
    client_id: str,
    content: bytes,
    signature: bytes,
    *,
    inn: str,
    ogrn: str | None,
    certificate_sha256: str | None = None,
) -> Signature:
    """Verify a detached signature over exactly ``content`` and keep it.

    Everyone who signed must be able to act for the organisation of that ИНН and ОГРН (ОГРНИП),
    where it is known, and have signed by the certificate of that fingerprint, where one is given.

    Raises:
        SignatureRefused: it does not hold, or somebody may not act; nothing is kept.
    """
    received_at = clock.now()
    try:
        signers = kep.verify(signature, content, store.load_trust(), received_at)
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
    store.keep(client_id, evidence, content, signature)
    return accepted
