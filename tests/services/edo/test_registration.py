"""Taking part in the exchange: the certificate, the statement, the signature, the identifier."""

import datetime as dt
import json
from typing import Any

import pytest

from chalicelib.core.signing.buckets import EVIDENCE
from chalicelib.services.edo.resources import EDO
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, edo, signing, steps
from tests.support.world import Answer, World

DRAW_UP = "POST /edo/registration/statement"
REGISTER = "POST /edo/registration"


def draw_up(world: World, pki: DemonstrationPki, signer: str = "director", **more: Any) -> Answer:
    variant = more.pop("variant", "valid")
    certificate = edo.encoded(pki.certificate(signer, variant))
    return world.call(DRAW_UP, {"certificate": certificate} | more)


def test_statement_says_what_will_be_registered(known: World, pki: DemonstrationPki) -> None:
    said = edo.statement(known, pki)
    assert (said["surname"], said["given_name"], said["patronymic"]) == (
        "Смирнова",
        "Мария",
        "Андреевна",
    )
    assert (said["organisation"], said["inn"]) == (steps.PROFILE["name"], steps.PROFILE["inn"])
    assert said["certificate"]["inn"] == steps.PROFILE["inn"]
    assert said["position"] == "Директор"
    assert said["address"] == steps.PROFILE["address"]
    assert said["tax_office_code"] == steps.PROFILE["tax_office_code"]
    assert "Юридический адрес" in said["address_note"]
    assert "Профиль" in said["address_note"]
    for part in ("offer", "personal_data_policy"):
        assert said[part]["version"] == "1"
        assert said[part]["title"] in said["text"]
    for word in (steps.PROFILE["name"], steps.PROFILE["inn"], "Смирнова Мария Андреевна"):
        assert word in said["text"]


def test_registration_gives_one_identifier(known: World, pki: DemonstrationPki) -> None:
    assert known.get("/edo") == {
        "registered": False,
        "participant_id": None,
        "licence": {
            "state": "none",
            "colour": "red",
            "package": None,
            "documents_left": 0,
            "valid_until": None,
            "next_packages": [],
        },
    }
    drawn_up = edo.statement(known, pki)
    made = known.ok(REGISTER, edo.registration(drawn_up, pki, "director"))
    inn, kpp = steps.PROFILE["inn"], steps.PROFILE["kpp"]
    assert made["participant_id"].startswith(f"2TS-{inn}-{kpp}-{known.moment.year}")
    assert known.get("/edo")["participant_id"] == made["participant_id"]
    assert known.get("/edo/registration") == made
    assert made["statement_text"] == drawn_up["text"]
    assert (made["offer_version"], made["personal_data_version"]) == ("1", "1")

    kept = {
        key: body for bucket, key, body in cloud.keep().files if bucket == EVIDENCE.physical_name
    }
    folder = f"client-1/{made['signature']['signature_id']}"
    assert kept[f"{folder}/content"].decode() == drawn_up["text"]
    assert set(kept) == {
        f"{folder}/{name}" for name in ("content", "signature.p7s", "evidence.json")
    }


def test_second_registration_answers_409_with_the_identifier(
    known: World, pki: DemonstrationPki
) -> None:
    first, second = edo.statement(known, pki), edo.statement(known, pki)
    made = known.ok(REGISTER, edo.registration(first, pki, "director"))
    for answer in (
        known.call(REGISTER, edo.registration(second, pki, "director")),
        draw_up(known, pki),
    ):
        assert (answer.status, answer.problem) == (409, "edo-already-registered")
        assert answer.json["participant_id"] == made["participant_id"]
    assert len(known.items(EDO, "registration")) == 1


def test_one_organisation_in_two_cabinets_takes_part_once(
    world: World, pki: DemonstrationPki
) -> None:
    signing.trust(world, pki)
    for client_id in ("client-1", "client-2"):
        steps.know_organisation(world, client_id)
    participant_id = edo.register(world, pki)
    certificate = edo.encoded(pki.certificate("director"))
    drawn_up = world.ok(DRAW_UP, {"certificate": certificate}, who="other_client")
    answer = world.call(REGISTER, edo.registration(drawn_up, pki, "director"), who="other_client")
    assert (answer.status, answer.problem) == (409, "edo-already-registered")
    assert answer.json["participant_id"] == participant_id


def test_registration_repeated_under_its_key_is_the_same(
    known: World, pki: DemonstrationPki
) -> None:
    form = edo.registration(edo.statement(known, pki), pki, "director")
    first = known.ok(REGISTER, form, key="once")
    assert known.ok(REGISTER, form, key="once") == first


@pytest.mark.parametrize("lacking", ["accept_offer", "accept_personal_data"])
def test_both_acceptances_are_needed(known: World, pki: DemonstrationPki, lacking: str) -> None:
    form = edo.registration(edo.statement(known, pki), pki, "director", **{lacking: False})
    answer = known.call(REGISTER, form)
    assert answer.status == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [f"/{lacking}"]
    assert known.items(EDO, "registration") == []


def test_another_statement_is_not_signed(known: World, pki: DemonstrationPki) -> None:
    drawn_up = edo.statement(known, pki)
    other = signing.signature(pki, drawn_up["text"] + " ")
    answer = known.call(REGISTER, edo.registration(drawn_up, pki, "director", signature=other))
    assert (answer.status, answer.json["code"]) == (422, "digest-mismatch")


def test_another_certificate_of_the_same_person_does_not_sign(
    known: World, pki: DemonstrationPki, tmp_path: Any
) -> None:
    drawn_up = edo.statement(known, pki)
    twin = DemonstrationPki(tmp_path, edo.SUBJECTS)
    signing.trust(known, twin)
    answer = known.call(REGISTER, edo.registration(drawn_up, twin, "director"))
    assert (answer.status, answer.json["code"]) == (422, "another-certificate")
    assert known.items(EDO, "registration") == []


@pytest.mark.parametrize(
    ("signer", "variant", "code"),
    [
        ("stranger", "valid", "another-organisation"),
        ("director", "expired", "expired"),
        ("director", "natural_person", "power-of-attorney-required"),
    ],
)
def test_certificate_that_may_not_sign_is_refused(
    known: World, pki: DemonstrationPki, signer: str, variant: str, code: str
) -> None:
    answer = draw_up(known, pki, signer, variant=variant)
    assert (answer.status, answer.problem) == (422, "certificate-refused")
    assert answer.json["code"] == code


def test_what_is_no_certificate_is_refused(known: World, pki: DemonstrationPki) -> None:
    answer = known.call(DRAW_UP, {"certificate": edo.encoded(b"\x30\x03abc")})
    assert (answer.status, answer.json["code"]) == (422, "malformed")


def test_names_may_be_corrected_not_changed(known: World, pki: DemonstrationPki) -> None:
    said = draw_up(known, pki, surname="Смирнóва", given_name="МАРИЯ", patronymic="Андреевна")
    assert said.status == 200
    assert said.json["given_name"] == "МАРИЯ"
    assert said.json["certificate"]["given_name"] == "Мария"
    refused = draw_up(known, pki, surname="Орлов", given_name="Павел")
    assert refused.status == 422
    assert {one["pointer"] for one in refused.json["errors"]} == {"/surname", "/given_name"}
    for wrong in ("", "Смирнова1", "<b>", "-", "С" * 61):
        assert draw_up(known, pki, surname=wrong).status == 422


def test_what_the_certificate_lacks_must_be_entered(known: World, pki: DemonstrationPki) -> None:
    # The stranger's certificate has no patronymic, which is nobody's fault.
    said = edo.statement(known, pki, "other_client")
    assert said["patronymic"] is None
    assert edo.statement(known, pki, "other_client", patronymic="Ильич")["patronymic"]


def test_statement_of_a_former_profile_is_outdated(known: World, pki: DemonstrationPki) -> None:
    drawn_up = edo.statement(known, pki)
    address = {"address": "г. Москва, ул. Новая, д. 1", "tax_office_code": "7719"}
    known.ok("PUT /organisation/address", address)
    answer = known.call(REGISTER, edo.registration(drawn_up, pki, "director"))
    assert (answer.status, answer.problem) == (409, "edo-statement-outdated")


def test_statement_is_good_for_a_day_and_for_its_own(known: World, pki: DemonstrationPki) -> None:
    drawn_up = edo.statement(known, pki)
    form = edo.registration(drawn_up, pki, "director")
    assert known.call(REGISTER, form, who="other_client").problem == "edo-statement-unknown"
    known.advance(days=1, seconds=1)
    assert known.call(REGISTER, form).problem == "edo-statement-unknown"


def test_organisation_unknown(world: World, pki: DemonstrationPki) -> None:
    assert draw_up(world, pki).problem == "organisation-unknown"
    assert world.call("GET /edo/registration").problem == "edo-registration-unknown"


def test_participants_are_found_by_inn(ids: dict[str, str], world: World) -> None:
    def found(inn: str) -> list[tuple[str, bool]]:
        items = world.get("/edo/counterparties", query={"inn": inn})["items"]
        return [(one["participant_id"], one["roaming"]) for one in items]

    assert found(steps.PROFILE["inn"]) == [(ids["client"], False)]
    assert found(edo.STRANGER["inn"]) == [(ids["other_client"], False)]
    assert found(edo.FOREIGN["inn"]) == [(ids["foreigner"], True)]
    assert found("7710140679") == []
    assert world.call("GET /edo/counterparties", query={"inn": "123"}).status == 422
    assert world.call("GET /edo/counterparties").status == 422
    assert "owner" not in json.dumps(
        world.get("/edo/counterparties", query={"inn": edo.STRANGER["inn"]})
    )


def test_identifier_of_an_entrepreneur_has_no_kpp() -> None:
    from chalicelib.services.edo.participants.model import new_participant_id

    moment = dt.datetime(2026, 11, 24, 12, 0, 5)
    made = new_participant_id("2TS", "500100732259", None, moment, 42)
    assert made == "2TS-500100732259-202611241200050000042"
