"""Whether a certificate was revoked, by the revocation lists at hand (RFC 5280, 6.3)."""

import functools
from datetime import datetime
from typing import Literal, TypedDict

from chalicelib.kep.certificate import Certificate
from chalicelib.kep.crl import CLOCK_SKEW, CRL
from chalicelib.kep.errors import KepError
from chalicelib.kep.trust import Trust


class RevocationEvidence(TypedDict):
    """What was known of one certificate, in values fit for JSON; fingerprints are SHA-256.

    ``crl`` and what follows are None when the status is unknown and that was accepted.
    """

    certificate: str
    status: Literal["good", "unknown"]
    crl: str | None
    crl_number: int | None
    this_update: str | None
    next_update: str | None


def check(
    certificate: Certificate, issuer: Certificate, trust: Trust, at: datetime
) -> RevocationEvidence:
    """The evidence that a certificate was not revoked at that moment.

    The newest list that is current, covers the certificate and is signed by the key that issued
    it decides. A list past its date still counts against a certificate, never for it. Raises
    KepError ``revoked``, or ``revocation-unknown`` where the trust's rule is to refuse.
    """
    lists = sorted(
        (
            crl
            for crl in trust.crls_of(issuer)
            if crl.this_update <= at + CLOCK_SKEW and crl.covers(certificate)
        ),
        key=lambda crl: (crl.is_current(at), crl.this_update),
        reverse=True,
    )
    for crl in lists:
        if not _comes_from(crl, issuer):
            continue
        revoked_at = crl.revoked_at(certificate)
        if revoked_at is not None and revoked_at <= at:
            raise KepError("revoked")
        if crl.is_current(at):
            return _evidence(certificate, crl)
    if trust.revocation_unknown == "refuse":
        raise KepError("revocation-unknown")
    return _evidence(certificate, None)


@functools.lru_cache(maxsize=64)
def _comes_from(crl: CRL, issuer: Certificate) -> bool:
    try:
        return crl.comes_from(issuer)
    except KepError:
        return False


def _evidence(certificate: Certificate, crl: CRL | None) -> RevocationEvidence:
    next_update = crl.next_update if crl else None
    return RevocationEvidence(
        certificate=certificate.sha256,
        status="good" if crl else "unknown",
        crl=crl.sha256 if crl else None,
        crl_number=crl.number if crl else None,
        this_update=crl.this_update.isoformat() if crl else None,
        next_update=next_update.isoformat() if next_update else None,
    )
