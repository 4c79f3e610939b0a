"""An accepted signature: its signers and the evidence of its validity."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example

if TYPE_CHECKING:  # importing these models must not import the cryptography
    from chalicelib.kep import Signer

SignatureBytes = base64_bytes(1024 * 1024)
"""A CMS signature (RFC 5652) of at most 1 MB: DER, BER, PEM, or base64 of DER or BER."""


class SignerCard(Model):
    """The signer, as named in the certificate."""

    model_config = example(
        surname="Смирнова",
        given_name="Мария",
        patronymic="Андреевна",
        organisation="ООО «Ромашка»",
        position="Генеральный директор",
        inn="500100732259",
        organisation_inn="9677190017",
        certificate_serial="01d9a4b700c3f5e8",
        certificate_valid_from="2026-03-01T00:00:00Z",
        certificate_valid_until="2027-06-01T00:00:00Z",
    )

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
    """Signing time by the signer's own clock. It proves nothing."""

    @classmethod
    def of(cls, signer: "Signer") -> "SignerCard":
        """Return the card of a verified signer."""
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
    """An accepted signature; ``signature_id`` names its folder in the bucket Evidence."""

    signature_id: Identifier
    received_at: dt.datetime
    """Time of receipt by the server's clock; validity and revocation were checked for this time."""
    signers: tuple[SignerCard, ...]


class Evidence(Model):
    """What proves later why the signature was accepted; stored beside the signature."""

    signature: Signature
    paths: tuple[dict[str, Any], ...]
    """For each signer: the certificate chain, its policies and the revocation lists consulted."""
