"""Certificates, CRLs and CAdES-BES signatures with GOST keys.

For demonstrations and tests only: the time that signing takes depends on the key.
"""

import functools
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from asn1crypto import algos, cms, core, crl, keys, tsp, x509
from gostcrypto import gostsignature

from chalicelib.kep import Subject, ber, streebog, subject
from chalicelib.kep.curves import CURVES

_KEY_ALGORITHMS: Final = {32: "1.2.643.7.1.1.1.1", 64: "1.2.643.7.1.1.1.2"}
_SIGNATURE_ALGORITHMS: Final = {32: "1.2.643.7.1.1.3.2", 64: "1.2.643.7.1.1.3.3"}
_DIGEST_ALGORITHMS: Final = {32: "1.2.643.7.1.1.2.2", 64: "1.2.643.7.1.1.2.3"}
_PARAMETERS: Final = "1.2.643.2.2.36.0"  # the set that most certificates in the field use
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_KS1: Final = "1.2.643.100.113.1"  # policy: signature tools of class КС1
_NUMBERS: Final = {subject.OGRN, subject.OGRNIP, subject.SNILS, subject.INN, subject.INN_LE}


@dataclass(frozen=True, slots=True)
class Key:
    """A private key. ``parameters`` is the OID of its curve in ``curves.CURVES``."""

    secret: int
    parameters: str = _PARAMETERS

    @classmethod
    def generate(cls, parameters: str = _PARAMETERS) -> Self:
        """Return a new key from the random source of the system."""
        return cls(secrets.randbelow(CURVES[parameters].q - 1) + 1, parameters)

    @property
    def size(self) -> int:
        """Bytes of a coordinate and of the hash: 32 or 64."""
        return CURVES[self.parameters].size

    def _signature(self) -> Any:
        modes = {32: gostsignature.MODE_256, 64: gostsignature.MODE_512}
        curve = gostsignature.CURVES_R_1323565_1_024_2019[CURVES[self.parameters].name]
        signature = gostsignature.new(modes[self.size], curve)
        # Its own inversion recurses a hundred levels deep: most of the time of a signature.
        signature._invert = lambda value, modulus: pow(value, -1, modulus)
        return signature

    @functools.lru_cache(maxsize=256)  # noqa: B019 - keys are values, few and small
    def public_key_info(self) -> bytes:
        """Return the DER SubjectPublicKeyInfo (RFC 9215, section 4)."""
        point = bytes(
            self._signature().public_key_generate(bytearray(self.secret.to_bytes(self.size)))
        )
        x, y = point[: self.size], point[self.size :]
        algorithm = _oid(_KEY_ALGORITHMS[self.size]) + ber.element(
            0x30, _oid(self.parameters) + _oid(_DIGEST_ALGORITHMS[self.size])
        )
        little_endian = ber.element(0x04, x[::-1] + y[::-1])
        return ber.element(
            0x30, ber.element(0x30, algorithm) + ber.element(0x03, b"\0" + little_endian)
        )

    def sign(self, data: bytes) -> bytes:
        """Return the signature over the Streebog hash: s, then r, big-endian (RFC 9215, 2)."""
        digest = bytearray(streebog.digest(data, self.size)[::-1])
        signature = bytes(
            self._signature().sign(bytearray(self.secret.to_bytes(self.size)), digest)
        )
        return signature[self.size :] + signature[: self.size]


@dataclass(frozen=True, slots=True)
class Identity:
    """A key and its certificate in DER."""

    key: Key
    certificate: bytes

    @property
    def _tbs(self) -> Any:
        return x509.Certificate.load(self.certificate)["tbs_certificate"]

    @property
    def name(self) -> bytes:
        """The DER Name of the subject."""
        name: bytes = self._tbs["subject"].dump()
        return name

    @property
    def key_id(self) -> bytes:
        """The subject key identifier."""
        return _key_id(self.key.public_key_info())


def issue(
    *,
    key: Key,
    name: bytes,
    issuer: Identity | None,
    not_before: datetime,
    not_after: datetime,
    authority: bool = False,
    policies: Iterable[str] = (_KS1,),
) -> Identity:
    """Issue a certificate for ``key`` with the DER Name ``name``.

    The certificate is signed by ``issuer``, or by ``key`` itself if ``issuer`` is None.
    """
    signing_key = issuer.key if issuer else key
    info = key.public_key_info()
    usage = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature", "non_repudiation"}
    extensions = [
        _extension("key_identifier", core.OctetString(_key_id(info))),
        _extension("key_usage", x509.KeyUsage(usage), critical=True),
        _extension(
            "certificate_policies",
            x509.CertificatePolicies([{"policy_identifier": oid} for oid in policies]),
        ),
        _extension(
            "authority_key_identifier",
            x509.AuthorityKeyIdentifier(
                {"key_identifier": issuer.key_id if issuer else _key_id(info)}
            ),
        ),
    ]
    if authority:
        extensions.append(
            _extension("basic_constraints", x509.BasicConstraints({"ca": True}), critical=True)
        )
    tbs = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": secrets.randbits(120) + 1,
            "signature": _signature_algorithm(signing_key),
            "issuer": x509.Name.load(issuer.name if issuer else name),
            "validity": {
                "not_before": x509.Time({"utc_time": not_before}),
                "not_after": x509.Time({"utc_time": not_after}),
            },
            "subject": x509.Name.load(name),
            "subject_public_key_info": keys.PublicKeyInfo.load(info),
            "extensions": extensions,
        }
    )
    return Identity(key, _signed(tbs.dump(), signing_key))


def revocation_list(
    issuer: Identity, revoked: Mapping[int, datetime], this_update: datetime, next_update: datetime
) -> bytes:
    """Return a DER CRL of an authority; ``revoked`` holds times of revocation by serial number."""
    fields = {
        "version": "v2",
        "signature": _signature_algorithm(issuer.key),
        "issuer": x509.Name.load(issuer.name),
        "this_update": x509.Time({"utc_time": this_update}),
        "next_update": x509.Time({"utc_time": next_update}),
        "crl_extensions": [
            crl.TBSCertListExtension(
                {
                    "extn_id": "authority_key_identifier",
                    "extn_value": x509.AuthorityKeyIdentifier({"key_identifier": issuer.key_id}),
                }
            ),
            crl.TBSCertListExtension({"extn_id": "crl_number", "extn_value": core.Integer(1)}),
        ],
    }
    if revoked:
        fields["revoked_certificates"] = [
            {"user_certificate": serial, "revocation_date": x509.Time({"utc_time": at})}
            for serial, at in revoked.items()
        ]
    tbs: bytes = crl.TbsCertList(fields).dump()
    return _signed(tbs, issuer.key)


class _Certificates(core.SetOf):  # type: ignore[misc]
    _child_spec = core.Any


class _SignedData(cms.SignedData):  # type: ignore[misc]
    """SignedData with unchanged certificates: the library would re-encode those with GOST keys."""

    _fields: ClassVar = [
        (name, _Certificates if name == "certificates" else spec, *options)
        for name, spec, *options in cms.SignedData._fields
    ]


def sign(
    content: bytes,
    signers: Iterable[Identity],
    *,
    at: datetime,
    attached: bool = False,
    certificates: Iterable[bytes] = (),
) -> bytes:
    """Return CMS SignedData of the profile CAdES-BES in DER.

    Args:
        content: the signed content, included in the result if ``attached``.
        signers: the keys and certificates of the signers.
        at: the signing time.
        attached: whether to include the content.
        certificates: DER certificates to include beside those of the signers.
    """
    signers = list(signers)
    message: bytes = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": _SignedData(
                {
                    "version": "v1",
                    "digest_algorithms": [_digest_algorithm(signer.key) for signer in signers],
                    "encap_content_info": {"content_type": "data", "content": content}
                    if attached
                    else {"content_type": "data"},
                    "certificates": [
                        core.Any.load(der)
                        for der in (*(signer.certificate for signer in signers), *certificates)
                    ],
                    "signer_infos": [_signer_info(content, signer, at) for signer in signers],
                }
            ),
        }
    ).dump()
    return message


def _signer_info(content: bytes, signer: Identity, at: datetime) -> cms.SignerInfo:
    size = signer.key.size
    tbs = x509.Certificate.load(signer.certificate)["tbs_certificate"]
    reference = tsp.ESSCertIDv2(
        {
            "hash_algorithm": {"algorithm": _DIGEST_ALGORITHMS[size]},
            "cert_hash": streebog.digest(signer.certificate, size),
            "issuer_serial": {
                "issuer": [x509.GeneralName(name="directory_name", value=tbs["issuer"])],
                "serial_number": tbs["serial_number"].native,
            },
        }
    )
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": at})]},
            {"type": "message_digest", "values": [streebog.digest(content, size)]},
            {
                "type": _SIGNING_CERTIFICATE_V2,
                "values": [tsp.SigningCertificateV2({"certs": [reference]})],
            },
        ]
    )
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                name="issuer_and_serial_number",
                value={"issuer": tbs["issuer"], "serial_number": tbs["serial_number"].native},
            ),
            "digest_algorithm": _digest_algorithm(signer.key),
            "signed_attrs": attributes,
            # The identifier of the key, not of the signature, as software in use writes it.
            "signature_algorithm": {"algorithm": _KEY_ALGORITHMS[size]},
            "signature": signer.key.sign(attributes.dump()),
        }
    )


def name_fields(holder: Subject) -> dict[str, str]:
    """Return the attributes of a subject by OID, those that ``subject.read_subject`` reads."""
    names = " ".join(filter(None, (holder.given_name, holder.patronymic)))
    person = " ".join(filter(None, (holder.surname, names)))
    fields = {
        subject.COMMON_NAME: holder.common_name or holder.organisation or person,
        subject.SURNAME: holder.surname,
        subject.GIVEN_NAME: names,
        subject.ORGANISATION: holder.organisation,
        subject.TITLE: holder.position,
        subject.OGRN: holder.ogrn,
        subject.OGRNIP: holder.ogrnip,
        subject.SNILS: holder.snils,
        subject.INN: holder.inn,
        subject.INN_LE: holder.organisation_inn if holder.ogrn else None,
    }
    return {oid: value for oid, value in fields.items() if value}


def distinguished_name(fields: Mapping[str, str]) -> bytes:
    """Return a DER Name of attributes by OID; numbers are NumericString, others UTF8String."""
    country = _attribute("2.5.4.6", 0x13, "RU")
    return ber.element(
        0x30,
        country
        + b"".join(
            _attribute(oid, 0x12 if oid in _NUMBERS else 0x0C, value)
            for oid, value in fields.items()
        ),
    )


def _attribute(oid: str, tag: int, value: str) -> bytes:
    return ber.element(0x31, ber.element(0x30, _oid(oid) + ber.element(tag, value.encode())))


def _oid(dotted: str) -> bytes:
    encoded: bytes = core.ObjectIdentifier(dotted).dump()
    return encoded


def _key_id(info: bytes) -> bytes:
    return streebog.digest(info, 32)[:20]


def _extension(name: str, value: Any, *, critical: bool = False) -> x509.Extension:
    return x509.Extension({"extn_id": name, "critical": critical, "extn_value": value})


def _digest_algorithm(key: Key) -> algos.DigestAlgorithm:
    return algos.DigestAlgorithm({"algorithm": _DIGEST_ALGORITHMS[key.size]})


def _signature_algorithm(key: Key) -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": _SIGNATURE_ALGORITHMS[key.size]})


def _signed(contents: bytes, key: Key) -> bytes:
    """Return signed contents: certificates and CRLs share this form (RFC 5280, 4.1 and 5.1)."""
    algorithm = ber.element(0x30, _oid(_SIGNATURE_ALGORITHMS[key.size]))
    return ber.element(0x30, contents + algorithm + ber.element(0x03, b"\0" + key.sign(contents)))
