"""CMS SignedData (RFC 5652) with the signed attributes of CAdES-BES (RFC 5126): its structure.

Reading only: what the values mean for trust is decided in ``verification``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from asn1crypto import cms, core, tsp

from chalicelib.kep import ber, gost3410, streebog
from chalicelib.kep.certificate import Certificate
from chalicelib.kep.errors import KepError, reading

MAX_SIGNERS: Final = 16
MAX_CERTIFICATES: Final = 64
MAX_ATTRIBUTES: Final = 64

_DATA: Final = "1.2.840.113549.1.7.1"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_HASHES: Final = {
    "1.3.14.3.2.26": "sha1",  # only here, where the certificate is also checked by its path
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReference:
    """What the signing-certificate attribute says of the signer's certificate."""

    algorithm: str
    digest: bytes
    issuer_name: bytes | None
    serial: int | None

    def matches(self, certificate: Certificate) -> bool:
        """Whether it is this certificate. Raises KepError ``weak-algorithm`` for other hashes."""
        if self.algorithm in gost3410.DIGEST_SIZES:
            digest = streebog.digest(certificate.der, gost3410.DIGEST_SIZES[self.algorithm])
        elif self.algorithm in _HASHES:
            digest = hashlib.new(_HASHES[self.algorithm], certificate.der).digest()
        else:
            raise KepError("weak-algorithm", "hash of the signing certificate")
        return (
            digest == self.digest
            and self.issuer_name in (None, certificate.issuer_name)
            and self.serial in (None, int(certificate.serial, 16))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """One signature of a message. Either issuer and serial or ``key_id`` names its certificate.

    ``signed`` holds the encodings of the signed attributes to try: as sent, then sorted as DER
    wants them, for there are writers that sign one and send the other.
    """

    issuer_name: bytes | None
    serial: int | None
    key_id: bytes | None
    digest_algorithm: str
    signature_algorithm: str
    signature: bytes
    signed: Sequence[bytes]
    message_digest: bytes
    claimed_time: datetime | None
    references: Sequence[CertificateReference]

    def names(self, certificate: Certificate) -> bool:
        """Whether this certificate is the one that the signature says it was made with."""
        if self.key_id is not None:
            named = certificate.subject_key_id == self.key_id
        else:
            named = (
                certificate.issuer_name == self.issuer_name
                and int(certificate.serial, 16) == self.serial
            )
        return named and all(reference.matches(certificate) for reference in self.references)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """A signed message: ``content`` is None when the signature is detached."""

    content: bytes | None = field(repr=False)
    certificates: Sequence[bytes] = field(repr=False)
    signers: Sequence[SignerInfo]


def parse(message: bytes) -> SignedData:
    """Read a message in DER, BER, PEM or base64.

    Raises KepError ``malformed``, ``too-large`` or ``no-signed-attributes``.
    """
    encoded = ber.definite(ber.unarmour(message))
    with reading():
        info = cms.ContentInfo.load(encoded, strict=True)
        if info["content_type"].native != "signed_data":
            raise KepError("malformed", "not SignedData")
        signed_data = info["content"]
        encapsulated = signed_data["encap_content_info"]
        if encapsulated["content_type"].dotted != _DATA:
            raise KepError("malformed", "content type")
        content = encapsulated["content"]
        infos = signed_data["signer_infos"]
        if len(infos) > MAX_SIGNERS or not infos:
            raise KepError("malformed", f"{len(infos)} signers")
        certificates = signed_data["certificates"]
        if len(certificates) > MAX_CERTIFICATES:
            raise KepError("too-large", "too many certificates")
        return SignedData(
            content=None if isinstance(content, core.Void) else bytes(content),
            certificates=[
                ber.element(0x30, c.chosen.contents)
                for c in certificates
                if c.name == "certificate"
            ],
            signers=[_signer_info(signer) for signer in infos],
        )


def _signer_info(signer: Any) -> SignerInfo:
    if isinstance(signer["signed_attrs"], core.Void):
        raise KepError("no-signed-attributes")
    raw = signer["signed_attrs"].contents
    attributes = _attributes(raw)
    if _single(attributes, _CONTENT_TYPE, core.ObjectIdentifier).dotted != _DATA:
        raise KepError("malformed", "content-type attribute")
    sid = signer["sid"]
    by_issuer = sid.name == "issuer_and_serial_number"
    ordered = b"".join(sorted(raw[start:end] for _, start, end in ber.children(raw)))
    return SignerInfo(
        issuer_name=ber.element(0x30, sid.chosen["issuer"].chosen.contents) if by_issuer else None,
        serial=sid.chosen["serial_number"].native if by_issuer else None,
        key_id=None if by_issuer else sid.chosen.native,
        digest_algorithm=signer["digest_algorithm"]["algorithm"].dotted,
        signature_algorithm=signer["signature_algorithm"]["algorithm"].dotted,
        signature=signer["signature"].native,
        signed=[ber.element(0x31, contents) for contents in dict.fromkeys((raw, ordered))],
        message_digest=_single(attributes, _MESSAGE_DIGEST, core.OctetString).native,
        claimed_time=_single(attributes, _SIGNING_TIME, cms.Time).native
        if _SIGNING_TIME in attributes
        else None,
        references=list(_references(attributes)),
    )


def _attributes(raw: bytes) -> Mapping[str, bytes]:
    """The single value of each signed attribute (RFC 5652, 11 wants exactly one of each)."""
    found: dict[str, bytes] = {}
    for number, (_, start, end) in enumerate(ber.children(raw)):
        attribute = _Attribute.load(raw[start:end], strict=True)
        oid = attribute["type"].dotted
        if oid in found or number >= MAX_ATTRIBUTES:
            raise KepError("malformed", "attribute twice or too many")
        values = attribute["values"]
        found[oid] = values[0].dump() if len(values) == 1 else b""
    return found


class _Attributes(core.SetOf):  # type: ignore[misc]
    _child_spec = core.Any


class _Attribute(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("type", core.ObjectIdentifier), ("values", _Attributes)]


def _single(attributes: Mapping[str, bytes], oid: str, spec: Any) -> Any:
    if not attributes.get(oid):
        raise KepError("malformed", "attribute absent or not single")
    return spec.load(attributes[oid], strict=True)


def _references(attributes: Mapping[str, bytes]) -> Any:
    for oid, spec in (
        (_SIGNING_CERTIFICATE, tsp.SigningCertificate),
        (_SIGNING_CERTIFICATE_V2, tsp.SigningCertificateV2),
    ):
        if oid not in attributes:
            continue
        # RFC 5035, 4: the first of the certificates is the signer's own.
        reference = _single(attributes, oid, spec)["certs"][0]
        v2 = oid == _SIGNING_CERTIFICATE_V2
        issuer_serial = reference["issuer_serial"]
        present = not isinstance(issuer_serial, core.Void)
        yield CertificateReference(
            algorithm=reference["hash_algorithm"]["algorithm"].dotted if v2 else "1.3.14.3.2.26",
            digest=reference["cert_hash"].native,
            issuer_name=_directory_name(issuer_serial["issuer"][0].dump()) if present else None,
            serial=issuer_serial["serial_number"].native if present else None,
        )


def _directory_name(general_name: bytes) -> bytes:
    """The Name inside a GeneralName; what is no directory name matches no issuer."""
    tag, start, end = ber.header(general_name, 0, len(general_name))
    return general_name[start:end] if tag == 0xA4 else general_name
