from datetime import timedelta

import pytest
from asn1crypto import core, x509
from asn1crypto import crl as asn1_crl

from chalicelib.kep import CRL, ber, certificate, crl, verify

CONTENT = b"content"


@pytest.fixture(scope="module")
def leaf(pki):
    return certificate.parse(pki["legal"].certificate)


@pytest.fixture(scope="module")
def ca(pki):
    return certificate.parse(pki["ca"].certificate)


def with_extension(
    pki, at, oid: str, value, *, critical: bool = True, entry: bool = False
) -> bytes:
    plain = asn1_crl.CertificateList.load(pki.crl("ca", {5: at}))["tbs_cert_list"]
    fields = {
        name: plain[name]
        for name in ("version", "signature", "issuer", "this_update", "next_update")
    }
    extension = {
        "extn_id": oid,
        "critical": critical,
        "extn_value": core.ParsableOctetString(value),
    }
    if entry:
        [revoked] = plain["revoked_certificates"]
        fields["revoked_certificates"] = [
            {
                "user_certificate": revoked["user_certificate"],
                "revocation_date": revoked["revocation_date"],
                "crl_entry_extensions": [extension],
            }
        ]
    else:
        fields["crl_extensions"] = [extension]
    tbs = asn1_crl.TbsCertList(fields).dump()
    outer = asn1_crl.CertificateList.load(pki.crl("ca"))
    return ber.element(
        0x30,
        tbs
        + outer["signature_algorithm"].dump()
        + ber.element(0x03, b"\0" + pki["ca"].key.sign(tbs)),
    )


def test_certificate_is_revoked_from_the_stated_moment(pki, leaf, at, refused) -> None:
    message = pki.sign(CONTENT, "legal")
    crls = [pki.crl("root"), pki.crl("ca", {int(leaf.serial, 16): at - timedelta(minutes=5)})]

    with refused("revoked"):
        verify(message, CONTENT, pki.trust(crls=crls), at)
    assert verify(message, CONTENT, pki.trust(crls=crls), at - timedelta(minutes=6))


def test_revoked_intermediate_is_refused(pki, ca, at, refused) -> None:
    crls = [pki.crl("root", {int(ca.serial, 16): at - timedelta(days=1)}), pki.crl("ca")]

    with refused("revoked"):
        verify(pki.sign(CONTENT, "legal"), CONTENT, pki.trust(crls=crls), at)


def test_outdated_list_can_revoke_but_not_approve(pki, leaf, at, refused) -> None:
    message = pki.sign(CONTENT, "legal")
    serial, old = int(leaf.serial, 16), at - timedelta(days=10)
    clean, bad = pki.crl("ca", at=old), pki.crl("ca", {serial: old}, at=old)

    with refused("revocation-unknown"):
        verify(message, CONTENT, pki.trust(crls=[pki.crl("root"), clean]), at)
    with refused("revoked"):
        verify(message, CONTENT, pki.trust(crls=[pki.crl("root"), bad]), at)
    # A hold that has been lifted: the current list decides.
    assert verify(message, CONTENT, pki.trust(crls=[pki.crl("root"), bad, pki.crl("ca")]), at)


def test_forged_list_is_ignored(pki, at, refused) -> None:
    forged = bytearray(pki.crl("ca"))
    forged[-1] ^= 1

    with refused("revocation-unknown"):
        verify(
            pki.sign(CONTENT, "legal"),
            CONTENT,
            pki.trust(crls=[pki.crl("root"), bytes(forged)]),
            at,
        )


def test_stored_list_equals_the_validated_list(pki, leaf, ca, at) -> None:
    issuers = [certificate.parse(pki["twin"].certificate), ca]
    validated = crl.validate(pki.crl("ca", {int(leaf.serial, 16): at, 7: at}), issuers, at)
    again = CRL.from_json(validated.to_json())

    assert again == validated
    assert again.revoked == validated.revoked
    assert again.revoked_at(leaf) == at
    assert again.issuer_key == ca.key_sha256
    assert again.is_issued_by(ca)
    assert not again.is_issued_by(issuers[0])
    assert verify(
        pki.sign(CONTENT, "natural"), CONTENT, pki.trust(crls=[again, pki.crl("root")]), at
    )


def test_only_validated_lists_can_be_serialised(pki) -> None:
    with pytest.raises(ValueError, match="validated"):
        crl.parse(pki.crl("ca")).to_json()


def test_invalid_fetched_lists_are_refused(pki, ca, at, refused) -> None:
    with refused("untrusted"):
        crl.validate(pki.crl("root"), [ca], at)
    with refused("signature-invalid"):
        crl.validate(pki.crl("twin"), [ca], at)
    with refused("expired"):
        crl.validate(pki.crl("ca"), [ca], at + timedelta(days=2))
    with refused("not-yet-valid"):
        crl.validate(pki.crl("ca"), [ca], at - timedelta(days=2))
    for damaged in (b"", b"\x30\0", pki.crl("ca")[:-1], pki.crl("ca") + b"\0", b"not a list"):
        with refused("malformed"):
            crl.validate(damaged, [ca], at)


def test_issuer_without_crl_sign_is_refused(pki, at) -> None:
    end_entity = certificate.parse(pki["legal"].certificate)

    assert not crl.parse(pki.crl("legal")).is_issued_by(end_entity)


@pytest.mark.parametrize(
    ("fields", "covers_users", "covers_cas"),
    [
        ({"only_contains_user_certs": True}, True, False),
        ({"only_contains_ca_certs": True}, False, True),
        ({"only_contains_user_certs": False}, True, True),
    ],
)
def test_scope_by_kind_of_certificate(
    pki, leaf, ca, at, fields, covers_users: bool, covers_cas: bool
) -> None:
    point = asn1_crl.IssuingDistributionPoint(fields).dump()
    scoped = crl.parse(with_extension(pki, at, "2.5.29.28", point))

    assert (scoped.covers(leaf), scoped.covers(ca)) == (covers_users, covers_cas)


def test_scope_by_distribution_point(pki, leaf, at) -> None:
    url = x509.GeneralName(name="uniform_resource_identifier", value="http://ca.example.invalid/1")
    point = asn1_crl.IssuingDistributionPoint(
        {"distribution_point": x509.DistributionPointName(name="full_name", value=[url])}
    ).dump()
    scoped = crl.parse(with_extension(pki, at, "2.5.29.28", point))

    assert not scoped.covers(leaf)


@pytest.mark.parametrize(
    ("oid", "value", "entry"),
    [
        ("2.5.29.27", core.Integer(1).dump(), False),  # a delta CRL
        ("1.2.3.4", core.Null().dump(), False),
        ("1.2.3.4", core.Null().dump(), True),
        ("2.5.29.28", asn1_crl.IssuingDistributionPoint({"indirect_crl": True}).dump(), False),
        (
            "2.5.29.28",
            asn1_crl.IssuingDistributionPoint({"only_some_reasons": {"key_compromise"}}).dump(),
            False,
        ),
    ],
    ids=["delta", "unknown", "unknown-in-entry", "indirect", "some-reasons"],
)
def test_incomplete_lists_are_refused(
    pki, at, refused, oid: str, value: bytes, entry: bool
) -> None:
    with refused("malformed"):
        crl.parse(with_extension(pki, at, oid, value, entry=entry))


def test_large_list_is_parsed_in_linear_time(pki, ca, at) -> None:
    revoked = {serial: at - timedelta(days=1) for serial in range(1, 20_001)}
    validated = crl.validate(pki.crl("ca", revoked), [ca], at)

    assert len(validated.revoked) == 20_000
    assert validated.revoked["4e20"] == "260531120000Z"


def test_utc_time_and_generalized_time(leaf) -> None:
    assert crl._time("490101000000Z").year == 2049
    assert crl._time("500101000000Z").year == 1950
    assert crl._time("20500101000000Z").year == 2050
