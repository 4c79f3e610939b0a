"""Revocation checking by stored certificate revocation lists (RFC 5280, 6.3)."""

import functools
from datetime import datetime
from typing import Literal, TypedDict

from chalicelib.kep.certificate import Certificate
from chalicelib.kep.crl import CLOCK_SKEW, CRL
from chalicelib.kep.errors import KepError
from chalicelib.kep.trust import Trust


class RevocationEvidence(TypedDict):
    """The revocation status of a certificate, serialisable as JSON.

    ``certificate`` and ``crl`` are SHA-256, times are ISO 8601. ``crl`` and the fields after it
    are None if the status is ``unknown``, which ``Trust.revocation_unknown`` may accept.
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
    """Return the evidence that ``certificate`` was not revoked at the moment ``at``.

    The newest current list that covers the certificate and is signed with the issuer's key
    decides. An outdated list may prove that a certificate is revoked, never that it is good.

    Raises:
        KepError: ``revoked``, a list contains the certificate; ``revocation-unknown``, no current
            list covers the certificate and ``trust`` refuses such certificates.
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
        if not _is_issued_by(crl, issuer):
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
def _is_issued_by(crl: CRL, issuer: Certificate) -> bool:
    try:
        return crl.is_issued_by(issuer)
    except KepError:
        return False


def _evidence(certificate: Certificate, crl: CRL | None) -> RevocationEvidence:
    next_update = crl.next_update if crl else None
    return RevocationEvidence(
        certificate=certificate.sha256,
        status="good" if crl else "unknown",
        crl=crl.sha256 if crl else None,
        crl_number=crl.crl_number if crl else None,
        this_update=crl.this_update.isoformat() if crl else None,
        next_update=next_update.isoformat() if next_update else None,
    )
