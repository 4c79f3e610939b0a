import base64
import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, core

from chalicelib.kep import Subject, Trust, attached_content, ber, certificate, verify
from infra.gost_pki import Identity, distinguished_name, issue, name_fields

CONTENT = "Соглашение\r\n".encode() + b"\0"


@pytest.fixture(scope="module")
def trust(pki) -> Trust:
    return pki.trust()


@pytest.fixture(scope="module")
def message(pki) -> bytes:
    return pki.sign(CONTENT, "legal")


def test_signers_are_the_subjects_of_their_certificates(message, trust, at, subjects) -> None:
    [signer] = verify(message, CONTENT, trust, at)

    assert signer.subject == subjects["legal"]
    assert signer.profile == "CAdES-BES"
    assert signer.claimed_time == at - timedelta(minutes=1)


@pytest.mark.parametrize("name", ["legal", "entrepreneur", "natural", "legal_512"])
def test_kinds_of_certificate(pki, trust, at, name: str) -> None:
    [signer] = verify(pki.sign(CONTENT, name), CONTENT, trust, at)

    assert signer.certificate.der == pki[name].certificate


def test_evidence_describes_path_and_revocation_lists(pki, message, trust, at) -> None:
    [signer] = verify(message, CONTENT, trust, at)
    fingerprints = [
        certificate.parse(pki[name].certificate).sha256 for name in ("legal", "ca", "root")
    ]

    evidence = json.loads(json.dumps(signer.evidence))
    assert evidence["chain"] == fingerprints
    assert evidence["at"] == at.isoformat()
    assert [entry["certificate"] for entry in evidence["revocation"]] == fingerprints[:2]
    assert {entry["status"] for entry in evidence["revocation"]} == {"good"}
    assert (
        evidence["revocation"][0]["crl"]
        == trust.crls_of(certificate.parse(pki["ca"].certificate))[0].sha256
    )
    assert evidence["revocation"][0]["next_update"] == (at + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda der: b"-----BEGIN CMS-----\n" + base64.encodebytes(der) + b"-----END CMS-----\n",
        lambda der: (
            b"-----BEGIN PKCS7-----\r\n" + base64.b64encode(der) + b"\r\n-----END PKCS7-----"
        ),
        base64.b64encode,
        base64.encodebytes,
        lambda der: b"\xef\xbb\xbf" + base64.encodebytes(der).replace(b"\n", b"\r\n"),
    ],
    ids=["pem", "pem-one-line", "base64", "base64-lines", "base64-bom-crlf"],
)
def test_armour(message, trust, at, wrap) -> None:
    assert verify(wrap(message), CONTENT, trust, at) == verify(message, CONTENT, trust, at)


def test_attached_content(pki, trust, at, refused) -> None:
    attached = pki.sign(CONTENT, "legal", attached=True)

    assert attached_content(attached) == CONTENT
    assert verify(attached, None, trust, at) == verify(attached, CONTENT, trust, at)
    with refused("digest-mismatch"):
        verify(attached, CONTENT + b" ", trust, at)


def test_detached_signature_requires_content(message, trust, at, refused) -> None:
    assert attached_content(message) is None
    with refused("content-missing"):
        verify(message, None, trust, at)


def test_empty_content_can_be_signed(pki, trust, at) -> None:
    assert verify(pki.sign(b"", "legal"), b"", trust, at)
    assert verify(pki.sign(b"", "legal", attached=True), None, trust, at)


@pytest.mark.parametrize(
    "other", [b"", CONTENT[:-1], CONTENT + b"\0", CONTENT.replace(b"\r\n", b"\n")]
)
def test_other_content_is_refused(message, trust, at, refused, other: bytes) -> None:
    with refused("digest-mismatch"):
        verify(message, other, trust, at)


def test_all_signatures_of_a_message_must_be_valid(pki, trust, at, refused, subjects) -> None:
    both = pki.sign(CONTENT, "legal", "entrepreneur")
    signers = verify(both, CONTENT, trust, at)

    assert {signer.subject.kind for signer in signers} == {"legal_entity", "entrepreneur"}
    with refused("expired"):
        verify(pki.sign(CONTENT, "legal", "expired"), CONTENT, trust, at)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("expired", "expired"),
        ("future", "not-yet-valid"),
        ("of_foreign", "untrusted"),
        ("of_end_entity", "untrusted"),
        ("ca", "key-usage"),
        ("root", "untrusted"),
    ],
)
def test_invalid_certificates_are_refused(pki, trust, at, refused, name: str, code: str) -> None:
    chain = [pki[other].certificate for other in ("ca", "foreign_ca", "foreign", "legal")]

    with refused(code):
        verify(pki.sign(CONTENT, name, certificates=chain), CONTENT, trust, at)


def test_validity_is_checked_for_the_time_of_receipt(pki, message, trust, at, refused) -> None:
    leaf = certificate.parse(pki["legal"].certificate)

    assert verify(
        pki.sign(CONTENT, "expired"),
        CONTENT,
        pki.trust(
            crls=[
                pki.crl("root", at=at - timedelta(seconds=1)),
                pki.crl("ca", at=at - timedelta(seconds=1)),
            ]
        ),
        at - timedelta(seconds=1),
    )
    with refused("expired"):
        verify(message, CONTENT, trust, leaf.not_after + timedelta(seconds=1))
    with pytest.raises(ValueError, match="time zone"):
        verify(message, CONTENT, trust, datetime(2026, 6, 1))


def test_intermediates_may_be_embedded_in_the_message(pki, at, refused) -> None:
    trust = Trust.from_pem(pki.pem("root"), [pki.crl("root"), pki.crl("ca")])

    assert verify(
        pki.sign(CONTENT, "legal", certificates=[pki["ca"].certificate]), CONTENT, trust, at
    )
    with refused("untrusted"):
        verify(pki.sign(CONTENT, "legal"), CONTENT, trust, at)


def test_embedded_root_is_not_trusted(pki, trust, at, refused) -> None:
    own = [pki[name].certificate for name in ("foreign", "foreign_ca")]

    with refused("untrusted"):
        verify(pki.sign(CONTENT, "of_foreign", certificates=own), CONTENT, trust, at)


def test_keys_of_one_authority_are_distinguished(pki, at, refused) -> None:
    """The twin authority has the same name and another key, certificates and CRLs."""
    bundle = pki.pem("root", "twin", "ca")
    both = Trust.from_pem(bundle, [pki.crl(name) for name in ("root", "twin", "ca")])

    assert verify(pki.sign(CONTENT, "legal"), CONTENT, both, at)
    assert verify(pki.sign(CONTENT, "of_twin"), CONTENT, both, at)
    only_twin = Trust.from_pem(bundle, [pki.crl("root"), pki.crl("twin")])
    with refused("revocation-unknown"):
        verify(pki.sign(CONTENT, "legal"), CONTENT, only_twin, at)
    with refused("untrusted"):
        verify(pki.sign(CONTENT, "of_twin"), CONTENT, pki.trust(), at)


def test_unreadable_embedded_certificates_are_skipped(pki, message, trust, at, rebuilt) -> None:
    leaf = pki["legal"].certificate
    junk = [b"\x30\x03\x02\x01\x05", leaf[:20] + b"\xff" + leaf[21:]]

    assert verify(rebuilt(message, certificates=[*junk, leaf]), CONTENT, trust, at)


def _remove(oid: str):
    def alter(signer_info) -> None:
        signer_info["signed_attrs"] = cms.CMSAttributes(
            [a for a in signer_info["signed_attrs"] if a["type"].dotted != oid]
        )

    return alter


def _add(attribute: dict[str, object]):
    def alter(signer_info) -> None:
        signer_info["signed_attrs"] = cms.CMSAttributes(
            [*signer_info["signed_attrs"], cms.CMSAttribute(attribute)]
        )

    return alter


CONTENT_TYPE, DIGEST, TIME = (f"1.2.840.113549.1.9.{n}" for n in (3, 4, 5))
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"


@pytest.mark.parametrize(
    "alter",
    [
        _remove(CONTENT_TYPE),
        _remove(DIGEST),
        _add({"type": "message_digest", "values": [bytes(32)]}),
        _add({"type": "content_type", "values": ["data"]}),
        _add({"type": "1.2.3.4", "values": [core.Null()]}),
    ],
    ids=["no-type", "no-digest", "two-digests", "two-types", "unknown"],
)
def test_signed_attributes(pki, message, trust, at, resigned, refused, alter, request) -> None:
    """Content type and digest must occur exactly once. Other attributes are not restricted."""
    changed = resigned(message, pki["legal"], alter)

    if request.node.callspec.id == "unknown":
        assert verify(changed, CONTENT, trust, at)
    else:
        with refused("malformed"):
            verify(changed, CONTENT, trust, at)


def test_two_digests_in_one_attribute_are_refused(
    pki, message, trust, at, resigned, refused
) -> None:
    def alter(signer_info) -> None:
        for attribute in signer_info["signed_attrs"]:
            if attribute["type"].dotted == DIGEST:
                attribute["values"] = [*attribute["values"].native, bytes(32)]

    with refused("malformed"):
        verify(resigned(message, pki["legal"], alter), CONTENT, trust, at)


def test_without_signed_attributes(pki, message, trust, at, rebuilt, refused) -> None:
    [signer_info] = cms.ContentInfo.load(message)["content"]["signer_infos"]
    bare = cms.SignerInfo(
        {
            field: signer_info[field]
            for field in ("version", "sid", "digest_algorithm", "signature_algorithm")
        }
        | {"signature": pki["legal"].key.sign(CONTENT)}
    )

    with refused("no-signed-attributes"):
        verify(rebuilt(message, signer_infos=[bare.dump()]), CONTENT, trust, at)


def test_signature_without_signing_certificate_attribute(pki, message, trust, at, resigned) -> None:
    changed = resigned(message, pki["legal"], _remove(SIGNING_CERTIFICATE_V2))
    [signer] = verify(changed, CONTENT, trust, at)

    assert signer.profile == "CMS"
    assert signer.subject.organisation_inn == "7707083893"


def test_another_certificate_of_the_same_key_is_refused(
    pki, message, trust, at, rebuilt, refused
) -> None:
    """signing-certificate-v2 prevents substitution by a certificate for the same key."""
    [own], [other] = (
        cms.ContentInfo.load(encoded)["content"]["signer_infos"]
        for encoded in (message, pki.sign(CONTENT, "same_key"))
    )
    substituted = cms.SignerInfo.load(own.dump())
    substituted["sid"] = other["sid"]

    with refused("no-signing-certificate"):
        verify(
            rebuilt(
                message,
                signer_infos=[substituted.dump(force=True)],
                certificates=[pki["same_key"].certificate],
            ),
            CONTENT,
            trust,
            at,
        )


def test_signature_of_another_key(pki, message, trust, at, resigned, refused) -> None:
    with refused("signature-invalid"):
        verify(resigned(message, pki["natural"], lambda _: None), CONTENT, trust, at)


def test_without_certificates(message, trust, at, rebuilt, refused) -> None:
    with refused("no-signing-certificate"):
        verify(rebuilt(message, certificates=[]), CONTENT, trust, at)


def test_signer_identified_by_subject_key_identifier(pki, message, trust, at, resigned) -> None:
    def alter(signer_info) -> None:
        signer_info["version"] = "v3"
        signer_info["sid"] = cms.SignerIdentifier(
            name="subject_key_identifier", value=core.OctetString(pki["legal"].key_id)
        )

    changed = resigned(message, pki["legal"], alter)

    assert b"\x80\x14" + pki["legal"].key_id in changed
    assert verify(changed, CONTENT, trust, at)


def test_attributes_signed_in_der_order_are_accepted(message, trust, at) -> None:
    """Some writers sort the attributes for the signature but not in the message."""
    info = cms.ContentInfo.load(message)
    attributes = info["content"]["signer_infos"][0]["signed_attrs"]
    in_order = attributes.contents
    backwards = b"".join(attribute.dump() for attribute in reversed(list(attributes)))

    assert in_order in message
    assert in_order != backwards
    assert verify(message.replace(in_order, backwards), CONTENT, trust, at)


@pytest.mark.parametrize(
    ("field", "oid"),
    [
        ("digest_algorithm", "2.16.840.1.101.3.4.2.1"),
        ("digest_algorithm", "1.2.643.2.2.9"),
        ("digest_algorithm", "1.2.643.7.1.1.2.3"),
        ("signature_algorithm", "1.2.643.2.2.19"),
        ("signature_algorithm", "1.2.643.2.2.3"),
        ("signature_algorithm", "1.2.643.7.1.1.1.2"),
        ("signature_algorithm", "1.2.840.113549.1.1.11"),
    ],
)
def test_weak_or_mismatched_algorithms(
    pki, message, trust, at, resigned, refused, field: str, oid: str
) -> None:
    def alter(signer_info) -> None:
        signer_info[field] = {"algorithm": oid}

    with refused("weak-algorithm"):
        verify(resigned(message, pki["legal"], alter), CONTENT, trust, at)


def test_signature_algorithm_may_include_the_digest(pki, message, trust, at, resigned) -> None:
    def alter(signer_info) -> None:
        signer_info["signature_algorithm"] = {"algorithm": "1.2.643.7.1.1.3.2"}

    assert verify(resigned(message, pki["legal"], alter), CONTENT, trust, at)


def test_demanded_policies_and_accreditation(pki, message, at, refused) -> None:
    issuer = certificate.parse(pki["ca"].certificate)
    ks1, ks2 = "1.2.643.100.113.1", "1.2.643.100.113.2"

    [signer] = verify(message, CONTENT, pki.trust(policies=[ks1, ks2]), at)
    assert signer.evidence["policies"] == [ks1]
    with refused("policy"):
        verify(message, CONTENT, pki.trust(policies=[ks2]), at)
    assert verify(message, CONTENT, pki.trust(accredited=[issuer.key_sha256]), at)
    with refused("not-accredited"):
        verify(message, CONTENT, pki.trust(accredited=["0" * 64]), at)


def test_unknown_revocation_follows_the_configuration(pki, message, at, refused) -> None:
    for crls in ([], [pki.crl("root")], [pki.crl("ca")]):
        with refused("revocation-unknown"):
            verify(message, CONTENT, pki.trust(crls=crls), at)
    [signer] = verify(message, CONTENT, pki.trust(crls=[], revocation_unknown="accept"), at)

    assert {entry["status"] for entry in signer.evidence["revocation"]} == {"unknown"}


def test_subject_with_a_padded_inn(pki, trust, at) -> None:
    from infra.gost_pki import distinguished_name

    old = Subject(organisation="ООО", ogrn="1027700132195", organisation_inn="7707083893")
    name = distinguished_name(
        {"2.5.4.10": "ООО", "1.2.643.100.1": "1027700132195", "1.2.643.3.131.1.1": "007707083893"}
    )
    identity = issue(
        key=pki["legal"].key,
        name=name,
        issuer=pki["ca"],
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2027, 1, 1, tzinfo=UTC),
    )
    identities = dataclasses.replace(pki, identities=pki.identities | {"old": identity})
    [signer] = verify(identities.sign(CONTENT, "old"), CONTENT, trust, at)

    assert signer.subject == old
    assert signer.subject.kind == "legal_entity"


@pytest.mark.parametrize("part", ["certificate", "signed part", "subject"])
def test_length_whose_last_byte_is_0x80(pki, trust, at, subjects, part: str) -> None:
    """The ASN.1 library takes a length that ends in 0x80 for an indefinite length.

    One of 256 certificates has such a length.
    """

    def odd(letters: int) -> Identity:
        fields = name_fields(subjects["natural"]) | {"2.5.4.12": "a" * letters}
        name = distinguished_name(fields)
        year = timedelta(days=365)
        return issue(
            key=pki["natural"].key,
            name=name,
            issuer=pki["ca"],
            not_before=at - year,
            not_after=at + year,
        )

    def length(identity: Identity) -> int:
        der = identity.certificate
        _, signed, end = ber.header(der, 0, len(der))
        if part == "certificate":
            return end - signed
        of = der[signed:] if part == "signed part" else certificate.issuer_and_subject(der)[1]
        _, start, stop = ber.header(of, 0, len(of))
        return stop - start

    # The encoding of a longer length takes more bytes, so the title is shorter than the difference;
    # a serial number may be one byte longer.
    lacking = (0x80 - length(odd(150))) % 256
    wanted = next(
        identity
        for letters in range(151 + lacking, 140 + lacking, -1)
        for identity in [odd(letters) for _ in range(8)]
        if length(identity) % 256 == 0x80
    )
    [signer] = verify(
        type(pki)({**pki.identities, "odd": wanted}).sign(CONTENT, "odd"), CONTENT, trust, at
    )
    assert signer.certificate.der == wanted.certificate
