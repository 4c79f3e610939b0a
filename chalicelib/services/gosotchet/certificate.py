"""Reads the open certificate of a form and makes sure that this organisation may sign with it."""

import base64

from chalicelib import kep
from chalicelib.core.organisation.model import Profile
from chalicelib.core.signing.trust import load_trust
from chalicelib.kep.path import PathBuilder
from chalicelib.runtime import clock
from chalicelib.services.gosotchet import private_key
from chalicelib.services.gosotchet.certificate_model import CertificateCard, KeptCertificate
from chalicelib.services.gosotchet.rules import Errors, PrivateKeyReceived, certificate_refusal


def read(data: bytes, owner: Profile) -> tuple[KeptCertificate | None, Errors]:
    """Read a certificate: the owner's, trusted, in force now, not revoked, fit for signing.

    Returns None with what is wrong where it is no such certificate.

    Raises:
        PrivateKeyReceived: the file holds a private key.
    """
    if private_key.is_inside(data):
        raise PrivateKeyReceived
    try:
        certificate = kep.certificate.read(data)
        kep.acts_for(certificate, owner.inn, ogrn=owner.ogrn)
        PathBuilder(load_trust(), clock.now()).validate(certificate)
    except kep.KepError as error:
        detail = certificate_refusal(error.code)
        return None, [{"pointer": "/certificate", "detail": detail, "code": error.code}]
    card = CertificateCard.of(certificate)
    der = base64.b64encode(certificate.der).decode()
    return KeptCertificate(**card.model_dump(), der=der), []
