"""Check of the open certificate that a client sends with a form."""

import base64

from chalicelib import kep
from chalicelib.core.organisation.model import Profile
from chalicelib.core.signing.trust import load_trust
from chalicelib.kep.path import PathBuilder
from chalicelib.runtime import clock
from chalicelib.services.gosotchet import private_key
from chalicelib.services.gosotchet.certificate_model import CertificateCard, KeptCertificate
from chalicelib.services.gosotchet.rules import FormErrors, PrivateKeyReceived, certificate_refusal


def check_certificate(data: bytes, owner: Profile) -> tuple[KeptCertificate | None, FormErrors]:
    """Read a certificate and check that ``owner`` may sign with it now.

    The certificate must be issued to the organisation, trusted, in force, not revoked and meant for
    signing. Returns the certificate and no errors, or None and the errors of the form.

    Raises:
        PrivateKeyReceived: the file contains a private key.
    """
    if private_key.contains_private_key(data):
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
