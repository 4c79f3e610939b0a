"""An open certificate: how it comes in, what is shown of it, what is kept."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.model import Model

if TYPE_CHECKING:  # what a certificate is like must not cost a reader the cryptography
    from chalicelib.kep import Certificate

CertificateBytes = base64_bytes(64 * 1024)
"""An open certificate: DER, PEM or base64 of DER."""


class CertificateCard(Model):
    """What was read from an open certificate."""

    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    organisation: str | None = None
    position: str | None = None
    organisation_inn: str | None = None
    issuer: str
    serial: str
    sha256: str
    valid_from: dt.datetime
    valid_until: dt.datetime

    @classmethod
    def of(cls, certificate: "Certificate") -> Self:
        """Read it from a certificate."""
        subject = certificate.subject
        return cls(
            surname=subject.surname,
            given_name=subject.given_name,
            patronymic=subject.patronymic,
            organisation=subject.organisation,
            position=subject.position,
            organisation_inn=subject.organisation_inn,
            issuer=certificate.issuer,
            serial=certificate.serial,
            sha256=certificate.sha256,
            valid_from=certificate.not_before,
            valid_until=certificate.not_after,
        )


class KeptCertificate(CertificateCard):
    """A certificate with its bytes, for whoever registers it."""

    der: str
    """Base64."""
