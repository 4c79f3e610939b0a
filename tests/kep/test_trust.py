import pytest

from chalicelib.kep import Trust, certificate


def test_self_issued_certificates_become_anchors(pki) -> None:
    trust = Trust.from_pem(pki.pem("root", "ca", "foreign"))
    root, ca = (certificate.parse(pki[name].certificate) for name in ("root", "ca"))

    assert trust.is_anchor(root)
    assert not trust.is_anchor(ca)
    assert trust.authorities_named(ca.subject_name) == [ca]
    assert len(trust.authorities_named(root.subject_name)) == 2  # two keys, one name


def test_bundle_states_urls_of_lists(pki) -> None:
    bundle = (
        "Тестовый УЦ (ИНН 7707083893)\r\nCRL: http://b.example.invalid/1.crl\r\n"
        f"CRL: https://a.example.invalid/2.crl\n{pki.pem('ca')}CRL: ftp://c.example.invalid/\n"
        f"{pki.pem('root')}"
    )
    trust = Trust.from_pem(bundle)

    assert trust.crl_urls() == ["http://b.example.invalid/1.crl", "https://a.example.invalid/2.crl"]
    assert trust.roots
    assert trust.intermediates


@pytest.mark.parametrize("bundle", ["", "no certificates here"])
def test_empty_bundle_has_no_anchors(bundle: str) -> None:
    assert Trust.from_pem(bundle).roots == {}


def test_damaged_bundle_is_refused(pki, refused) -> None:
    with refused("malformed"):
        Trust.from_pem("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")


def test_authorities_are_parsed_on_demand(pki, monkeypatch) -> None:
    """Authorities are found by name and parsed only when requested."""
    parse = certificate.parse
    parsed = []
    monkeypatch.setattr(certificate, "parse", lambda der: parsed.append(der) or parse(der))

    Trust.from_pem(pki.pem("root", "ca") * 500)

    assert parsed == []
