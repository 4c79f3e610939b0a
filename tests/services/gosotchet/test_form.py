"""Errors of the registration form: each at its field, all in one answer."""

import base64
import json
from typing import Any

import pytest

from chalicelib.runtime.commit import IDEMPOTENCY
from chalicelib.services.gosotchet import private_key
from chalicelib.services.gosotchet.store import GOSOTCHET
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, steps
from tests.support import steps_gosotchet as by
from tests.support.world import Answer, World

ENTREPRENEUR = {
    "name": "ИП Петрова Анна Сергеевна",
    "kind": "entrepreneur",
    "inn": "500100732259",
    "kpp": None,
    "ogrn": "304500116000157",
}


def refused(world: World, pki: DemonstrationPki, tariff: str, *authorities: Any) -> dict[str, str]:
    """Submit a form that must be refused, and return its errors by pointer."""
    bought = by.licence(world, tariff)
    answer = world.call(by.REGISTRATIONS, by.form(pki, bought["licence_id"], *authorities))
    return form_errors(world, answer)


def form_errors(world: World, answer: Answer) -> dict[str, str]:
    assert (answer.status, answer.problem) == (422, "payload-invalid"), answer.body.decode()
    assert world.items(GOSOTCHET, "registration#") == []
    assert [item for item in world.items(IDEMPOTENCY) if "register" in item["sk"]] == []
    errors = {error["pointer"]: error["detail"] for error in answer.json["errors"]}
    assert len(errors) == len(answer.json["errors"])
    return errors


@pytest.mark.parametrize(
    ("authority", "pointer"),
    [
        (by.FNS | {"code": "77281"}, "/authorities/0/code"),
        (by.FNS | {"code": "772Ⅷ"}, "/authorities/0/code"),
        (by.FNS | {"kpp": "77280100"}, "/authorities/0/kpp"),
        (by.FNS | {"inn": "7728168971"}, "/authorities/0/inn"),
        ({"kind": "fns"}, "/authorities/0/code"),
        (
            by.SFR | {"registration_number": "087123456789"},
            "/authorities/0/registration_number",
        ),
        (by.SFR | {"registration_number": "123456789"}, "/authorities/0/registration_number"),
        (by.SFR | {"registration_number": 1234567890}, "/authorities/0/registration_number"),
        (by.ROSSTAT | {"togs": "7700"}, "/authorities/0/togs"),
        (by.ROSSTAT | {"okpo": "00032538"}, "/authorities/0/okpo"),
        (by.ROSSTAT | {"okpo": "000325370"}, "/authorities/0/okpo"),
        (by.FSRAR | {"identifier": ""}, "/authorities/0/identifier"),
        (by.RPN | {"identifier": "x" * 65}, "/authorities/0/identifier"),
        (by.CB | {"identifier": "1\n2"}, "/authorities/0/identifier"),
        ({"kind": "fss", "code": "7728"}, "/authorities/0"),
        ({"code": "7728"}, "/authorities/0"),
        ("fns", "/authorities/0"),
    ],
)
def test_requisite_in_a_wrong_format_is_an_error_of_its_field(
    world: World, pki: DemonstrationPki, authority: Any, pointer: str
) -> None:
    answer = world.call(by.REGISTRATIONS, by.form(pki, "licence", authority))
    assert list(form_errors(world, answer)) == [pointer]


@pytest.mark.parametrize("number", ["087-123-456789", "0871234567"])
def test_both_formats_of_an_sfr_number_are_accepted(
    world: World, pki: DemonstrationPki, number: str
) -> None:
    made = by.register(world, pki, by.SFR | {"registration_number": number})
    assert made["authorities"][0]["registration_number"] == number


def test_all_errors_of_a_form_are_answered_at_once(world: World, pki: DemonstrationPki) -> None:
    form = by.form(pki, "", by.FNS | {"code": "x"}, by.SFR | {"registration_number": "y"})
    form |= {"email": "nobody", "certificate": "!"}
    errors = form_errors(world, world.call(by.REGISTRATIONS, form))
    assert sorted(errors) == [
        "/authorities/0/code",
        "/authorities/1/registration_number",
        "/certificate",
        "/email",
        "/licence_id",
    ]


@pytest.mark.parametrize("authorities", [[], [by.FNS] * 101])
def test_form_has_from_one_to_a_hundred_authorities(
    world: World, pki: DemonstrationPki, authorities: Any
) -> None:
    form = by.form(pki, "licence") | {"authorities": authorities}
    assert list(form_errors(world, world.call(by.REGISTRATIONS, form))) == ["/authorities"]


def test_each_authority_outside_the_tariff_is_an_error_with_its_name(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    errors = refused(world, pki, "fns", *by.EVERYONE, by.FNS)
    names = ["СФР", "Росстат", "Росалкогольтабакконтроль", "Росприроднадзор", "ЦБ"]
    for place, name in enumerate(names, start=1):
        assert errors.pop(f"/authorities/{place}/kind") == (
            f"Тариф «Отчеты в ФНС» не допускает отчёты в {name}."
        )
    assert errors == {
        "/authorities/6": f"ФНС 7728, КПП {steps.PROFILE['kpp']}: уже добавлено, уберите повтор."
    }


@pytest.mark.parametrize("authority", by.EVERYONE)
def test_repeated_authority_is_an_error_with_its_name(
    world: World, pki: DemonstrationPki, authority: Any
) -> None:
    by.ready(world, pki)
    errors = refused(world, pki, "basic", authority, by.FNS | {"code": "7728"}, authority)
    assert "уже добавлено" in errors["/authorities/2"]


def test_limits_of_tax_offices_and_of_additional_kpp_name_the_office(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    branch = {"kind": "fns", "code": "5027", "kpp": "502743001"}
    errors = refused(world, pki, "basic", by.FNS, branch)
    assert errors == {
        "/authorities/1/code": "ФНС 5027, КПП 502743001: тариф «Базовый» допускает инспекций ФНС "
        "не больше 1.",
        "/authorities/1/kpp": "ФНС 5027, КПП 502743001: тариф «Базовый» допускает дополнительных "
        "КПП не больше 0.",
    }
    offices = [
        by.FNS | {"code": f"770{number}", "kpp": f"770{number}43001"} for number in range(1, 7)
    ]
    assert list(refused(world, pki, "extended", *offices)) == ["/authorities/5/code"]
    codes = [by.FNS | {"kpp": f"7728430{number:02}"} for number in range(1, 12)]
    assert list(refused(world, pki, "extended", by.FNS, *codes)) == ["/authorities/11/kpp"]


def test_legal_entity_needs_a_kpp_and_an_okpo_of_8_or_14_digits(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    errors = refused(
        world,
        pki,
        "basic",
        {"kind": "fns", "code": "7728"},
        by.ROSSTAT | {"okpo": "0123456789"},
        by.ROSSTAT | {"okpo": "12345678901234"},
    )
    assert list(errors) == ["/authorities/0/kpp", "/authorities/1/okpo"]


def test_entrepreneur_needs_an_okpo_of_10_digits_and_no_kpp(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    steps.know_organisation(world, **ENTREPRENEUR)
    bought = by.licence(world)
    form = by.form(pki, bought["licence_id"], by.FNS, by.ROSSTAT)
    form["certificate"] = by.certificate(pki, "entrepreneur")
    errors = form_errors(world, world.call(by.REGISTRATIONS, form))
    assert list(errors) == ["/authorities/0/kpp", "/authorities/1/okpo"]
    form["authorities"] = [{"kind": "fns", "code": "7728"}, by.ROSSTAT | {"okpo": "0123456789"}]
    made = world.ok(by.REGISTRATIONS, form)
    world.drain()
    assert by.registration(world, made)["status"] == "credentials_sent"


@pytest.mark.parametrize(
    ("who", "variant", "code"),
    [
        ("director", "expired", "expired"),
        ("director", "natural_person", "power-of-attorney-required"),
        ("stranger", "valid", "another-organisation"),
    ],
)
def test_errors_of_the_certificate_are_answered_with_the_other_errors(
    world: World, pki: DemonstrationPki, who: str, variant: str, code: str
) -> None:
    by.ready(world, pki)
    form = by.form(pki, by.licence(world, "fns")["licence_id"], by.SFR)
    form["certificate"] = by.certificate(pki, who, variant=variant)
    answer = world.call(by.REGISTRATIONS, form)
    assert list(form_errors(world, answer)) == ["/authorities/0/kind", "/certificate"]
    assert answer.json["errors"][1]["code"] == code


def test_certificate_of_an_untrusted_authority_is_refused(
    world: World, pki: DemonstrationPki, tmp_path: Any
) -> None:
    from tests.support import signing

    by.ready(world, pki)
    form = by.form(pki, by.licence(world)["licence_id"])
    form["certificate"] = by.certificate(DemonstrationPki(tmp_path, signing.SUBJECTS))
    answer = world.call(by.REGISTRATIONS, form)
    assert form_errors(world, answer)
    assert answer.json["errors"][0]["code"] == "untrusted"


def test_certificate_is_refused_without_revocation_lists(
    world: World, pki: DemonstrationPki
) -> None:
    from tests.support import signing

    signing.trust(world, pki, crls=False)
    steps.know_organisation(world)
    answer = world.call(by.REGISTRATIONS, by.form(pki, by.licence(world)["licence_id"]))
    assert form_errors(world, answer)
    assert answer.json["errors"][0]["code"] == "revocation-unknown"


@pytest.mark.parametrize("content", [b"certificate", b"\x30\x82\x01", b"0" * 60_000])
def test_file_that_is_not_a_certificate_is_refused(
    world: World, pki: DemonstrationPki, content: bytes
) -> None:
    by.ready(world, pki)
    form = by.form(pki, by.licence(world)["licence_id"])
    form["certificate"] = base64.b64encode(content).decode()
    assert "не читается" in form_errors(world, world.call(by.REGISTRATIONS, form))["/certificate"]


@pytest.mark.parametrize("armour", ["pem", "base64"])
def test_certificate_is_accepted_in_pem_and_base64(
    world: World, pki: DemonstrationPki, armour: str
) -> None:
    from asn1crypto import pem

    by.ready(world, pki)
    der = pki.certificate("director")
    armoured = pem.armor("CERTIFICATE", der) if armour == "pem" else base64.b64encode(der)
    form = by.form(pki, by.licence(world)["licence_id"])
    form["certificate"] = base64.b64encode(armoured).decode()
    assert world.ok(by.REGISTRATIONS, form)["certificate"]["surname"] == "Смирнова"


# --- private keys


def keys() -> dict[str, bytes]:
    """Return private keys in the formats in common use."""
    from cryptography.hazmat.primitives import serialization as how
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs12

    key = ec.generate_private_key(ec.SECP256R1())
    openssl, pkcs8 = how.PrivateFormat.TraditionalOpenSSL, how.PrivateFormat.PKCS8
    plain, locked = how.NoEncryption(), how.BestAvailableEncryption(b"password")
    der, pem = how.Encoding.DER, how.Encoding.PEM
    pfx = pkcs12.serialize_key_and_certificates(b"name", key, None, None, locked)
    made = {
        "PKCS#8": key.private_bytes(der, pkcs8, plain),
        "encrypted PKCS#8": key.private_bytes(der, pkcs8, locked),
        "SEC 1": key.private_bytes(der, openssl, plain),
        "PKCS#1": rsa.generate_private_key(65537, 2048).private_bytes(der, openssl, plain),
        "PFX": pfx,
        "PKCS#8 in PEM": key.private_bytes(pem, pkcs8, plain),
        "encrypted PKCS#8 in PEM": key.private_bytes(pem, pkcs8, locked),
        "SEC 1 in PEM": key.private_bytes(pem, openssl, plain),
        "PFX in base64": base64.encodebytes(pfx),
        "PFX called a certificate": b"-----BEGIN CERTIFICATE-----\n"
        + base64.encodebytes(pfx)
        + b"-----END CERTIFICATE-----\n",
        # primary.key of a CryptoPro container, with the GOST key in its only octet string
        "CryptoPro": bytes((0x30, 34, 0x04, 32)) + bytes(range(32)),
    }
    gost = bytes.fromhex(
        "3048020100301f06082a85030701010101301306072a85030202240006082a85030701010202"
    )
    made["GOST PKCS#8"] = gost + bytes((0x04, 0x22, 0x04, 0x20)) + bytes(range(32))
    return made


KEYS = keys()


@pytest.mark.parametrize("kind", KEYS)
def test_private_key_is_recognised_by_its_structure(kind: str) -> None:
    assert private_key.contains_private_key(KEYS[kind])


def test_private_key_beside_a_certificate_is_recognised(pki: DemonstrationPki) -> None:
    from asn1crypto import pem

    both = pem.armor("CERTIFICATE", pki.certificate("director")) + KEYS["SEC 1 in PEM"]
    assert private_key.contains_private_key(both)


def test_certificates_and_signatures_are_not_taken_for_private_keys(pki: DemonstrationPki) -> None:
    from asn1crypto import pem

    der = pki.certificate("director")
    others = [der, base64.b64encode(der), pem.armor("CERTIFICATE", der), pki.bundle().encode()]
    others += [*pki.crls(), pki.sign(b"text", "director"), b"", b"0", b"text", bytes(1000)]
    assert not [other for other in others if private_key.contains_private_key(other)]


@pytest.mark.parametrize("kind", ["PFX", "SEC 1 in PEM", "GOST PKCS#8"])
def test_private_key_is_refused_with_a_warning_and_stored_nowhere(
    world: World, pki: DemonstrationPki, logged: list[dict[str, Any]], kind: str
) -> None:
    by.ready(world, pki)
    sent = base64.b64encode(KEYS[kind]).decode()
    form = by.form(pki, by.licence(world)["licence_id"]) | {"certificate": sent}
    answer = world.call(by.REGISTRATIONS, form)
    assert (answer.status, answer.problem) == (422, "private-key-received")
    assert answer.json["errors"][0]["pointer"] == "/certificate"
    assert "отзовите" in answer.json["detail"]
    kept = cloud.keep()
    held = [repr(item.to_json()) for table in kept.tables.values() for item in table.all_items()]
    held += [json.dumps(logged), repr(kept.messages), repr(kept.files), answer.body.decode()]
    inside = (sent, KEYS[kind].decode("latin-1"), repr(KEYS[kind])[2:60], sent[40:80])
    assert not [content for content in held for part in inside if part in content]
    assert world.items(GOSOTCHET, "registration#") == []
