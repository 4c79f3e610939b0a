"""Certification path building and validation (RFC 5280, section 6).

Critical extensions that are not processed, such as name constraints and policy mappings, are
refused.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypedDict

from chalicelib.kep import revocation
from chalicelib.kep.certificate import Certificate
from chalicelib.kep.errors import KepError
from chalicelib.kep.revocation import RevocationEvidence
from chalicelib.kep.trust import Trust

MAX_PATH: Final = 8
"""Maximum number of certificates in a path, both ends included. Real paths have 3 or 4."""
MAX_ATTEMPTS: Final = 64
"""Maximum number of certificate signatures verified for one message."""

_ANY_POLICY: Final = "2.5.29.32.0"


class PathEvidence(TypedDict):
    """The evidence for a validated path, serialisable as JSON.

    ``at`` is ISO 8601, ``chain`` the SHA-256 of the certificates from the signer's to the anchor,
    ``policies`` the demanded policies that the whole path carries.
    """

    at: str
    chain: list[str]
    policies: list[str]
    revocation: list[RevocationEvidence]


class PathBuilder:
    """Builds and validates the paths of one message.

    ``MAX_ATTEMPTS`` applies to all signers of the message together.
    """

    def __init__(self, trust: Trust, at: datetime, embedded: Iterable[Certificate] = ()) -> None:
        self._trust = trust
        self._at = at
        self._embedded = list(embedded)
        self._attempts = MAX_ATTEMPTS

    def validate(self, leaf: Certificate) -> PathEvidence:
        """Return the evidence for the first valid path from ``leaf`` to a trust anchor.

        Raises:
            KepError: no path is valid; the code is that of the most promising path.
        """
        problems: list[KepError] = []
        for chain in self._paths([leaf], problems):
            try:
                return self._validate(chain)
            except KepError as problem:
                problems.insert(0, problem)
        raise problems[0] if problems else KepError("untrusted", "no path to an anchor")

    def _paths(
        self, chain: list[Certificate], problems: list[KepError]
    ) -> Iterator[list[Certificate]]:
        """Yield every chain with valid signatures that ends at a trust anchor, depth first."""
        last = chain[-1]
        if len(chain) == MAX_PATH:
            return
        for issuer in (*self._trust.authorities_named(last.issuer_name), *self._embedded):
            if not _may_have_issued(issuer, last) or issuer in chain:
                continue
            if self._attempts == 0:
                raise KepError("untrusted", "too many candidates")
            self._attempts -= 1
            try:
                if not _signed_by(last, issuer):
                    continue
                _check_authority(issuer, below=chain[1:])
            except KepError as problem:
                problems.append(problem)
                continue
            if self._trust.is_anchor(issuer):
                yield [*chain, issuer]
            else:
                yield from self._paths([*chain, issuer], problems)

    def _validate(self, chain: Sequence[Certificate]) -> PathEvidence:
        leaf, issuer, *_ = chain
        trust, at = self._trust, self._at
        if any(certificate.unrecognised_critical for certificate in chain[:-1]):
            raise KepError("policy", "unrecognised critical extension")
        if "digital_signature" not in (leaf.key_usage or ()):
            raise KepError("key-usage")
        for certificate in chain:
            if at < certificate.not_before:
                raise KepError("not-yet-valid")
            if at > certificate.not_after:
                raise KepError("expired")
        if trust.accredited and issuer.key_sha256 not in trust.accredited:
            raise KepError("not-accredited")
        return PathEvidence(
            at=at.isoformat(),
            chain=[certificate.sha256 for certificate in chain],
            policies=sorted(self._policies(chain)),
            revocation=[
                revocation.check(certificate, issuer, trust, at)
                for certificate, issuer in itertools.pairwise(chain)
            ],
        )

    def _policies(self, chain: Sequence[Certificate]) -> frozenset[str]:
        """Return the demanded policies that every certificate below the anchor carries."""
        policies = self._trust.policies
        for certificate in chain[:-1]:
            if _ANY_POLICY not in certificate.policies:
                policies &= certificate.policies
        if self._trust.policies and not policies:
            raise KepError("policy", "none of the demanded policies")
        return policies


def _may_have_issued(issuer: Certificate, subject: Certificate) -> bool:
    """Return whether name and key identifiers match, without verifying a signature.

    The key identifiers tell the keys of one authority apart.
    """
    return issuer.subject_name == subject.issuer_name and (
        None in (issuer.subject_key_identifier, subject.authority_key_identifier)
        or issuer.subject_key_identifier == subject.authority_key_identifier
    )


@functools.lru_cache(maxsize=512)
def _signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    return certificate.signed.is_signed_by(issuer.public_key)


def _check_authority(issuer: Certificate, below: Sequence[Certificate]) -> None:
    """Perform steps (k) to (n) of RFC 5280, 6.1.4.

    ``below`` are the authorities between ``issuer`` and the leaf.

    Raises:
        KepError: ``untrusted``, the issuer may not sign certificates or the path is too long.
    """
    if not issuer.is_ca:
        raise KepError("untrusted", "issued by an end entity")
    if issuer.key_usage is not None and "key_cert_sign" not in issuer.key_usage:
        raise KepError("untrusted", "the issuer may not sign certificates")
    # RFC 5280, 4.2.1.9: self-issued certificates do not count.
    length = sum(1 for authority in below if authority.subject_name != authority.issuer_name)
    if issuer.path_len_constraint is not None and length > issuer.path_len_constraint:
        raise KepError("untrusted", "path too long for the issuer")
