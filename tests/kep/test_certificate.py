import base64
import dataclasses

import pytest
from asn1crypto import x509

from chalicelib.kep import Subject, ber, certificate
from chalicelib.kep.subject import read_subject
from infra.gost_pki import distinguished_name, name_fields

INN, INN_LE, OGRN, OGRNIP = (
    "1.2.643.3.131.1.1",
    "1.2.643.100.4",
    "1.2.643.100.1",
    "1.2.643.100.5",
)


@pytest.mark.parametrize("name", ["legal", "entrepreneur", "natural"])
def test_subject(pki, subjects, name: str) -> None:
    assert certificate.read(pki[name].certificate).subject == subjects[name]


def test_certificate_fields(pki, at) -> None:
    read = certificate.read(pki["legal"].certificate)

    assert read.issuer == "Тестовый УЦ"
    assert read.not_before < at < read.not_after
    assert read.policies == {"1.2.643.100.113.1"}
    assert read.key_usage == {"digital_signature", "non_repudiation"}
    assert not read.is_ca
    assert read.authority_key_identifier == pki["ca"].key_id
    assert int(read.serial, 16) > 0
    assert certificate.issuer_and_subject(read.der) == (read.issuer_name, read.subject_name)
    assert certificate.read(pki["ca"].certificate).is_ca


def test_armour(pki) -> None:
    der = pki["legal"].certificate
    pem = pki.pem("legal").encode()

    assert certificate.read(der) == certificate.read(pem) == certificate.read(base64.b64encode(der))


def test_several_certificates_are_refused(pki, refused) -> None:
    with refused("malformed"):
        certificate.read(pki.pem("legal", "ca").encode())


def test_certificates_of_other_algorithms_can_be_parsed(ministry_samples, refused) -> None:
    text = (ministry_samples / "tsl_synthetic_unsigned.xml").read_text()
    rsa = certificate.read(text.split("<Данные>")[1].split("</Данные>")[0].encode())

    assert rsa.issuer == "Test CA 1"
    with refused("weak-algorithm"):
        _ = rsa.public_key


@pytest.mark.parametrize("damage", [b"", b"0", b"\x30\x80\x00\x00", b"\x30\x00", "тест".encode()])
def test_damaged_certificate_is_refused(refused, damage: bytes) -> None:
    with refused("malformed"):
        certificate.read(damage)


def test_large_certificate_is_refused(refused) -> None:
    with refused("too-large"):
        certificate.read(b"\x30" + bytes(200_000))


def test_differing_signature_algorithms_are_refused(pki, refused) -> None:
    der = pki["legal"].certificate
    oid = bytes.fromhex("06082a85030701010302")
    first = der.index(oid)

    with refused("malformed"):
        certificate.read(der[:first] + oid[:-1] + b"\x03" + der[first + len(oid) :])


def test_unused_bits_in_the_signature_are_refused(pki, refused) -> None:
    """Unused bits would permit two encodings of one certificate."""
    der = pki["legal"].certificate
    start = der.rindex(b"\x03\x41\x00") + 2

    with refused("malformed"):
        certificate.read(der[:start] + b"\1" + der[start + 1 :])


def test_repeated_extension_is_refused(pki, refused) -> None:
    der = pki["legal"].certificate
    extension = x509.Certificate.load(der)["tbs_certificate"]["extensions"]
    policies = next(e.dump() for e in extension if e["extn_id"].native == "certificate_policies")
    usage = next(e.dump() for e in extension if e["extn_id"].native == "authority_key_identifier")
    doubled = policies.replace(b"\x55\x1d\x20", b"\x55\x1d\x23")

    assert len(usage) != len(doubled)
    with refused("malformed"):
        certificate.read(der.replace(policies, doubled))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {OGRN: "1027700132195", INN: "007707083893"},
            Subject(ogrn="1027700132195", organisation_inn="7707083893"),
        ),
        (
            {OGRN: "1027700132195", INN: "500100732259", INN_LE: "7707083893"},
            Subject(ogrn="1027700132195", inn="500100732259", organisation_inn="7707083893"),
        ),
        (
            {OGRNIP: "304500116000157", INN: "500100732259"},
            Subject(ogrnip="304500116000157", inn="500100732259", organisation_inn="500100732259"),
        ),
        ({INN: "500100732259"}, Subject(inn="500100732259")),
        ({INN: "500100732259", INN_LE: "7707083893"}, Subject(inn="500100732259")),
        ({OGRN: "not a number", INN: "12"}, Subject()),
        ({"2.5.4.42": "Анна"}, Subject(given_name="Анна")),
        (
            {"2.5.4.42": "Али Мамед оглы"},
            Subject(given_name="Али", patronymic="Мамед оглы"),
        ),
    ],
)
def test_names_are_parsed(fields: dict[str, str], expected: Subject) -> None:
    assert read_subject(distinguished_name(fields)) == expected


def test_name_with_two_different_numbers_is_refused(refused) -> None:
    first, second = (
        distinguished_name({INN_LE: number, OGRN: "1027700132195"})
        for number in ("7707083893", "7728168971")
    )
    _, start, _ = ber.header(second, 0, len(second))
    _, begin, end = ber.header(first, 0, len(first))

    with refused("malformed"):
        read_subject(ber.element(0x30, first[begin:end] + second[start:]))


def test_string_types_of_names(subjects) -> None:
    """Names contain BMPString and PrintableString besides UTF8String."""
    text = "Ромашка"
    oid = bytes.fromhex("0603550403")
    for tag, encoded in ((0x0C, text.encode()), (0x1E, text.encode("utf-16-be"))):
        attribute = ber.element(0x30, oid + ber.element(tag, encoded))
        name = ber.element(0x30, ber.element(0x31, attribute))
        assert read_subject(name).common_name == text


def test_subject_survives_encoding(subjects) -> None:
    for holder in subjects.values():
        again = read_subject(distinguished_name(name_fields(holder)))
        assert again == holder
        assert dataclasses.replace(again, surname=None) != holder
