"""Messages made by openssl with its GOST engine, and verdicts compared with openssl."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kep import KepError, Trust, crl, verify

NOW = datetime.now(UTC) + timedelta(hours=2)  # the PKI is made later, and slowly on some machines

ACCEPTED = {
    "legal": "legal_entity",
    "old": "legal_entity",
    "entrepreneur": "entrepreneur",
    "natural": "natural_person",
    "of_twin": "legal_entity",
    "plain_cms": "legal_entity",
    "key_identifier": "legal_entity",
    "with_rsa": "legal_entity",
    **{f"set_256_{name}": "natural_person" for name in ("B", "C", "TCC", "TCD", "XB")},
    **{f"set_512_{name}": "natural_person" for name in ("A", "B", "C")},
}
REFUSED = {
    "expired": "expired",
    "future": "not-yet-valid",
    "revoked": "revoked",
    "usage": "key-usage",
    "critical": "policy",
    "of_foreign": "untrusted",
    "of_end_entity": "untrusted",
    "no_attributes": "no-signed-attributes",
    "no_certificates": "no-signing-certificate",
    "test_set": "weak-algorithm",
    "gost2001": "weak-algorithm",
    "rsa": "weak-algorithm",
}


@pytest.fixture(scope="module")
def trust(openssl_pki) -> Trust:
    return openssl_pki.trust()


@pytest.mark.parametrize("name", ACCEPTED)
def test_signatures_of_openssl_are_accepted(openssl_pki, trust, name: str) -> None:
    content = openssl_pki.read("content.bin")
    [signer] = verify(openssl_pki.read(f"{name}.p7s"), content, trust, NOW)

    assert signer.subject.kind == ACCEPTED[name]
    assert signer.profile == ("CMS" if name == "plain_cms" else "CAdES-BES")


@pytest.mark.parametrize("name", REFUSED)
def test_invalid_signatures_of_openssl_are_refused(openssl_pki, trust, refused, name: str) -> None:
    with refused(REFUSED[name]):
        verify(openssl_pki.read(f"{name}.p7s"), openssl_pki.read("content.bin"), trust, NOW)


@pytest.mark.parametrize("name", ["attached", "streamed"])
def test_attached_signatures_of_openssl(openssl_pki, trust, refused, name: str) -> None:
    """The streamed message is BER with indefinite lengths and segmented content."""
    message = openssl_pki.read(f"{name}.p7s")
    assert (message[1] == 0x80) == (name == "streamed")
    assert verify(message, None, trust, NOW)

    content = openssl_pki.read("content.bin")
    assert message.count(content) == 1
    with refused("digest-mismatch"):
        verify(message.replace(content, content[:-1] + b"\1"), None, trust, NOW)


def test_two_signers_of_openssl(openssl_pki, trust) -> None:
    signers = verify(openssl_pki.read("two.p7s"), openssl_pki.read("content.bin"), trust, NOW)

    assert {signer.subject.kind for signer in signers} == {"legal_entity", "entrepreneur"}


def test_other_content_is_refused(openssl_pki, trust, refused) -> None:
    with refused("digest-mismatch"):
        verify(openssl_pki.read("legal.p7s"), b"other", trust, NOW)


def test_subject_in_a_certificate_of_openssl(openssl_pki, trust) -> None:
    content = openssl_pki.read("content.bin")
    [signer] = verify(openssl_pki.read("legal.p7s"), content, trust, NOW)
    [old] = verify(openssl_pki.read("old.p7s"), content, trust, NOW)
    subject = signer.subject

    assert (subject.surname, subject.given_name, subject.patronymic) == (
        "Иванова",
        "Анна",
        "Петровна",
    )
    assert (subject.organisation, subject.position) == ("ООО «Ромашка»", "Директор")
    assert (subject.ogrn, subject.organisation_inn) == ("1027700132195", "7707083893")
    assert (subject.inn, subject.snils) == ("500100732259", "11223344595")
    assert (old.subject.inn, old.subject.organisation_inn) == (None, "7707083893")
    assert signer.certificate.issuer == "Тестовый УЦ"
    assert signer.certificate.crl_urls == ("http://ca.example.invalid/ca.crl",)
    assert trust.crl_urls() == ["http://root.example.invalid/root.crl"]


@pytest.mark.parametrize(
    "name",
    [
        *("legal", "old", "entrepreneur", "natural", "of_twin", "set_256_TCC", "set_512_C"),
        *("expired", "future", "revoked", "critical", "of_foreign", "of_end_entity"),
    ],
)
def test_path_verdicts_equal_those_of_openssl(openssl_pki, trust, name: str) -> None:
    for crl_name in ("root", "ca", "twin", "ca512"):
        openssl_pki.run(
            *("crl", "-inform", "DER", "-in", f"{crl_name}.crl", "-out", f"{crl_name}.crl.pem")
        )
    intermediates = "legal.pem" if name == "of_end_entity" else "bundle.pem"
    theirs = openssl_pki.run(
        *("verify", "-CAfile", "root.pem", "-untrusted", intermediates, "-untrusted", "bundle.pem"),
        *("-crl_check_all", "-CRLfile", "root.crl.pem", "-CRLfile", "ca.crl.pem"),
        *("-CRLfile", "twin.crl.pem", "-CRLfile", "ca512.crl.pem", f"{name}.pem"),
    )
    try:
        verify(openssl_pki.read(f"{name}.p7s"), openssl_pki.read("content.bin"), trust, NOW)
    except KepError:
        assert theirs.returncode != 0, theirs
    else:
        assert theirs.returncode == 0, theirs


def test_revocation_lists_of_openssl(openssl_pki, trust, refused) -> None:
    content, message = openssl_pki.read("content.bin"), openssl_pki.read("legal.p7s")
    issuers = trust.authorities_named(crl.parse(openssl_pki.read("ca.crl")).issuer_name)

    validated = crl.validate(openssl_pki.read("ca.crl"), issuers, NOW)
    assert len(validated.revoked) == 1
    with refused("revoked"):
        verify(
            openssl_pki.read("revoked.p7s"),
            content,
            Trust.from_pem(
                openssl_pki.read("bundle.pem"), [validated, openssl_pki.read("root.crl")]
            ),
            NOW,
        )
    with refused(
        "revocation-unknown"
    ):  # the list of the twin does not cover certificates of the other key
        verify(message, content, openssl_pki.trust("root.crl", "twin.crl"), NOW)
    with refused("signature-invalid"):
        crl.validate(openssl_pki.read("foreign_ca.crl"), issuers, NOW)
    with refused("expired"):
        crl.validate(openssl_pki.read("ca.crl"), issuers, NOW + timedelta(days=31))
    with refused("revocation-unknown"):
        verify(message, content, trust, NOW + timedelta(days=31))


def test_policies_along_the_path(openssl_pki, refused) -> None:
    content, message = openssl_pki.read("content.bin"), openssl_pki.read("legal.p7s")
    ks1, ks2 = "1.2.643.100.113.1", "1.2.643.100.113.2"

    [signer] = verify(message, content, openssl_pki.trust(policies=[ks1]), NOW)
    assert signer.evidence["policies"] == [ks1]
    with refused("policy"):
        verify(message, content, openssl_pki.trust(policies=[ks2]), NOW)
