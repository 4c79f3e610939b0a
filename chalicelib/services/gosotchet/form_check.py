"""Checks of the forms with the open certificate that a client sends."""

import base64

from chalicelib import kep
from chalicelib.core.organisation.model import Profile
from chalicelib.core.signing.trust import load_trust
from chalicelib.kep.path import PathBuilder
from chalicelib.runtime import clock
from chalicelib.runtime.problem import PayloadInvalid
from chalicelib.services.gosotchet import private_key
from chalicelib.services.gosotchet.certificate_model import CertificateCard, KeptCertificate
from chalicelib.services.gosotchet.form_rules import (
    FormErrors,
    authority_errors,
    certificate_errors,
    certificate_refusal,
)
from chalicelib.services.gosotchet.model import Licence, NewAmendment, NewRegistration, Registration
from chalicelib.services.gosotchet.rules import PrivateKeyReceived


def check_registration(form: NewRegistration, licence: Licence, owner: Profile) -> KeptCertificate:
    """Check a form of registration and return its certificate.

    Raises:
        PayloadInvalid: with all errors of the authorities and the certificate.
        PrivateKeyReceived: the file contains a private key.
    """
    certificate, errors = check_certificate(form.certificate, owner)
    errors = authority_errors(form.authorities, licence.tariff, owner) + errors
    if certificate is None or errors:
        raise PayloadInvalid(errors)
    return certificate


def check_amendment(
    payload: NewAmendment, current: Registration, owner: Profile
) -> KeptCertificate | None:
    """Check a form of amendment and return its certificate, if the form has one.

    Raises:
        PayloadInvalid: with all errors of the authorities and the certificate.
        PrivateKeyReceived: the file contains a private key.
    """
    errors = authority_errors(payload.authorities, current.tariff, owner, current.authorities)
    certificate = None
    if payload.certificate is not None:
        certificate, refusals = check_certificate(payload.certificate, owner)
        errors += refusals + certificate_errors(certificate, current.certificate)
    if errors:
        raise PayloadInvalid(errors)
    return certificate


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
