"""Consent, grant, access, revocation and withdrawal, interrupted at every call of the cloud."""

import itertools
from typing import Any

import pytest

from chalicelib.runtime.notify import MAIL
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.services.rent.store import RENT
from infra.demonstration_pki import DemonstrationPki
from tests.support import signing, steps
from tests.support import steps_rent as by
from tests.support.crash import How, Scenario, Side, survive
from tests.support.steps_rent import OWNER
from tests.support.world import Answer, World, Worlds


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), signing.SUBJECTS)


def books(world: World) -> dict[str, Any]:
    (tenancy,) = world.items(RENT, "tenancy#")
    return {
        "consents": [
            (item["state"], len(item["history"])) for item in world.items(RENT, "consent#")
        ],
        "grants": [
            [item["state"], *(step["status"] for step in item["history"])]
            for item in world.items(RENT, "grant#")
        ],
        "shown": len(world.items(RENT, "tenant#")),
        "standing": len(tenancy["grants"]),
        # One e-mail in the outbox; repeated sending of one e-mail is tested with the sender.
        "mails": len([item for item in world.items(OUTBOX) if item.get("queue") == MAIL.variable]),
    }


def expected(**changes: Any) -> dict[str, Any]:
    usual = {
        "consents": [("signed", 1)],
        "grants": [["active", "active"]],
        "shown": 1,
        "standing": 1,
        "mails": 0,
    }
    return usual | changes


def scenarios(pki: DemonstrationPki) -> dict[str, Scenario]:
    def to_sign(world: World) -> dict[str, str]:
        signing.trust(world, pki)
        steps.know_organisation(world)
        by.enrol(world)
        text = world.get(f"/rent/landlords/{OWNER}/consent")["text"]
        return {"landlord_id": OWNER, "signature": by.signature(pki, text)}

    def sign(world: World, body: dict[str, str]) -> Answer:
        return world.call("POST /rent/consents", body, key="sign")

    def check_signed(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 201
        assert books(world) == expected(grants=[], shown=0, standing=0)
        (kept,) = world.get("/rent/consents")["items"]
        assert kept["consent_id"] == answer.json["consent_id"]

    def granted(world: World) -> str:
        return str(by.grant(world, by.ready(world, pki))["grant_id"])

    def check_granted(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 201
        assert books(world) == expected()
        (row,) = world.get("/rent/tenants", who="landlord")["items"]
        assert row["grant_id"] == answer.json["grant_id"]

    def look(world: World, grant_id: str) -> Answer:
        path = f"GET /rent/tenants/{grant_id}/turnover"
        return world.call(path, who="landlord", query=by.period(world))

    def check_looked(world: World, grant_id: str, answer: Answer) -> None:
        assert answer.status == 200
        assert books(world) == expected(mails=1)
        assert world.mails()
        # An access whose answer was lost is logged too.
        log = world.get(f"/rent/grants/{grant_id}/accesses")["items"]
        assert 1 <= len(log) <= 2

    def check_revoked(world: World, grant_id: str, answer: Answer) -> None:
        assert answer.status == 204 or answer.problem == "grant-not-active"
        ended = [["revoked", "active", "revoked"]]
        assert books(world) == expected(grants=ended, shown=0, standing=0)
        assert look(world, grant_id).status == 404

    def check_withdrawn(world: World, grant_id: str, answer: Answer) -> None:
        assert answer.status == 204 or answer.problem == "rent-consent-unknown"
        assert books(world) == expected(
            consents=[("withdrawn", 2)],
            grants=[["consent_withdrawn", "active", "consent_withdrawn"]],
            shown=0,
            standing=0,
        )
        assert look(world, grant_id).status == 404

    def check_enrolled(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 200
        (landlord,) = world.items(RENT, "landlord#")
        assert [entry["status"] for entry in landlord["history"]] == ["enrolled"]
        assert len(world.get("/rent/landlords", query={"q": "елка"})["items"]) == 1

    return {
        "consent": Scenario(arrange=to_sign, act=sign, check=check_signed),
        "grant": Scenario(
            arrange=lambda world: by.form(by.ready(world, pki)),
            act=lambda world, form: world.call("POST /rent/grants", form, key="grant"),
            check=check_granted,
        ),
        "look": Scenario(arrange=granted, act=look, check=check_looked),
        "revocation": Scenario(
            arrange=granted,
            act=lambda world, scenario: world.call(f"DELETE /rent/grants/{scenario}"),
            check=check_revoked,
        ),
        "withdrawal": Scenario(
            arrange=granted,
            act=lambda world, scenario: world.call(f"DELETE /rent/consents/{OWNER}"),
            check=check_withdrawn,
        ),
        "enrolment": Scenario(
            arrange=lambda world: steps.know_organisation(world, OWNER, **by.LANDLORD),
            act=lambda world, given: world.call(f"PUT /rent/landlords/{OWNER}", who="operator"),
            check=check_enrolled,
        ),
    }


@pytest.mark.parametrize(
    ("name", "side", "how"),
    [
        *itertools.product(
            ("consent", "grant", "look", "revocation", "withdrawal", "enrolment"),
            ("before", "after"),
            ("death", "silence"),
        )
    ],
)
def test_items_agree_after_an_interruption_at_any_call(
    name: str, side: Side, how: How, worlds: Worlds, pki: DemonstrationPki
) -> None:
    assert survive(worlds, scenarios(pki)[name], side, how) >= 2
