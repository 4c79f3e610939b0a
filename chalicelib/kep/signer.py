"""Who signed, and for whom that counts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chalicelib.kep.certificate import Certificate
from chalicelib.kep.errors import KepError
from chalicelib.kep.path import PathEvidence
from chalicelib.kep.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The maker of one valid signature.

    ``claimed_time`` is what the signer's own clock said, UTC; it proves nothing. ``profile`` says
    whether the signature itself names its certificate (``CAdES-BES``) or not (``CMS``).
    ``evidence`` is to be kept with the signature: it can be written as JSON.
    """

    certificate: Certificate
    claimed_time: datetime | None
    profile: Literal["CAdES-BES", "CMS"]
    evidence: PathEvidence = field(repr=False)

    @property
    def subject(self) -> Subject:
        """The holder of the certificate."""
        return self.certificate.subject


def acts_for(signer: Signer | Certificate, inn: str, *, ogrn: str | None = None) -> None:
    """Make sure that the signer may act for the organisation with this ИНН by himself.

    A legal entity's or an entrepreneur's certificate acts for its own ИНН; ``ogrn`` (ОГРН or
    ОГРНИП), where known, must agree too. Raises KepError ``power-of-attorney-required`` for a
    natural person's certificate, ``another-organisation`` otherwise.
    """
    subject = signer.subject
    if subject.kind == "natural_person":
        raise KepError("power-of-attorney-required")
    if subject.organisation_inn != inn:
        raise KepError("another-organisation")
    if ogrn is not None and ogrn != (subject.ogrn or subject.ogrnip):
        raise KepError("another-organisation", "ОГРН")
