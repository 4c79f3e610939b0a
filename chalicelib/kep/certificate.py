"""Parsing of X.509 certificates (RFC 5280) with GOST R 34.10-2012 keys (RFC 9215).

Nothing is verified here.
"""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from asn1crypto import core, x509

from chalicelib.kep import ber, gost3410, streebog
from chalicelib.kep.errors import KepError, reading
from chalicelib.kep.subject import COMMON_NAME, ORGANISATION, Subject, attributes, read_subject

MAX_CERTIFICATE_BYTES: Final = 64 * 1024
MAX_SERIAL_BYTES: Final = 32  # RFC 5280, 4.1.2.2 allows 20; some authorities used more

_SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
_KEY_USAGE: Final = "2.5.29.15"
_BASIC_CONSTRAINTS: Final = "2.5.29.19"
_CRL_DISTRIBUTION_POINTS: Final = "2.5.29.31"
_CERTIFICATE_POLICIES: Final = "2.5.29.32"
_AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
_EXTENDED_KEY_USAGE: Final = "2.5.29.37"
_VERSION: Final = 0xA0
"""Tag of the optional version field of TBSCertificate."""
_RECOGNISED: Final = {
    _SUBJECT_KEY_IDENTIFIER,
    _KEY_USAGE,
    _BASIC_CONSTRAINTS,
    _CRL_DISTRIBUTION_POINTS,
    _CERTIFICATE_POLICIES,
    _AUTHORITY_KEY_IDENTIFIER,
    _EXTENDED_KEY_USAGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStructure:
    """The outer structure of certificates and CRLs (RFC 5280, 4.1.1 and 5.1.1).

    ``to_be_signed`` is the DER of TBSCertificate or TBSCertList, ``signature_algorithm`` the
    object identifier of the algorithm, ``signature_value`` the contents of the bit string.
    """

    to_be_signed: bytes
    signature_algorithm: str
    signature_value: bytes

    @classmethod
    def read(cls, to_be_signed: bytes, signature_algorithm: bytes, signature_value: bytes) -> Self:
        """Return the structure from its three DER elements.

        Raises:
            KepError: ``malformed``, the algorithm or the signature value cannot be parsed.
        """
        with reading():
            bits = core.OctetBitString.load(signature_value, strict=True)
            # The ASN.1 library masks unused bits, so two encodings would give one signature.
            if bits.contents[0] != 0:
                raise KepError("malformed", "unused bits in a signature")
            return cls(
                to_be_signed=to_be_signed,
                signature_algorithm=x509.SignedDigestAlgorithm.load(signature_algorithm)[
                    "algorithm"
                ].dotted,
                signature_value=bits.native,
            )

    def is_signed_by(self, key: gost3410.PublicKey) -> bool:
        """Return whether the signature value verifies with ``key``.

        Raises:
            KepError: ``weak-algorithm``, the signature algorithm is not GOST R 34.10-2012.
        """
        size = gost3410.SIGNATURE_SIZES.get(self.signature_algorithm)
        if size is None:
            raise KepError("weak-algorithm", "signature algorithm")
        if size != key.curve.size:
            return False
        return gost3410.verify(key, streebog.digest(self.to_be_signed, size), self.signature_value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate. Two certificates are equal if their DER is equal.

    Attributes:
        der: the whole certificate.
        subject: the holder.
        issuer: common name of the issuing authority, else its organisation name.
        serial: serial number, hexadecimal.
        not_before: start of validity, UTC.
        not_after: end of validity, UTC.
        policies: object identifiers of the certificate policies (RFC 5280, 4.2.1.4).
        key_usage: key usages as RFC 5280, 4.2.1.3 names them, in snake case; None without the
            extension.
        is_ca: the cA flag of the basic constraints.
        path_len_constraint: pathLenConstraint of the basic constraints.
        crl_distribution_points: full names of the CRL distribution points, DER GeneralName.
        crl_urls: those of the distribution points that are URIs.
        subject_name: DER Name of the subject.
        issuer_name: DER Name of the issuer.
        subject_key_identifier: value of that extension (RFC 5280, 4.2.1.2).
        authority_key_identifier: its keyIdentifier (RFC 5280, 4.2.1.1).
        unrecognised_critical: object identifiers of critical extensions that this package does
            not process.
        subject_public_subject_public_key_info: DER SubjectPublicKeyInfo.
        signed: what the issuer signed, and the signature.
    """

    der: bytes
    subject: Subject = field(compare=False)
    issuer: str = field(compare=False)
    serial: str = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    policies: frozenset[str] = field(compare=False)
    key_usage: frozenset[str] | None = field(compare=False)
    is_ca: bool = field(compare=False)
    path_len_constraint: int | None = field(compare=False)
    crl_distribution_points: frozenset[bytes] = field(compare=False)
    crl_urls: tuple[str, ...] = field(compare=False)
    subject_name: bytes = field(compare=False, repr=False)
    issuer_name: bytes = field(compare=False, repr=False)
    subject_key_identifier: bytes | None = field(compare=False)
    authority_key_identifier: bytes | None = field(compare=False)
    unrecognised_critical: frozenset[str] = field(compare=False)
    subject_public_key_info: bytes = field(compare=False, repr=False)
    signed: SignedStructure = field(compare=False, repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def key_sha256(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, hexadecimal."""
        return hashlib.sha256(self.subject_public_key_info).hexdigest()

    @property
    def public_key(self) -> gost3410.PublicKey:
        """The subject's public key.

        Raises:
            KepError: as ``gost3410.read_key``.
        """
        return gost3410.read_key(self.subject_public_key_info)


def read(data: bytes) -> Certificate:
    """Return a certificate from DER, PEM or base64, whatever its algorithm and validity.

    Raises:
        KepError: ``malformed``, the data is not one certificate in DER; ``too-large``, the
            certificate exceeds ``MAX_CERTIFICATE_BYTES``.
    """
    if len(data) > 2 * MAX_CERTIFICATE_BYTES:
        raise KepError("too-large", "certificate")
    return parse(ber.unarmour(data))


@functools.lru_cache(maxsize=256)
def parse(der: bytes) -> Certificate:
    """Return a certificate from DER.

    Raises:
        KepError: as ``read``.
    """
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise KepError("too-large", "certificate")
    if ber.definite(der) is not der:
        raise KepError("malformed", "not DER")
    with reading():
        certificate = x509.Certificate.load(der, strict=True)
        return _read(der, certificate, certificate["tbs_certificate"])


def issuer_and_subject(der: bytes) -> tuple[bytes, bytes]:
    """Return the issuer and the subject as DER Names without parsing the rest.

    Raises:
        KepError: ``malformed``, the outer structure is not that of a certificate.
    """
    fields = _tbs_fields(_parts(der)[0])
    return fields[2], fields[4]


def _parts(der: bytes) -> list[bytes]:
    """Return tbsCertificate, signatureAlgorithm and signatureValue as encoded.

    The ASN.1 library's ``dump`` is not used: it takes a length whose last byte is 0x80 for an
    indefinite length, and re-encodes values that it has not parsed.
    """
    _, start, end = ber.header(der, 0, len(der))
    parts = [der[at:stop] for _, at, stop in ber.children(der, start, end)]
    if len(parts) != 3:
        raise KepError("malformed", "certificate")
    return parts


def _tbs_fields(tbs: bytes) -> list[bytes]:
    """Return the encoded fields of TBSCertificate, from serialNumber on."""
    _, start, end = ber.header(tbs, 0, len(tbs))
    fields = [tbs[at:stop] for tag, at, stop in ber.children(tbs, start, end) if tag != _VERSION]
    if len(fields) < 6:
        raise KepError("malformed", "certificate")
    return fields


def _read(der: bytes, certificate: Any, tbs: Any) -> Certificate:
    parts = _parts(der)
    _, _, issuer_name, _, subject_name, subject_public_key_info, *_ = _tbs_fields(parts[0])
    if certificate["signature_algorithm"].dump() != tbs["signature"].dump():
        raise KepError("malformed", "two signature algorithms")
    if len(tbs["serial_number"].contents) > MAX_SERIAL_BYTES:
        raise KepError("malformed", "serial number")
    extensions = _extensions(tbs["extensions"])
    values = {oid: value for oid, (_, value) in extensions.items()}
    constraints = _load(values, _BASIC_CONSTRAINTS, x509.BasicConstraints)
    usage = _load(values, _KEY_USAGE, x509.KeyUsage)
    authority = _load(values, _AUTHORITY_KEY_IDENTIFIER, x509.AuthorityKeyIdentifier)
    policies = _load(values, _CERTIFICATE_POLICIES, x509.CertificatePolicies) or ()
    key_id = _load(values, _SUBJECT_KEY_IDENTIFIER, x509.OctetString)
    points = list(
        _full_names(_load(values, _CRL_DISTRIBUTION_POINTS, x509.CRLDistributionPoints) or ())
    )
    issuer = attributes(issuer_name)
    return Certificate(
        der=der,
        subject=read_subject(subject_name),
        issuer=issuer.get(COMMON_NAME) or issuer.get(ORGANISATION) or "",
        serial=f"{tbs['serial_number'].native:x}",
        not_before=tbs["validity"]["not_before"].native,
        not_after=tbs["validity"]["not_after"].native,
        policies=frozenset(policy["policy_identifier"].dotted for policy in policies),
        key_usage=None if usage is None else frozenset(usage.native),
        is_ca=constraints is not None and constraints["ca"].native,
        path_len_constraint=None
        if constraints is None
        else constraints["path_len_constraint"].native,
        crl_distribution_points=frozenset(point.dump() for point in points),
        crl_urls=tuple(
            point.native for point in points if point.name == "uniform_resource_identifier"
        ),
        subject_name=subject_name,
        issuer_name=issuer_name,
        subject_key_identifier=None if key_id is None else key_id.native,
        authority_key_identifier=None if authority is None else authority["key_identifier"].native,
        unrecognised_critical=frozenset(
            oid for oid, (critical, _) in extensions.items() if critical and oid not in _RECOGNISED
        ),
        subject_public_key_info=subject_public_key_info,
        signed=SignedStructure.read(*parts),
    )


def _extensions(sequence: Any) -> dict[str, tuple[bool, bytes]]:
    """Return (critical, value) by object identifier. RFC 5280, 4.2 forbids repetition."""
    extensions: dict[str, tuple[bool, bytes]] = {}
    for extension in sequence:
        oid = extension["extn_id"].dotted
        if oid in extensions:
            raise KepError("malformed", "extension twice")
        extensions[oid] = (extension["critical"].native, bytes(extension["extn_value"]))
    return extensions


def _load(values: Mapping[str, bytes], oid: str, spec: Any) -> Any:
    value = values.get(oid)
    return None if value is None else spec.load(value, strict=True)


def _full_names(points: Any) -> Any:
    for point in points:
        name = point["distribution_point"]
        if name.native is not None and name.name == "full_name":
            yield from name.chosen
