"""Reads the certificate picked for the registration."""

import datetime as dt
import re

from chalicelib import kep
from chalicelib.kep.subject import attributes
from chalicelib.services.edo.model import CertificateCard, Organisation
from chalicelib.services.edo.rules import CertificateRefused

_UNSTRUCTURED_NAME = "1.2.840.113549.1.9.2"
"""PKCS #9; authorities put ``INN=…/KPP=…/OGRN=…`` there, the only place for a КПП."""
_KPP = re.compile(r"KPP=(\d{4}[\dA-Z]{2}\d{3})\b")


def read(der: bytes, organisation: Organisation, at: dt.datetime) -> CertificateCard:
    """Return what a certificate says, if its holder may sign for the organisation now.

    Whether it is trusted is seen when the statement is signed by it.

    Raises:
        CertificateRefused: it is no certificate, not valid ``at`` that moment, or another's.
    """
    try:
        found = kep.certificate.read(der)
        kep.acts_for(found, organisation.inn, ogrn=organisation.ogrn)
        if at < found.not_before:
            raise kep.KepError("not-yet-valid")
        if at > found.not_after:
            raise kep.KepError("expired")
        kpp = _KPP.search(attributes(found.subject_name).get(_UNSTRUCTURED_NAME, ""))
        if kpp and kpp[1] != organisation.kpp:
            raise kep.KepError("another-organisation", "КПП")
    except kep.KepError as error:
        raise CertificateRefused(error.message, code=error.code) from error
    subject = found.subject
    return CertificateCard(
        sha256=found.sha256,
        serial=found.serial,
        issuer=found.issuer,
        valid_until=found.not_after,
        surname=subject.surname,
        given_name=subject.given_name,
        patronymic=subject.patronymic,
        organisation=subject.organisation,
        position=subject.position,
        inn=subject.organisation_inn,
        kpp=kpp[1] if kpp else None,
        ogrn=subject.ogrn or subject.ogrnip,
    )
