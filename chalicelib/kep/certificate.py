"""X.509 certificates (RFC 5280, GOST keys by RFC 9215): what they say, without judging it."""

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
MAX_SERIAL_BYTES: Final = 32  # RFC 5280 allows 20; some CAs used more

_SUBJECT_KEY_ID: Final = "2.5.29.14"
_KEY_USAGE: Final = "2.5.29.15"
_BASIC_CONSTRAINTS: Final = "2.5.29.19"
_CRL_POINTS: Final = "2.5.29.31"
_POLICIES: Final = "2.5.29.32"
_AUTHORITY_KEY_ID: Final = "2.5.29.35"
_EXTENDED_KEY_USAGE: Final = "2.5.29.37"
_VERSION: Final = 0xA0  # the tag of the optional first field
_UNDERSTOOD: Final = {
    _SUBJECT_KEY_ID,
    _KEY_USAGE,
    _BASIC_CONSTRAINTS,
    _CRL_POINTS,
    _POLICIES,
    _AUTHORITY_KEY_ID,
    _EXTENDED_KEY_USAGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What is signed and how: the outer shape that certificates and CRLs share."""

    contents: bytes
    algorithm: str
    signature: bytes

    @classmethod
    def read(cls, contents: bytes, algorithm: bytes, signature: bytes) -> Self:
        """From the three DER elements of the shape. Raises KepError ``malformed``."""
        with reading():
            bits = core.OctetBitString.load(signature, strict=True)
            # The ASN.1 library masks unused bits away: two encodings would be one signature.
            if bits.contents[0] != 0:
                raise KepError("malformed", "unused bits in a signature")
            return cls(
                contents=contents,
                algorithm=x509.SignedDigestAlgorithm.load(algorithm)["algorithm"].dotted,
                signature=bits.native,
            )

    def signed_with(self, key: gost3410.PublicKey) -> bool:
        """Whether ``key`` made the signature. Raises KepError ``weak-algorithm``."""
        size = gost3410.SIGNATURE_SIZES.get(self.algorithm)
        if size is None:
            raise KepError("weak-algorithm", "signature algorithm")
        if size != key.curve.size:
            return False
        return gost3410.verify(key, streebog.digest(self.contents, size), self.signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate; two are equal when their bytes are.

    ``serial`` is hexadecimal, ``issuer`` the issuing authority's name for people; times are UTC.
    ``policies`` are object identifiers, ``key_usage`` the names of RFC 5280, 4.2.1.3 in snake
    case, None where the extension is absent. ``path_length`` is that of a CA's basic constraints.
    ``crl_points`` are the full names (DER GeneralName) of its CRL distribution points.
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
    path_length: int | None = field(compare=False)
    crl_points: frozenset[bytes] = field(compare=False)
    crl_urls: tuple[str, ...] = field(compare=False)
    subject_name: bytes = field(compare=False, repr=False)
    issuer_name: bytes = field(compare=False, repr=False)
    subject_key_id: bytes | None = field(compare=False)
    authority_key_id: bytes | None = field(compare=False)
    unknown_critical: frozenset[str] = field(compare=False)
    key_info: bytes = field(compare=False, repr=False)
    signed: Signed = field(compare=False, repr=False)

    @property
    def sha256(self) -> str:
        """The certificate's fingerprint, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def key_sha256(self) -> str:
        """The fingerprint of its public key (of the DER SubjectPublicKeyInfo), hexadecimal."""
        return hashlib.sha256(self.key_info).hexdigest()

    @property
    def public_key(self) -> gost3410.PublicKey:
        """Raises KepError as ``gost3410.read_key`` does."""
        return gost3410.read_key(self.key_info)


def read(data: bytes) -> Certificate:
    """A certificate from DER, PEM or bare base64, of whatever algorithm and validity.

    Nothing is verified. Raises KepError ``malformed`` or ``too-large``.
    """
    if len(data) > 2 * MAX_CERTIFICATE_BYTES:
        raise KepError("too-large", "certificate")
    return parse(ber.unarmour(data))


@functools.lru_cache(maxsize=256)
def parse(der: bytes) -> Certificate:
    """A certificate from DER. Raises KepError ``malformed`` or ``too-large``."""
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise KepError("too-large", "certificate")
    if ber.definite(der) is not der:
        raise KepError("malformed", "not DER")
    with reading():
        certificate = x509.Certificate.load(der, strict=True)
        return _read(der, certificate, certificate["tbs_certificate"])


def names(der: bytes) -> tuple[bytes, bytes]:
    """Issuer and subject of a certificate as DER Names, without parsing the rest of it.

    Raises KepError ``malformed``.
    """
    fields = _fields(_parts(der)[0])
    return fields[2], fields[4]


def _parts(der: bytes) -> list[bytes]:
    """What is signed, the algorithm and the signature, as they came.

    Not by the ASN.1 library's ``dump``: it takes a length of which the last byte is 80 for an
    indefinite one, and encodes anew what it has not understood.
    """
    _, start, end = ber.header(der, 0, len(der))
    parts = [der[at:stop] for _, at, stop in ber.children(der, start, end)]
    if len(parts) != 3:
        raise KepError("malformed", "certificate")
    return parts


def _fields(tbs: bytes) -> list[bytes]:
    """The fields of what is signed, from the serial number on, as they came."""
    _, start, end = ber.header(tbs, 0, len(tbs))
    fields = [tbs[at:stop] for tag, at, stop in ber.children(tbs, start, end) if tag != _VERSION]
    if len(fields) < 6:
        raise KepError("malformed", "certificate")
    return fields


def _read(der: bytes, certificate: Any, tbs: Any) -> Certificate:
    parts = _parts(der)
    _, _, issuer_name, _, subject_name, key_info, *_ = _fields(parts[0])
    if certificate["signature_algorithm"].dump() != tbs["signature"].dump():
        raise KepError("malformed", "two signature algorithms")
    if len(tbs["serial_number"].contents) > MAX_SERIAL_BYTES:
        raise KepError("malformed", "serial number")
    extensions = _extensions(tbs["extensions"])
    values = {oid: value for oid, (_, value) in extensions.items()}
    constraints = _load(values, _BASIC_CONSTRAINTS, x509.BasicConstraints)
    usage = _load(values, _KEY_USAGE, x509.KeyUsage)
    authority = _load(values, _AUTHORITY_KEY_ID, x509.AuthorityKeyIdentifier)
    policies = _load(values, _POLICIES, x509.CertificatePolicies) or ()
    key_id = _load(values, _SUBJECT_KEY_ID, x509.OctetString)
    points = list(_full_names(_load(values, _CRL_POINTS, x509.CRLDistributionPoints) or ()))
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
        path_length=None if constraints is None else constraints["path_len_constraint"].native,
        crl_points=frozenset(point.dump() for point in points),
        crl_urls=tuple(
            point.native for point in points if point.name == "uniform_resource_identifier"
        ),
        subject_name=subject_name,
        issuer_name=issuer_name,
        subject_key_id=None if key_id is None else key_id.native,
        authority_key_id=None if authority is None else authority["key_identifier"].native,
        unknown_critical=frozenset(
            oid for oid, (critical, _) in extensions.items() if critical and oid not in _UNDERSTOOD
        ),
        key_info=key_info,
        signed=Signed.read(*parts),
    )


def _extensions(sequence: Any) -> dict[str, tuple[bool, bytes]]:
    """(critical, value) by identifier; RFC 5280, 4.2 forbids the same extension twice."""
    found: dict[str, tuple[bool, bytes]] = {}
    for extension in sequence:
        oid = extension["extn_id"].dotted
        if oid in found:
            raise KepError("malformed", "extension twice")
        found[oid] = (extension["critical"].native, bytes(extension["extn_value"]))
    return found


def _load(values: Mapping[str, bytes], oid: str, spec: Any) -> Any:
    value = values.get(oid)
    return None if value is None else spec.load(value, strict=True)


def _full_names(points: Any) -> Any:
    for point in points:
        name = point["distribution_point"]
        if name.native is not None and name.name == "full_name":
            yield from name.chosen
