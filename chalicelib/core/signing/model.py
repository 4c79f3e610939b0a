"""A signature that was accepted: who made it and what shows that it held."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model

if TYPE_CHECKING:  # what a signature is like must not cost a reader the cryptography
    from chalicelib.kep import Signer

SignatureBytes = base64_bytes(1024 * 1024)
"""A signature as CMS: DER, BER, PEM or base64 of them."""


class SignerCard(Model):
    """Who signed, as the certificate says."""

    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    organisation: str | None = None
    position: str | None = None
    inn: str | None = None
    organisation_inn: str | None = None
    certificate_serial: str
    certificate_valid_from: dt.datetime | None = None
    certificate_valid_until: dt.datetime
    claimed_time: dt.datetime | None = None
    """What the signer's own clock said; it proves nothing."""

    @classmethod
    def of(cls, signer: "Signer") -> "SignerCard":
        """Read it from a verified signer."""
        subject = signer.subject
        return cls(
            surname=subject.surname,
            given_name=subject.given_name,
            patronymic=subject.patronymic,
            organisation=subject.organisation,
            position=subject.position,
            inn=subject.inn,
            organisation_inn=subject.organisation_inn,
            certificate_serial=signer.certificate.serial,
            certificate_valid_from=signer.certificate.not_before,
            certificate_valid_until=signer.certificate.not_after,
            claimed_time=signer.claimed_time,
        )


class Signature(Model):
    """An accepted signature and where it is kept with what was signed."""

    signature_id: Identifier
    received_at: dt.datetime
    """By our clock; validity and revocation were judged for this moment."""
    signers: tuple[SignerCard, ...]


class Evidence(Model):
    """What is kept beside the signature to show later why it was accepted."""

    signature: Signature
    paths: tuple[dict[str, Any], ...]
    """For each signer: the chain, its policies and the revocation lists consulted."""
