"""Certificate revocation lists (RFC 5280, 5), read without building an object for each entry.

A list of an accredited authority holds hundreds of thousands of entries, and hashing megabytes in
Python takes seconds. So whoever fetches a list calls ``validate`` once and keeps ``to_json``;
whoever verifies signatures reads that back with ``CRL.from_json`` and hashes nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from asn1crypto import core, x509
from asn1crypto import crl as asn1_crl

from chalicelib.kep import ber
from chalicelib.kep.certificate import Certificate, Signed
from chalicelib.kep.errors import KepError, reading

MAX_CRL_BYTES: Final = 64 * 1024 * 1024
CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far an authority's clock may run ahead of ours."""

_CRL_NUMBER: Final = "2.5.29.20"
_ISSUING_POINT: Final = "2.5.29.28"
_AUTHORITY_KEY_ID: Final = "2.5.29.35"
_CRITICAL: Final = b"\x01\x01\xff"  # a DER BOOLEAN that is true


@dataclass(frozen=True, slots=True, kw_only=True)
class CRL:
    """One revocation list. Its signature is still to be checked unless ``issuer_key`` is set.

    ``revoked`` maps serial numbers (hexadecimal) to the time of revocation as the list writes it
    (ASN.1 UTCTime or GeneralizedTime). ``points``, ``users_only`` and ``cas_only`` are the scope
    (issuing distribution point). ``issuer_key`` is the fingerprint of the key that was found to
    have signed the list, as in ``Certificate.key_sha256``.
    """

    sha256: str
    issuer_name: bytes
    this_update: datetime
    next_update: datetime | None
    number: int | None
    points: frozenset[bytes]
    users_only: bool
    cas_only: bool
    revoked: Mapping[str, str] = field(compare=False, repr=False)
    signed: Signed | None = field(compare=False, repr=False)
    issuer_key: str | None

    def comes_from(self, issuer: Certificate) -> bool:
        """Whether ``issuer`` signed the list and may. Raises KepError ``weak-algorithm``."""
        if self.issuer_name != issuer.subject_name:
            return False
        if issuer.key_usage is not None and "crl_sign" not in issuer.key_usage:
            return False
        if self.issuer_key is not None:
            return self.issuer_key == issuer.key_sha256
        return self.signed is not None and self.signed.signed_with(issuer.public_key)

    def covers(self, certificate: Certificate) -> bool:
        """Whether a certificate of the same issuer is within the scope of the list."""
        if self.cas_only if not certificate.is_ca else self.users_only:
            return False
        return not self.points or bool(self.points & certificate.crl_points)

    def is_current(self, at: datetime) -> bool:
        """Whether the list is the one to go by at that moment."""
        return (
            self.next_update is not None and self.this_update - CLOCK_SKEW <= at <= self.next_update
        )

    def revoked_at(self, certificate: Certificate) -> datetime | None:
        """When this certificate was revoked; None if the list does not hold it."""
        written = self.revoked.get(certificate.serial)
        return None if written is None else _time(written)

    def to_json(self) -> str:
        """The validated list as text to keep. Raises ValueError before it is validated."""
        if self.issuer_key is None:
            raise ValueError("only a validated list may be kept")
        return json.dumps(
            {
                "sha256": self.sha256,
                "issuer_name": self.issuer_name.hex(),
                "issuer_key": self.issuer_key,
                "this_update": self.this_update.isoformat(),
                "next_update": self.next_update and self.next_update.isoformat(),
                "number": self.number,
                "points": sorted(point.hex() for point in self.points),
                "users_only": self.users_only,
                "cas_only": self.cas_only,
                "revoked": self.revoked,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """What ``to_json`` wrote, trusted as it stands: keep it where nobody else may write."""
        kept = json.loads(text)
        return cls(
            sha256=kept["sha256"],
            issuer_name=bytes.fromhex(kept["issuer_name"]),
            issuer_key=kept["issuer_key"],
            this_update=datetime.fromisoformat(kept["this_update"]),
            next_update=kept["next_update"] and datetime.fromisoformat(kept["next_update"]),
            number=kept["number"],
            points=frozenset(bytes.fromhex(point) for point in kept["points"]),
            users_only=kept["users_only"],
            cas_only=kept["cas_only"],
            revoked=kept["revoked"],
            signed=None,
        )


def parse(data: bytes) -> CRL:
    """A list from DER, PEM or base64, its signature not yet checked.

    Raises KepError ``malformed`` (also for delta and indirect lists and those limited to some
    reasons, which say too little) or ``too-large``.
    """
    if len(data) > MAX_CRL_BYTES:
        raise KepError("too-large", "CRL")
    der = data if data[:1] == b"\x30" else ber.unarmour(data)
    with reading():
        return _parse(der)


def validate(data: bytes, issuers: Iterable[Certificate], at: datetime) -> CRL:
    """A fetched list, checked and ready to be kept.

    It must be current at ``at`` and signed by one of ``issuers`` (``Trust.authorities_named`` of
    its ``issuer_name`` gives them). Raises KepError ``malformed``, ``too-large``, ``untrusted``
    when no issuer has its name, ``signature-invalid``, ``expired`` or ``not-yet-valid``.
    """
    crl = parse(data)
    named = [issuer for issuer in issuers if issuer.subject_name == crl.issuer_name]
    if not named:
        raise KepError("untrusted", "CRL of an unknown issuer")
    issuer = next((issuer for issuer in named if crl.comes_from(issuer)), None)
    if issuer is None:
        raise KepError("signature-invalid", "CRL")
    if not crl.is_current(at):
        early = crl.this_update - CLOCK_SKEW > at
        raise KepError("not-yet-valid" if early else "expired", "CRL")
    return CRL(
        sha256=crl.sha256,
        issuer_name=crl.issuer_name,
        this_update=crl.this_update,
        next_update=crl.next_update,
        number=crl.number,
        points=crl.points,
        users_only=crl.users_only,
        cas_only=crl.cas_only,
        revoked=crl.revoked,
        signed=None,
        issuer_key=issuer.key_sha256,
    )


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
    point = extensions.get(_ISSUING_POINT)
    number = extensions.get(_CRL_NUMBER)
    return CRL(
        sha256=hashlib.sha256(der).hexdigest(),
        issuer_name=der[slice(*name)],
        this_update=x509.Time.load(der[slice(*this_update)], strict=True).native,
        next_update=next_update,
        number=None if number is None else core.Integer.load(number, strict=True).native,
        **_scope(point),
        revoked=revoked,
        signed=Signed.read(der[tbs_start:tbs_end], outer, der[slice(*signature)]),
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
    found: dict[str, bytes] = {}
    for extension in asn1_crl.TBSCertListExtensions.load(sequence, strict=True):
        oid = extension["extn_id"].dotted
        known = oid in (_CRL_NUMBER, _ISSUING_POINT, _AUTHORITY_KEY_ID)
        if oid in found or (extension["critical"].native and not known):
            raise KepError("malformed", "CRL extension")
        found[oid] = bytes(extension["extn_value"])
    return found


def _scope(encoded: bytes | None) -> dict[str, Any]:
    if encoded is None:
        return {"points": frozenset(), "users_only": False, "cas_only": False}
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
        "points": frozenset(general_name.dump() for general_name in names),
        "users_only": point["only_contains_user_certs"].native,
        "cas_only": point["only_contains_ca_certs"].native,
    }


def _time(written: str) -> datetime:
    """UTCTime has a two-digit year, from 1950 (RFC 5280, 4.1.2.5)."""
    with reading():
        if len(written) == len("yymmddhhmmssZ"):
            written = ("19" if written[:2] >= "50" else "20") + written
        return datetime.strptime(written, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
