"""Registration of a participant: the certificate, the statement, the signature, the identifier."""

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


def test_statement_contains_the_data_to_be_registered(known: World, pki: DemonstrationPki) -> None:
    drawn_up = edo.statement(known, pki)
    assert (drawn_up["surname"], drawn_up["given_name"], drawn_up["patronymic"]) == (
        "Смирнова",
        "Мария",
        "Андреевна",
    )
    assert (drawn_up["organisation"], drawn_up["inn"]) == (
        steps.PROFILE["name"],
        steps.PROFILE["inn"],
    )
    assert drawn_up["certificate"]["inn"] == steps.PROFILE["inn"]
    assert drawn_up["position"] == "Директор"
    assert drawn_up["address"] == steps.PROFILE["address"]
    assert drawn_up["tax_office_code"] == steps.PROFILE["tax_office_code"]
    assert "Юридический адрес" in drawn_up["address_note"]
    assert "Профиль" in drawn_up["address_note"]
    for part in ("offer", "personal_data_policy"):
        assert drawn_up[part]["version"] == "1"
        assert drawn_up[part]["title"] in drawn_up["text"]
    for word in (steps.PROFILE["name"], steps.PROFILE["inn"], "Смирнова Мария Андреевна"):
        assert word in drawn_up["text"]


def test_registration_assigns_an_identifier_and_keeps_evidence(
    known: World, pki: DemonstrationPki
) -> None:
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
    assert made["participant_id"].startswith(f"2TS-{inn}-{kpp}-{known.today.year}")
    assert known.get("/edo")["participant_id"] == made["participant_id"]
    assert known.get("/edo/registration") == made
    assert made["statement_text"] == drawn_up["text"]
    assert (made["offer_version"], made["personal_data_version"]) == ("1", "1")

    evidence = {
        key: body for bucket, key, body in cloud.keep().files if bucket == EVIDENCE.physical_name
    }
    folder = f"client-1/{made['signature']['signature_id']}"
    assert evidence[f"{folder}/content"].decode() == drawn_up["text"]
    assert set(evidence) == {
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


def test_organisation_with_two_cabinets_registers_once(world: World, pki: DemonstrationPki) -> None:
    signing.trust(world, pki)
    for client_id in ("client-1", "client-2"):
        steps.know_organisation(world, client_id)
    participant_id = edo.register(world, pki)
    certificate = edo.encoded(pki.certificate("director"))
    drawn_up = world.ok(DRAW_UP, {"certificate": certificate}, who="other_client")
    answer = world.call(REGISTER, edo.registration(drawn_up, pki, "director"), who="other_client")
    assert (answer.status, answer.problem) == (409, "edo-already-registered")
    assert answer.json["participant_id"] == participant_id


def test_registration_repeated_with_the_same_key_returns_the_same_answer(
    known: World, pki: DemonstrationPki
) -> None:
    form = edo.registration(edo.statement(known, pki), pki, "director")
    first = known.ok(REGISTER, form, key="once")
    assert known.ok(REGISTER, form, key="once") == first


@pytest.mark.parametrize("lacking", ["accept_offer", "accept_personal_data"])
def test_both_acceptances_are_required(known: World, pki: DemonstrationPki, lacking: str) -> None:
    form = edo.registration(edo.statement(known, pki), pki, "director", **{lacking: False})
    answer = known.call(REGISTER, form)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/{lacking}"]
    assert known.items(EDO, "registration") == []


def test_signature_over_another_text_is_refused(known: World, pki: DemonstrationPki) -> None:
    drawn_up = edo.statement(known, pki)
    other = signing.signature(pki, drawn_up["text"] + " ")
    answer = known.call(REGISTER, edo.registration(drawn_up, pki, "director", signature=other))
    assert (answer.status, answer.json["code"]) == (422, "digest-mismatch")


def test_signature_with_another_certificate_of_the_same_person_is_refused(
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


def test_bytes_that_are_not_a_certificate_are_refused(known: World, pki: DemonstrationPki) -> None:
    answer = known.call(DRAW_UP, {"certificate": edo.encoded(b"\x30\x03abc")})
    assert (answer.status, answer.json["code"]) == (422, "malformed")


def test_names_may_be_corrected_but_not_replaced(known: World, pki: DemonstrationPki) -> None:
    answer = draw_up(known, pki, surname="Смирнóва", given_name="МАРИЯ", patronymic="Андреевна")
    assert answer.status == 200
    assert answer.json["given_name"] == "МАРИЯ"
    assert answer.json["certificate"]["given_name"] == "Мария"
    refused = draw_up(known, pki, surname="Орлов", given_name="Павел")
    assert refused.status == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/surname", "/given_name"}
    for wrong in ("", "Смирнова1", "<b>", "-", "С" * 61):
        assert draw_up(known, pki, surname=wrong).status == 422


def test_patronymic_that_the_certificate_lacks_may_be_added(
    known: World, pki: DemonstrationPki
) -> None:
    drawn_up = edo.statement(known, pki, "other_client")
    assert drawn_up["patronymic"] is None
    assert edo.statement(known, pki, "other_client", patronymic="Ильич")["patronymic"]


def test_statement_is_outdated_after_a_change_of_the_profile(
    known: World, pki: DemonstrationPki
) -> None:
    drawn_up = edo.statement(known, pki)
    address = {"address": "г. Москва, ул. Новая, д. 1", "tax_office_code": "7719"}
    known.ok("PUT /organisation/address", address)
    answer = known.call(REGISTER, edo.registration(drawn_up, pki, "director"))
    assert (answer.status, answer.problem) == (409, "edo-statement-outdated")


def test_statement_is_valid_for_a_day_and_for_its_client_only(
    known: World, pki: DemonstrationPki
) -> None:
    drawn_up = edo.statement(known, pki)
    form = edo.registration(drawn_up, pki, "director")
    assert known.call(REGISTER, form, who="other_client").problem == "edo-statement-unknown"
    known.advance(days=1, seconds=1)
    assert known.call(REGISTER, form).problem == "edo-statement-unknown"


def test_client_without_a_profile_cannot_register(world: World, pki: DemonstrationPki) -> None:
    assert draw_up(world, pki).problem == "organisation-unknown"
    assert world.call("GET /edo/registration").problem == "edo-registration-unknown"


def test_participants_are_found_by_inn(ids: dict[str, str], world: World) -> None:
    def participants(inn: str) -> list[tuple[str, bool]]:
        items = world.get("/edo/counterparties", query={"inn": inn})["items"]
        return [(item["participant_id"], item["roaming"]) for item in items]

    assert participants(steps.PROFILE["inn"]) == [(ids["client"], False)]
    assert participants(edo.STRANGER["inn"]) == [(ids["other_client"], False)]
    assert participants(edo.FOREIGN["inn"]) == [(ids["foreigner"], True)]
    assert participants("7710140679") == []
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
