"""Reads the certificate chosen for the registration."""

import datetime as dt
import re

from chalicelib import kep
from chalicelib.kep.subject import attributes
from chalicelib.services.edo.registration.model import (
    ParticipantCertificate,
    RegisteredOrganisation,
)
from chalicelib.services.edo.registration.rules import CertificateRefused

_UNSTRUCTURED_NAME = "1.2.840.113549.1.9.2"
"""``unstructuredName`` of PKCS #9 (RFC 2985, 5.4.1). Certification authorities write
``INN=…/KPP=…/OGRN=…`` into this attribute; a certificate has no other place for a КПП."""
_KPP = re.compile(r"KPP=(\d{4}[\dA-Z]{2}\d{3})\b")


def read(
    der: bytes, organisation: RegisteredOrganisation, at: dt.datetime
) -> ParticipantCertificate:
    """Return the contents of a certificate whose holder may sign for the organisation.

    The chain of the certificate is checked later, with the signature of the statement.

    Raises:
        CertificateRefused: ``der`` is not a certificate, is not valid at the moment ``at``, or
            belongs to another organisation.
    """
    try:
        certificate = kep.certificate.read(der)
        kep.acts_for(certificate, organisation.inn, ogrn=organisation.ogrn)
        if at < certificate.not_before:
            raise kep.KepError("not-yet-valid")
        if at > certificate.not_after:
            raise kep.KepError("expired")
        kpp = _KPP.search(attributes(certificate.subject_name).get(_UNSTRUCTURED_NAME, ""))
        if kpp and kpp[1] != organisation.kpp:
            raise kep.KepError("another-organisation", "КПП")
    except kep.KepError as error:
        raise CertificateRefused(error.message, code=error.code) from error
    subject = certificate.subject
    return ParticipantCertificate(
        sha256=certificate.sha256,
        serial=certificate.serial,
        issuer=certificate.issuer,
        valid_until=certificate.not_after,
        surname=subject.surname,
        given_name=subject.given_name,
        patronymic=subject.patronymic,
        organisation=subject.organisation,
        position=subject.position,
        inn=subject.organisation_inn,
        kpp=kpp[1] if kpp else None,
        ogrn=subject.ogrn or subject.ogrnip,
    )
