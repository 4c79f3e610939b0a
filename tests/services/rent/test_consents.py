"""Consents: the exact text, its permitted signers, and the stored evidence."""

from typing import Any

import pytest

from chalicelib.core.signing.buckets import EVIDENCE
from chalicelib.services.rent.store import RENT
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, signing, steps
from tests.support import steps_rent as by
from tests.support.cloud import SELLER
from tests.support.steps_rent import OWNER
from tests.support.world import World

CONSENT = f"/rent/landlords/{OWNER}/consent"
SIGN = "POST /rent/consents"


@pytest.fixture
def ready(world: World, pki: DemonstrationPki) -> World:
    signing.trust(world, pki)
    steps.know_organisation(world)
    by.enrol(world)
    return world


def body(pki: DemonstrationPki, text: str, who: str = "director", **how: Any) -> dict[str, Any]:
    return {"landlord_id": OWNER, "signature": signing.signature(pki, text, who, **how)}


def evidence() -> dict[str, bytes]:
    return {
        key: content
        for bucket, key, content in cloud.keep().files
        if bucket == EVIDENCE.physical_name
    }


def test_text_names_the_parties_the_data_the_legal_ground_and_the_term(ready: World) -> None:
    offered = ready.get(CONSENT)
    assert (offered["state"], offered["signature"]) == ("unsigned", None)
    for phrase in (
        *(steps.PROFILE[name] for name in ("name", "inn", "kpp", "ogrn", "address")),
        *(by.LANDLORD[name] for name in ("name", "inn", "kpp", "ogrn", "address")),
        SELLER["name"],
        "число чеков",
        "Не передаются: состав чеков, сведения о покупателях",
        "149-ФЗ",
        "действует со дня подписания до отзыва",
    ):
        assert phrase in offered["text"], phrase
    assert "{" not in offered["text"]


def test_signed_text_is_stored_with_its_signer_and_evidence(
    ready: World, pki: DemonstrationPki
) -> None:
    text = ready.get(CONSENT)["text"]
    made = body(pki, text)
    signed = ready.ok(SIGN, made, key="consent")
    assert (signed["state"], signed["text"]) == ("signed", text)
    assert signed["signature"]["signers"][0]["surname"] == "Смирнова"
    assert ready.get(CONSENT) == {
        name: value for name, value in signed.items() if name not in ("consent_id", "history")
    }
    folder = f"client-1/{signed['signature']['signature_id']}"
    kept = evidence()
    assert kept[f"{folder}/content"] == text.encode()
    assert f"{folder}/evidence.json" in kept
    assert ready.ok(SIGN, made, key="consent") == signed
    assert ready.call(SIGN, made).problem == "rent-consent-signed"

    steps.know_organisation(ready, OWNER, **by.LANDLORD | {"name": "ООО «Новое имя»"})
    assert ready.get(CONSENT)["text"] == text
    ready.ok(f"DELETE /rent/consents/{OWNER}")
    (listed,) = ready.get("/rent/consents")["items"]
    assert (listed["text"], listed["signature"]) == (text, signed["signature"])
    assert [entry["status"] for entry in listed["history"]] == ["signed", "withdrawn"]
    assert evidence() == kept
    assert "Новое имя" in ready.get(CONSENT)["text"]


def test_signature_of_another_text_or_signer_is_refused(
    ready: World, pki: DemonstrationPki
) -> None:
    text = ready.get(CONSENT)["text"]
    for made, code in (
        (body(pki, text + " "), "digest-mismatch"),
        (body(pki, text, "stranger"), "another-organisation"),
        (body(pki, text, variant="expired"), "expired"),
        (body(pki, text, variant="natural_person"), "power-of-attorney-required"),
    ):
        answer = ready.call(SIGN, made)
        assert (answer.status, answer.json["code"]) == (422, code)
    for broken in ("AAAA", "!", "", None):
        answer = ready.call(SIGN, {"landlord_id": OWNER, "signature": broken})
        assert answer.status == 422
    assert ready.items(RENT, "consent#") == []
    assert evidence() == {}


def test_signature_for_one_landlord_is_refused_for_another(
    ready: World, pki: DemonstrationPki
) -> None:
    by.enrol(ready, "client-5", name="АО «Второй»", inn="7736050003", ogrn="1027700070518")
    made = body(pki, ready.get(CONSENT)["text"]) | {"landlord_id": "client-5"}
    assert ready.call(SIGN, made).json["code"] == "digest-mismatch"


def test_consent_for_an_unknown_landlord_or_oneself_is_refused(
    ready: World, pki: DemonstrationPki
) -> None:
    assert ready.call("GET /rent/landlords/client-9/consent").problem == "landlord-unknown"
    made = body(pki, "text") | {"landlord_id": "client-9"}
    assert ready.call(SIGN, made).problem == "landlord-unknown"
    ready.ok("PUT /rent/landlords/client-1", who="operator")
    assert ready.call("GET /rent/landlords/client-1/consent").problem == "landlord-is-tenant"


def test_consents_of_another_client_are_not_found(ready: World, pki: DemonstrationPki) -> None:
    by.sign(ready, pki)
    steps.know_organisation(ready, "client-2")
    assert ready.get("/rent/consents", who="other_client")["items"] == []
    assert ready.get(CONSENT, who="other_client")["state"] == "unsigned"
    assert ready.call(f"DELETE /rent/consents/{OWNER}", who="other_client").status == 404
    assert ready.call(SIGN, who="landlord").status == 403
