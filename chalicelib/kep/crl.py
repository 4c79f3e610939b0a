"""Parsing and validation of certificate revocation lists (RFC 5280, section 5).

The list of an accredited authority has hundreds of thousands of entries, and hashing megabytes in
Python takes seconds. Whoever fetches a list therefore calls ``validate`` once and stores
``CRL.to_json``; whoever verifies signatures reads the stored list with ``CRL.from_json``, which
hashes nothing. Entries are parsed without building an object for each.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from asn1crypto import core, x509
from asn1crypto import crl as asn1_crl

from chalicelib.kep import ber
from chalicelib.kep.certificate import Certificate, SignedStructure
from chalicelib.kep.errors import KepError, reading

MAX_CRL_BYTES: Final = 64 * 1024 * 1024
CLOCK_SKEW: Final = timedelta(minutes=5)
"""Tolerated difference between the clocks of the authority and the verifier."""

_CRL_NUMBER: Final = "2.5.29.20"
_ISSUING_DISTRIBUTION_POINT: Final = "2.5.29.28"
_AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
_CRITICAL: Final = b"\x01\x01\xff"  # a DER BOOLEAN that is true


@dataclass(frozen=True, slots=True, kw_only=True)
class CRL:
    """A certificate revocation list.

    Attributes:
        sha256: SHA-256 of the DER, hexadecimal.
        issuer_name: DER Name of the issuer.
        this_update: time of issue, UTC.
        next_update: time by which the next list is issued, UTC.
        crl_number: value of that extension (RFC 5280, 5.2.3).
        distribution_points: full names of the issuing distribution point, DER GeneralName.
        only_contains_user_certs: as in the issuing distribution point (RFC 5280, 5.2.5).
        only_contains_ca_certs: as in the issuing distribution point.
        revoked: revocation time by serial number (hexadecimal), as encoded: ASN.1 UTCTime or
            GeneralizedTime.
        signed: what the issuer signed, and the signature; None in a stored list.
        issuer_key: ``Certificate.key_sha256`` of the key that signed the list; None until the
            signature is verified.
    """

    sha256: str
    issuer_name: bytes
    this_update: datetime
    next_update: datetime | None
    crl_number: int | None
    distribution_points: frozenset[bytes]
    only_contains_user_certs: bool
    only_contains_ca_certs: bool
    revoked: Mapping[str, str] = field(compare=False, repr=False)
    signed: SignedStructure | None = field(compare=False, repr=False)
    issuer_key: str | None

    def is_issued_by(self, issuer: Certificate) -> bool:
        """Return whether ``issuer`` signed the list and its key usage permits that.

        Raises:
            KepError: ``weak-algorithm``, the signature algorithm is not GOST R 34.10-2012.
        """
        if self.issuer_name != issuer.subject_name:
            return False
        if issuer.key_usage is not None and "crl_sign" not in issuer.key_usage:
            return False
        if self.issuer_key is not None:
            return self.issuer_key == issuer.key_sha256
        return self.signed is not None and self.signed.is_signed_by(issuer.public_key)

    def covers(self, certificate: Certificate) -> bool:
        """Return whether a certificate of the same issuer is in the scope of the list."""
        if certificate.is_ca and self.only_contains_user_certs:
            return False
        if not certificate.is_ca and self.only_contains_ca_certs:
            return False
        return not self.distribution_points or bool(
            self.distribution_points & certificate.crl_distribution_points
        )

    def is_current(self, at: datetime) -> bool:
        """Return whether ``at`` is between thisUpdate, less the clock skew, and nextUpdate."""
        return (
            self.next_update is not None and self.this_update - CLOCK_SKEW <= at <= self.next_update
        )

    def revoked_at(self, certificate: Certificate) -> datetime | None:
        """Return when the certificate was revoked, UTC; None if the list does not contain it.

        Raises:
            KepError: ``malformed``, the revocation time cannot be parsed.
        """
        encoded = self.revoked.get(certificate.serial)
        return None if encoded is None else _time(encoded)

    def to_json(self) -> str:
        """Return the list as JSON, to be read with ``from_json``.

        Raises:
            ValueError: the list has not been validated.
        """
        if self.issuer_key is None:
            raise ValueError("only a validated list may be stored")
        return json.dumps(
            {
                "sha256": self.sha256,
                "issuer_name": self.issuer_name.hex(),
                "issuer_key": self.issuer_key,
                "this_update": self.this_update.isoformat(),
                "next_update": self.next_update and self.next_update.isoformat(),
                "number": self.crl_number,
                "points": sorted(point.hex() for point in self.distribution_points),
                "users_only": self.only_contains_user_certs,
                "cas_only": self.only_contains_ca_certs,
                "revoked": self.revoked,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the list that ``to_json`` wrote. Nothing is verified: protect the text."""
        stored = json.loads(text)
        return cls(
            sha256=stored["sha256"],
            issuer_name=bytes.fromhex(stored["issuer_name"]),
            issuer_key=stored["issuer_key"],
            this_update=datetime.fromisoformat(stored["this_update"]),
            next_update=stored["next_update"] and datetime.fromisoformat(stored["next_update"]),
            crl_number=stored["number"],
            distribution_points=frozenset(bytes.fromhex(point) for point in stored["points"]),
            only_contains_user_certs=stored["users_only"],
            only_contains_ca_certs=stored["cas_only"],
            revoked=stored["revoked"],
            signed=None,
        )


def parse(data: bytes) -> CRL:
    """Return a list from DER, PEM or base64. The signature is not verified.

    Raises:
        KepError: ``malformed``, also for delta CRLs, indirect CRLs and lists limited to some
            reasons, which cannot prove that a certificate is good; ``too-large``, the list
            exceeds ``MAX_CRL_BYTES``.
    """
    if len(data) > MAX_CRL_BYTES:
        raise KepError("too-large", "CRL")
    der = data if data[:1] == b"\x30" else ber.unarmour(data)
    with reading():
        return _parse(der)


def validate(data: bytes, issuers: Iterable[Certificate], at: datetime) -> CRL:
    """Return a validated list, ready to be stored with ``CRL.to_json``.

    Args:
        data: the list in DER, PEM or base64.
        issuers: authorities that may have issued the list (see ``Trust.authorities_named``).
        at: the moment at which the list must be current, with a time zone.

    Raises:
        KepError: ``malformed`` or ``too-large``, as ``parse``; ``untrusted``, no issuer has the
            name in the list; ``signature-invalid``, none of them signed the list; ``expired`` or
            ``not-yet-valid``, the list is not current; ``weak-algorithm``, the signature
            algorithm is not GOST R 34.10-2012.
    """
    crl = parse(data)
    candidates = [issuer for issuer in issuers if issuer.subject_name == crl.issuer_name]
    if not candidates:
        raise KepError("untrusted", "CRL of an unknown issuer")
    issuer = next((issuer for issuer in candidates if crl.is_issued_by(issuer)), None)
    if issuer is None:
        raise KepError("signature-invalid", "CRL")
    if not crl.is_current(at):
        early = crl.this_update - CLOCK_SKEW > at
        raise KepError("not-yet-valid" if early else "expired", "CRL")
    return replace(crl, signed=None, issuer_key=issuer.key_sha256)


def _parse(der: bytes) -> CRL:
    tag, start, end = ber.header(der, 0, len(der))
    if tag != 0x30 or end != len(der):
        raise KepError("malformed", "CRL")
    (_, tbs_start, tbs_end), (_, *algorithm), (_, *signature) = ber.children(der, start, end)
    outer = der[slice(*algorithm)]
    fields = list(ber.children(der, ber.header(der, tbs_start, tbs_end)[1], tbs_end))
    if fields[0][0] == 0x02:  # version
        del fields[0]
    (_, *inner), (_, *name), (_, *this_update), *rest = fields
    if der[slice(*inner)] != outer:
        raise KepError("malformed", "two signature algorithms")
    next_update = None
    if rest and rest[0][0] in (0x17, 0x18):
        _, *written = rest.pop(0)
        next_update = x509.Time.load(der[slice(*written)], strict=True).native
    revoked: dict[str, str] = {}
    if rest and rest[0][0] == 0x30:
        _, entries, entries_end = rest.pop(0)
        revoked = _revoked(der, ber.header(der, entries, entries_end)[1], entries_end)
    extensions: dict[str, Any] = {}
    if rest and rest[0][0] == 0xA0:
        _, explicit, explicit_end = rest.pop(0)
        contents = ber.header(der, explicit, explicit_end)[1]
        extensions = _extensions(der[contents:explicit_end])
    if rest:
        raise KepError("malformed", "CRL")
    point = extensions.get(_ISSUING_DISTRIBUTION_POINT)
    number = extensions.get(_CRL_NUMBER)
    return CRL(
        sha256=hashlib.sha256(der).hexdigest(),
        issuer_name=der[slice(*name)],
        this_update=x509.Time.load(der[slice(*this_update)], strict=True).native,
        next_update=next_update,
        crl_number=None if number is None else core.Integer.load(number, strict=True).native,
        **_scope(point),
        revoked=revoked,
        signed=SignedStructure.read(der[tbs_start:tbs_end], outer, der[slice(*signature)]),
        issuer_key=None,
    )


def _revoked(der: bytes, start: int, end: int) -> dict[str, str]:
    revoked: dict[str, str] = {}
    header = ber.header
    while start < end:
        _, serial, entry_end = header(der, start, end)
        _, serial, serial_end = header(der, serial, entry_end)
        _, time, time_end = header(der, serial_end, entry_end)
        if _CRITICAL in der[time_end:entry_end]:
            raise KepError("malformed", "critical extension of an entry")
        number = int.from_bytes(der[serial:serial_end], signed=True)
        revoked[f"{number:x}"] = der[time:time_end].decode("ascii")
        start = entry_end
    return revoked


def _extensions(sequence: bytes) -> dict[str, bytes]:
    extensions: dict[str, bytes] = {}
    for extension in asn1_crl.TBSCertListExtensions.load(sequence, strict=True):
        oid = extension["extn_id"].dotted
        known = oid in (_CRL_NUMBER, _ISSUING_DISTRIBUTION_POINT, _AUTHORITY_KEY_IDENTIFIER)
        if oid in extensions or (extension["critical"].native and not known):
            raise KepError("malformed", "CRL extension")
        extensions[oid] = bytes(extension["extn_value"])
    return extensions


def _scope(encoded: bytes | None) -> dict[str, Any]:
    if encoded is None:
        return {
            "distribution_points": frozenset(),
            "only_contains_user_certs": False,
            "only_contains_ca_certs": False,
        }
    point = asn1_crl.IssuingDistributionPoint.load(encoded, strict=True)
    name = point["distribution_point"]
    relative = name.native is not None and name.name != "full_name"
    if (
        relative
        or point["indirect_crl"].native
        or point["only_contains_attribute_certs"].native
        or point["only_some_reasons"].native is not None
    ):
        raise KepError("malformed", "scope of the CRL")
    names = name.chosen if name.native is not None else ()
    return {
        "distribution_points": frozenset(general_name.dump() for general_name in names),
        "only_contains_user_certs": point["only_contains_user_certs"].native,
        "only_contains_ca_certs": point["only_contains_ca_certs"].native,
    }


def _time(encoded: str) -> datetime:
    """Return a UTCTime, whose two-digit years begin at 1950 (RFC 5280, 4.1.2.5), or a
    GeneralizedTime."""
    with reading():
        if len(encoded) == len("yymmddhhmmssZ"):
            encoded = ("19" if encoded[:2] >= "50" else "20") + encoded
        return datetime.strptime(encoded, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
