"""The signer of a verified signature, and whether the signer may act for an organisation."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chalicelib.kep.certificate import Certificate
from chalicelib.kep.errors import KepError
from chalicelib.kep.path import PathEvidence
from chalicelib.kep.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The signer of a valid signature.

    Attributes:
        certificate: the signer's certificate.
        claimed_time: the signing-time attribute, UTC. It comes from the signer's clock and proves
            nothing.
        profile: ``CAdES-BES`` if the signature contains a signing-certificate attribute, else
            ``CMS``.
        evidence: the validated path, serialisable as JSON, to be stored with the signature.
    """

    certificate: Certificate
    claimed_time: datetime | None
    profile: Literal["CAdES-BES", "CMS"]
    evidence: PathEvidence = field(repr=False)

    @property
    def subject(self) -> Subject:
        """The subject of the certificate."""
        return self.certificate.subject


def acts_for(signer: Signer | Certificate, inn: str, *, ogrn: str | None = None) -> None:
    """Check that the signer may act for an organisation without a power of attorney.

    The certificate of a legal entity or of an entrepreneur acts for its own ИНН.

    Args:
        signer: the signer or the certificate.
        inn: ИНН of the organisation.
        ogrn: ОГРН or ОГРНИП of the organisation; None if unknown.

    Raises:
        KepError: ``power-of-attorney-required``, the certificate is a natural person's;
            ``another-organisation``, the ИНН or the ОГРН differs.
    """
    subject = signer.subject
    if subject.kind == "natural_person":
        raise KepError("power-of-attorney-required")
    if subject.organisation_inn != inn:
        raise KepError("another-organisation")
    if ogrn is not None and ogrn != (subject.ogrn or subject.ogrnip):
        raise KepError("another-organisation", "ОГРН")
