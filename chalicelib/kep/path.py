"""Certification paths: from a signer's certificate to a trust anchor (RFC 5280, 6).

What it does not process it refuses: name constraints, policy mappings and the like, when critical.
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
"""Longest path in certificates, both ends counted; the field's have three or four."""
MAX_ATTEMPTS: Final = 64
"""Most certificate signatures tried for one message, whatever it brings along."""

_ANY_POLICY: Final = "2.5.29.32.0"


class PathEvidence(TypedDict):
    """Why a certificate was trusted, in values fit for JSON; fingerprints are SHA-256."""

    at: str
    chain: list[str]
    policies: list[str]
    revocation: list[RevocationEvidence]


class PathBuilder:
    """Builds and validates the paths of one message, within one bound for all its signers."""

    def __init__(self, trust: Trust, at: datetime, embedded: Iterable[Certificate] = ()) -> None:
        self._trust = trust
        self._at = at
        self._embedded = list(embedded)
        self._attempts = MAX_ATTEMPTS

    def validate(self, leaf: Certificate) -> PathEvidence:
        """Find a path that holds and say what it rests on.

        Raises KepError with the code of what is wrong with the most promising path.
        """
        problems: list[KepError] = []
        for chain in self._paths([leaf], problems):
            try:
                return self._judge(chain)
            except KepError as problem:
                problems.insert(0, problem)
        raise problems[0] if problems else KepError("untrusted", "no path to an anchor")

    def _paths(
        self, chain: list[Certificate], problems: list[KepError]
    ) -> Iterator[list[Certificate]]:
        """Every chain of genuine signatures that ends at an anchor, depth first."""
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

    def _judge(self, chain: Sequence[Certificate]) -> PathEvidence:
        leaf, issuer, *_ = chain
        trust, at = self._trust, self._at
        if any(certificate.unknown_critical for certificate in chain[:-1]):
            raise KepError("policy", "critical extension not understood")
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
        """The demanded policies that hold along the whole path below the anchor."""
        held = self._trust.policies
        for certificate in chain[:-1]:
            if _ANY_POLICY not in certificate.policies:
                held &= certificate.policies
        if self._trust.policies and not held:
            raise KepError("policy", "none of the demanded policies")
        return held


def _may_have_issued(issuer: Certificate, subject: Certificate) -> bool:
    """Whether name and key identifiers agree: cheap, and decides between keys of one authority."""
    return issuer.subject_name == subject.issuer_name and (
        None in (issuer.subject_key_id, subject.authority_key_id)
        or issuer.subject_key_id == subject.authority_key_id
    )


@functools.lru_cache(maxsize=512)
def _signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    return certificate.signed.signed_with(issuer.public_key)


def _check_authority(issuer: Certificate, below: Sequence[Certificate]) -> None:
    """RFC 5280, 6.1.4 (k) to (n); ``below`` are the authorities between it and the leaf."""
    if not issuer.is_ca:
        raise KepError("untrusted", "issued by an end entity")
    if issuer.key_usage is not None and "key_cert_sign" not in issuer.key_usage:
        raise KepError("untrusted", "the issuer may not sign certificates")
    # A certificate that an authority issues to itself, as when it changes keys, is not counted.
    length = sum(1 for authority in below if authority.subject_name != authority.issuer_name)
    if issuer.path_length is not None and length > issuer.path_length:
        raise KepError("untrusted", "path too long for the issuer")
