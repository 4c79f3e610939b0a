"""An agreement is signed once, over its exact text, by a person who may act for the client."""

import itertools
import json
from typing import Any

import pytest

from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, signing, steps
from tests.support.crash import How, Scenario, Side, survive
from tests.support.world import Answer, World, Worlds

AGREEMENT = "/organisation/agreements/e-receipts"
SIGN = f"POST {AGREEMENT}/signature"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), signing.SUBJECTS)


@pytest.fixture
def ready(world: World, pki: DemonstrationPki) -> World:
    signing.trust(world, pki)
    steps.know_organisation(world)
    return world


def refusal(world: World, body: dict[str, Any]) -> tuple[int, str | None]:
    answer = world.call(SIGN, body)
    assert world.items(ORGANISATION, "agreement#") == []
    assert evidence() == {}
    return answer.status, json.loads(answer.body).get("code")


def evidence() -> dict[str, bytes]:
    return {
        key: body for bucket, key, body in cloud.keep().files if bucket == EVIDENCE.physical_name
    }


def test_agreement_is_signed_over_its_exact_text(ready: World, pki: DemonstrationPki) -> None:
    listed = ready.get("/organisation/agreements")["items"]
    assert [(item["kind"], item["state"]) for item in listed] == [("e-receipts", "unsigned")]
    text = ready.get(AGREEMENT)["text"]
    assert steps.PROFILE["inn"] in text
    assert steps.PROFILE["name"] in text

    made = signing.signature(pki, text)
    signed = ready.ok(SIGN, {"signature": made})
    assert signed["state"] == "signed"
    assert signed["text"] == text
    assert signed["signature"]["signers"][0]["surname"] == "Смирнова"

    kept = evidence()
    folder = f"client-1/{signed['signature']['signature_id']}"
    assert kept[f"{folder}/content"] == text.encode()
    assert set(kept) == {
        f"{folder}/{name}" for name in ("content", "signature.p7s", "evidence.json")
    }
    stored = json.loads(kept[f"{folder}/evidence.json"])
    assert [certificate["status"] for certificate in stored["paths"][0]["revocation"]] == [
        "good",
        "good",
    ]


def test_signed_text_does_not_change_with_the_profile(ready: World, pki: DemonstrationPki) -> None:
    text = ready.get(AGREEMENT)["text"]
    ready.ok(SIGN, {"signature": signing.signature(pki, text)})
    address = {"address": "г. Москва, ул. Новая, д. 1", "tax_office_code": "7719"}
    ready.ok("PUT /organisation/address", address)
    assert ready.get(AGREEMENT)["text"] == text


def test_second_signature_answers_409(ready: World, pki: DemonstrationPki) -> None:
    made = {"signature": signing.signature(pki, ready.get(AGREEMENT)["text"])}
    first = ready.ok(SIGN, made)
    assert ready.call(SIGN, made).status == 409
    assert ready.get(AGREEMENT) == first


def test_signature_over_another_text_is_refused(ready: World, pki: DemonstrationPki) -> None:
    text = ready.get(AGREEMENT)["text"]
    for other in (text + " ", text.replace("Клиент", "Клиeнт", 1), ""):
        made = {"signature": signing.signature(pki, other)}
        assert refusal(ready, made) == (422, "digest-mismatch")
    former = {"signature": signing.signature(pki, text)}
    address = {"address": "г. Москва, ул. Новая, д. 1", "tax_office_code": "7719"}
    ready.ok("PUT /organisation/address", address)
    assert refusal(ready, former) == (422, "digest-mismatch")


@pytest.mark.parametrize(
    ("who", "variant", "code"),
    [
        ("stranger", "valid", "another-organisation"),
        ("director", "expired", "expired"),
        ("director", "natural_person", "power-of-attorney-required"),
    ],
)
def test_signer_without_authority_is_refused(
    ready: World, pki: DemonstrationPki, who: str, variant: str, code: str
) -> None:
    text = ready.get(AGREEMENT)["text"]
    made = {"signature": signing.signature(pki, text, who, variant=variant)}
    assert refusal(ready, made) == (422, code)


def test_certificate_of_an_untrusted_authority_is_refused(ready: World, tmp_path: Any) -> None:
    foreign = DemonstrationPki(tmp_path, signing.SUBJECTS)
    text = ready.get(AGREEMENT)["text"]
    assert refusal(ready, {"signature": signing.signature(foreign, text)}) == (422, "untrusted")


@pytest.mark.parametrize("value", ["AAAA", "!", "", None, 7, "A" * 1_500_000])
def test_invalid_signature_is_refused(ready: World, value: Any) -> None:
    assert refusal(ready, {"signature": value})[0] == 422


def test_without_revocation_lists_signatures_are_refused(
    world: World, pki: DemonstrationPki
) -> None:
    signing.trust(world, pki, crls=False)
    steps.know_organisation(world)
    made = {"signature": signing.signature(pki, world.get(AGREEMENT)["text"])}
    assert refusal(world, made) == (422, "revocation-unknown")


def test_unknown_agreements_and_organisations_are_not_found(
    ready: World, pki: DemonstrationPki
) -> None:
    made = {"signature": signing.signature(pki, "text")}
    assert ready.call("GET /organisation/agreements/rent").status == 404
    assert ready.call("POST /organisation/agreements/rent/signature", made).status == 404
    assert ready.call(SIGN, made, who="other_client").status == 404
    assert ready.call(SIGN, made, who="operator").status == 403


@pytest.mark.parametrize(
    ("side", "how"), [*itertools.product(("before", "after"), ("death", "silence"))]
)
def test_signature_interrupted_at_any_call_is_stored_once(
    side: Side, how: How, worlds: Worlds, pki: DemonstrationPki
) -> None:
    def arrange(world: World) -> str:
        signing.trust(world, pki)
        steps.know_organisation(world)
        return signing.signature(pki, world.get(AGREEMENT)["text"])

    def check(world: World, made: str, answer: Answer) -> None:
        # 409: the first attempt has committed although its answer was lost.
        assert answer.status in (200, 409), answer.body
        (kept,) = world.items(ORGANISATION, "agreement#")
        folder = f"client-1/{kept['signature']['signature_id']}"
        assert f"{folder}/evidence.json" in evidence()

    def act(world: World, made: str) -> Answer:
        return world.call(SIGN, {"signature": made})

    signed = Scenario(arrange=arrange, act=act, check=check)
    assert survive(worlds, signed, side, how) >= 5
