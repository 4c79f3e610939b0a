"""Open certificates: as received, as shown to the client and as stored."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.model import Model, example

if TYPE_CHECKING:  # functions that only read must not import the cryptography
    from chalicelib.kep import Certificate

CertificateBytes = base64_bytes(64 * 1024)
"""An open certificate: DER, PEM or base64 of DER."""


class CertificateCard(Model):
    """The subject, issuer and validity period of an open certificate."""

    model_config = example(
        surname="Смирнова",
        given_name="Мария",
        patronymic="Андреевна",
        organisation="ООО «Ромашка»",
        position="Генеральный директор",
        issuer="УЦ «Пример»",
        serial="01d9a4b700c3f5e8",
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        valid_until="2027-06-01T00:00:00Z",
        organisation_inn="9677190017",
        valid_from="2026-03-01T00:00:00Z",
    )

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
        """Return the card of a certificate."""
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
    """A certificate as stored, with its content."""

    der: str
    """The certificate in DER, encoded in base64."""
