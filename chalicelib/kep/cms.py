"""Parsing of CMS SignedData (RFC 5652) with the signed attributes of CAdES-BES (RFC 5126).

The module parses only. ``verification`` decides whether a signature is valid.
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
_SHA1: Final = "1.3.14.3.2.26"
_HASHES: Final = {
    _SHA1: "sha1",  # admitted here alone: the certificate is also verified by its path
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ESSCertID:
    """The signer's certificate as the signing-certificate attribute identifies it (RFC 5035).

    ``hash_algorithm`` is an object identifier. ``issuer_name`` (DER Name) and ``serial_number``
    are those of issuerSerial, None if the attribute has none.
    """

    hash_algorithm: str
    cert_hash: bytes
    issuer_name: bytes | None
    serial_number: int | None

    def matches(self, certificate: Certificate) -> bool:
        """Return whether the attribute identifies ``certificate``.

        Raises:
            KepError: ``weak-algorithm``, the hash is neither Streebog nor SHA.
        """
        if self.hash_algorithm in gost3410.DIGEST_SIZES:
            digest = streebog.digest(certificate.der, gost3410.DIGEST_SIZES[self.hash_algorithm])
        elif self.hash_algorithm in _HASHES:
            digest = hashlib.new(_HASHES[self.hash_algorithm], certificate.der).digest()
        else:
            raise KepError("weak-algorithm", "hash of the signing certificate")
        return (
            digest == self.cert_hash
            and self.issuer_name in (None, certificate.issuer_name)
            and self.serial_number in (None, int(certificate.serial, 16))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """A SignerInfo (RFC 5652, 5.3).

    The signer identifier is either ``issuer_name`` and ``serial_number`` or
    ``subject_key_identifier``; the others are None. Algorithms are object identifiers.
    ``signed_attributes`` holds the encodings to verify the signature over: as sent, then in DER
    order, because some writers sign the one and send the other. ``signing_time`` is UTC.
    """

    issuer_name: bytes | None
    serial_number: int | None
    subject_key_identifier: bytes | None
    digest_algorithm: str
    signature_algorithm: str
    signature: bytes
    signed_attributes: Sequence[bytes]
    message_digest: bytes
    signing_time: datetime | None
    signing_certificates: Sequence[ESSCertID]

    def identifies(self, certificate: Certificate) -> bool:
        """Return whether ``certificate`` is the signer's by identifier and attributes.

        Raises:
            KepError: as ``ESSCertID.matches``.
        """
        if self.subject_key_identifier is not None:
            matches = certificate.subject_key_identifier == self.subject_key_identifier
        else:
            matches = (
                certificate.issuer_name == self.issuer_name
                and int(certificate.serial, 16) == self.serial_number
            )
        return matches and all(
            identifier.matches(certificate) for identifier in self.signing_certificates
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """A SignedData (RFC 5652, 5.1).

    ``content`` is eContent, None for a detached signature. ``certificates`` are DER.
    """

    content: bytes | None = field(repr=False)
    certificates: Sequence[bytes] = field(repr=False)
    signer_infos: Sequence[SignerInfo]


def parse(message: bytes) -> SignedData:
    """Return the SignedData of a message in DER, BER, PEM or base64.

    Raises:
        KepError: ``malformed``, the message is not SignedData with content of type id-data;
            ``too-large``, the message or its number of certificates exceeds the limits;
            ``no-signed-attributes``, a SignerInfo has no signed attributes.
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
            signer_infos=[_signer_info(signer) for signer in infos],
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
        serial_number=sid.chosen["serial_number"].native if by_issuer else None,
        subject_key_identifier=None if by_issuer else sid.chosen.native,
        digest_algorithm=signer["digest_algorithm"]["algorithm"].dotted,
        signature_algorithm=signer["signature_algorithm"]["algorithm"].dotted,
        signature=signer["signature"].native,
        signed_attributes=[
            ber.element(0x31, contents) for contents in dict.fromkeys((raw, ordered))
        ],
        message_digest=_single(attributes, _MESSAGE_DIGEST, core.OctetString).native,
        signing_time=_single(attributes, _SIGNING_TIME, cms.Time).native
        if _SIGNING_TIME in attributes
        else None,
        signing_certificates=list(_signing_certificates(attributes)),
    )


def _attributes(raw: bytes) -> Mapping[str, bytes]:
    """Return the value of each signed attribute by object identifier, empty if not single.

    RFC 5652, section 11, demands exactly one value for the attributes that are read here.
    """
    attributes: dict[str, bytes] = {}
    for number, (_, start, end) in enumerate(ber.children(raw)):
        attribute = _Attribute.load(raw[start:end], strict=True)
        oid = attribute["type"].dotted
        if oid in attributes or number >= MAX_ATTRIBUTES:
            raise KepError("malformed", "attribute twice or too many")
        values = attribute["values"]
        attributes[oid] = values[0].dump() if len(values) == 1 else b""
    return attributes


class _Attributes(core.SetOf):  # type: ignore[misc]
    _child_spec = core.Any


class _Attribute(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("type", core.ObjectIdentifier), ("values", _Attributes)]


def _single(attributes: Mapping[str, bytes], oid: str, spec: Any) -> Any:
    if not attributes.get(oid):
        raise KepError("malformed", "attribute absent or not single")
    return spec.load(attributes[oid], strict=True)


def _signing_certificates(attributes: Mapping[str, bytes]) -> Any:
    for oid, spec in (
        (_SIGNING_CERTIFICATE, tsp.SigningCertificate),
        (_SIGNING_CERTIFICATE_V2, tsp.SigningCertificateV2),
    ):
        if oid not in attributes:
            continue
        # RFC 5035, section 3: the first identifier is that of the signer's certificate.
        identifier = _single(attributes, oid, spec)["certs"][0]
        v2 = oid == _SIGNING_CERTIFICATE_V2
        issuer_serial = identifier["issuer_serial"]
        present = not isinstance(issuer_serial, core.Void)
        yield ESSCertID(
            hash_algorithm=identifier["hash_algorithm"]["algorithm"].dotted if v2 else _SHA1,
            cert_hash=identifier["cert_hash"].native,
            issuer_name=_directory_name(issuer_serial["issuer"][0].dump()) if present else None,
            serial_number=issuer_serial["serial_number"].native if present else None,
        )


def _directory_name(general_name: bytes) -> bytes:
    """Return the Name of a directoryName; other GeneralNames unchanged, which match no issuer."""
    tag, start, end = ber.header(general_name, 0, len(general_name))
    return general_name[start:end] if tag == 0xA4 else general_name
