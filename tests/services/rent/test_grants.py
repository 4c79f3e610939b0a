"""Grants, the turnover that they give access to, and refusals."""

import datetime as dt
import re
from typing import Any

import pytest

from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.services.rent import consent_text
from chalicelib.services.rent.store import RENT
from infra import declarations
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, signing, steps
from tests.support import steps_rent as by
from tests.support.steps_rent import OWNER, REGISTERS
from tests.support.world import World

GRANTS = "POST /rent/grants"
ONE, TWO, THREE = REGISTERS[:3]
DAY = dt.timedelta(days=1)


def state(world: World, granted: Any) -> str:
    (grant,) = (
        item
        for item in world.get("/rent/grants")["items"]
        if item["grant_id"] == granted["grant_id"]
    )
    assert grant["history"][-1]["status"] in (grant["state"], "active")
    return str(grant["state"])


def view_status(world: World, granted: Any) -> int:
    """Return the status of the landlord's request for turnover."""
    path = f"GET /rent/tenants/{granted['grant_id']}/turnover"
    return world.call(path, who="landlord", query=by.period(world)).status


def listed(world: World) -> list[str]:
    return [item["grant_id"] for item in world.walk("/rent/tenants", limit=2, who="landlord")]


def test_grant_gives_the_landlord_the_turnover_of_its_registers(
    world: World, pki: DemonstrationPki
) -> None:
    shop_id = by.ready(world, pki, ONE, TWO)
    today = by.today(world)
    granted = by.grant(world, shop_id, ONE)
    assert granted["landlord"] == {
        "landlord_id": OWNER,
        "name": by.LANDLORD["name"],
        "inn": "7707083893",
    }
    assert (granted["state"], granted["visible_from"]) == ("active", today.isoformat())
    by.sell(
        world,
        by.receipt(ONE, 1, today, 500_00),
        by.receipt(ONE, 2, today, 200_00, operation=2),
        by.receipt(ONE, 3, today, 77_00, operation=3),
        by.receipt(ONE, 4, today - DAY, 999_00),
        by.receipt(TWO, 1, today, 888_00),
    )
    (row,) = world.get("/rent/tenants", who="landlord")["items"]
    assert row == {
        "grant_id": granted["grant_id"],
        "tenant": {"name": steps.PROFILE["name"], "inn": steps.PROFILE["inn"]},
        "shop": granted["shop"],
        "register_ids": [ONE],
        "visible_from": today.isoformat(),
        "granted_at": granted["granted_at"],
    }
    turnover = by.look(world, granted)
    sums = {
        "receipts": 1,
        "returns": 1,
        "turnover_kopecks": 300_00,
        "last_document_at": f"{today}T12:00:00+03:00",
    }
    assert turnover["total"] == sums
    assert turnover["rows"] == [{**sums, "period": today.isoformat()}]
    (register,) = turnover["registers"]
    assert register == {
        "register_id": ONE,
        "visible": [{"first": today.isoformat(), "last": today.isoformat()}],
        "rows": turnover["rows"],
        "total": sums,
    }
    assert (turnover["tenant"]["inn"], turnover["landlord"]["inn"]) == (
        steps.PROFILE["inn"],
        "7707083893",
    )


def test_months_are_sums_of_days_and_an_earlier_start_adds_days(
    world: World, pki: DemonstrationPki
) -> None:
    shop_id = by.ready(world, pki)
    world.advance(days=70)
    today = by.today(world)
    start = today - 65 * DAY
    by.sell(world, *(by.receipt(ONE, n, today - n * DAY, 100) for n in range(1, 70)))
    granted = by.grant(world, shop_id, visible_from=start.isoformat())
    turnover = by.look(world, granted, **by.period(world, back=100, by="month"))
    assert turnover["total"]["receipts"] == 65
    assert sum(row["receipts"] for row in turnover["rows"]) == 65
    assert [row["period"] for row in turnover["rows"]] == sorted(
        {str(today - n * DAY)[:7] for n in range(1, 66)}
    )


@pytest.mark.parametrize("back", [0, 200])
def test_turnover_covers_the_days_of_a_register_in_the_shop(
    world: World, pki: DemonstrationPki, back: int
) -> None:
    shop_id = by.ready(world, pki)
    first = by.today(world)
    granted = by.grant(world, shop_id, visible_from=str(first - back * DAY))
    world.advance(days=2)
    by.open_shop(world, ONE, name="Другой")
    world.advance(days=2)
    by.bind(world, shop_id, ONE)
    world.advance(days=2)
    world.ok(f"DELETE /organisation/shops/{shop_id}/registers/{ONE}")
    world.advance(days=1)
    by.sell(world, *(by.receipt(ONE, n + 1, first + n * DAY, 10**n) for n in range(8)))
    turnover = by.look(world, granted)
    assert turnover["total"]["turnover_kopecks"] == 110_011
    assert turnover["registers"][0]["visible"] == [
        {"first": str(first), "last": str(first + DAY)},
        {"first": str(first + 4 * DAY), "last": str(first + 5 * DAY)},
    ]


def test_turnover_ends_on_the_day_a_register_moves_to_another_client(
    world: World, pki: DemonstrationPki
) -> None:
    shop_id = by.ready(world, pki)
    first = by.today(world)
    granted = by.grant(world, shop_id)
    by.sell(world, by.receipt(ONE, 1, first))
    world.advance(days=1)
    steps.know_register(world, "client-2", register_id=ONE, fiscal_drive_number=by.DRIVES[ONE])
    by.sell(world, by.receipt(ONE, 2, first + DAY))
    assert by.look(world, granted)["total"]["receipts"] == 1


def test_revocation_ends_the_access_at_once(world: World, pki: DemonstrationPki) -> None:
    shop_id = by.ready(world, pki, ONE, TWO)
    first, second = by.grant(world, shop_id, ONE), by.grant(world, shop_id, TWO)
    assert (view_status(world, first), view_status(world, second)) == (200, 200)
    revoke = f"DELETE /rent/grants/{first['grant_id']}"
    assert world.call(revoke, who="other_client").status == 404
    assert world.call(revoke).status == 204
    assert (view_status(world, first), view_status(world, second)) == (404, 200)
    assert listed(world) == [second["grant_id"]]
    assert (state(world, first), state(world, second)) == ("revoked", "active")
    assert world.call(revoke).problem == "grant-not-active"
    again = by.grant(world, shop_id, ONE)
    assert view_status(world, again) == 200


def test_withdrawal_ends_every_grant_at_once(world: World, pki: DemonstrationPki) -> None:
    shop_id = by.ready(world, pki, ONE, TWO)
    granted = [by.grant(world, shop_id, register_id) for register_id in (ONE, TWO)]
    assert world.call(f"DELETE /rent/consents/{OWNER}", who="other_client").status == 404
    assert world.call(f"DELETE /rent/consents/{OWNER}").status == 204
    # Before any message is delivered.
    assert [view_status(world, grant) for grant in granted] == [404, 404]
    assert listed(world) == []
    assert [state(world, grant) for grant in granted] == ["consent_withdrawn"] * 2
    assert world.call(GRANTS, by.form(shop_id)).problem == "rent-consent-unsigned"
    assert world.call(f"DELETE /rent/consents/{OWNER}").problem == "rent-consent-unknown"
    world.drain()
    kept = world.items(RENT, "grant#")
    assert [item["history"][-1]["status"] for item in kept] == ["consent_withdrawn"] * 2
    assert world.items(RENT, "tenant#") == []
    assert [state(world, grant) for grant in granted] == ["consent_withdrawn"] * 2
    by.sign(world, pki)
    assert [view_status(world, grant) for grant in granted] == [404, 404]
    assert view_status(world, by.grant(world, shop_id)) == 200


def test_grant_needs_a_consent(world: World, pki: DemonstrationPki) -> None:
    signing.trust(world, pki)
    steps.know_organisation(world)
    by.enrol(world)
    by.know_registers(world, ONE)
    shop_id = by.open_shop(world, ONE)
    answer = world.call(GRANTS, by.form(shop_id))
    assert (answer.status, answer.problem) == (409, "rent-consent-unsigned")
    assert "подпишите" in answer.json["detail"]
    assert listed(world) == []


def test_new_version_of_the_consent_is_needed_for_new_grants_only(
    world: World, pki: DemonstrationPki, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_id = by.ready(world, pki, ONE, TWO)
    granted = by.grant(world, shop_id, ONE)
    consent = consent_text.CONSENT
    second = consent_text.Wording(consent.title, "2", consent.template + "\n8. Новый пункт.\n")
    monkeypatch.setattr(consent_text, "CONSENT", second)
    assert world.call(GRANTS, by.form(shop_id, TWO)).problem == "rent-consent-outdated"
    assert view_status(world, granted) == 200
    offered = world.get(f"/rent/landlords/{OWNER}/consent")
    assert (offered["version"], offered["state"]) == ("2", "unsigned")
    by.sign(world, pki)
    later = by.grant(world, shop_id, TWO)
    assert (view_status(world, granted), view_status(world, later)) == (200, 200)
    kept = world.get("/rent/consents")["items"]
    assert [(item["version"], item["state"]) for item in kept] == [("2", "signed"), ("1", "signed")]
    world.ok(f"DELETE /rent/consents/{OWNER}")
    assert (view_status(world, granted), view_status(world, later)) == (404, 404)
    kept = world.get("/rent/consents")["items"]
    assert {item["state"] for item in kept} == {"withdrawn"}


def test_register_is_granted_once_to_each_landlord(world: World, pki: DemonstrationPki) -> None:
    shop_id = by.ready(world, pki, ONE, TWO)
    by.enrol(world, "client-5", name="АО «Второй»", inn="7736050003", ogrn="1027700070518")
    by.grant(world, shop_id, ONE)
    answer = world.call(GRANTS, by.form(shop_id, TWO, ONE))
    assert (answer.status, answer.problem) == (409, "rent-register-granted")
    assert answer.json["register_id"] == ONE
    by.sign(world, pki, "client-5")
    by.grant(world, shop_id, ONE, landlord_id="client-5")
    other = by.open_shop(world, ONE, name="Другой")
    moved = by.grant(world, other, ONE)
    by.sell(world, by.receipt(ONE, 1, by.today(world)))
    receipts = [by.look(world, {"grant_id": item})["total"]["receipts"] for item in listed(world)]
    assert sorted(receipts) == [0, 1], "a day belongs to one shop"
    assert by.look(world, moved)["total"]["receipts"] == 1


@pytest.mark.parametrize(
    ("changes", "status", "slug"),
    [
        ({"landlord_id": "client-9"}, 404, "landlord-unknown"),
        ({"landlord_id": "client-1"}, 404, "landlord-unknown"),
        ({"shop_id": "nowhere"}, 404, "rent-shop-unknown"),
        ({"register_ids": []}, 422, "rent-registers-not-chosen"),
        ({"register_ids": [TWO]}, 409, "rent-register-not-in-shop"),
        ({"register_ids": [THREE]}, 409, "rent-register-not-in-shop"),
        ({"register_ids": ["9" * 16]}, 409, "rent-register-not-in-shop"),
        ({"register_ids": [ONE, ONE]}, 422, "payload-invalid"),
        ({"register_ids": ["1"]}, 422, "payload-invalid"),
        ({"register_ids": [*REGISTERS, "9" * 16]}, 422, "payload-invalid"),
        ({"register_ids": None}, 422, "payload-invalid"),
        ({"visible_from": "2999-01-01"}, 422, "rent-start-in-future"),
        ({"visible_from": "yesterday"}, 422, "payload-invalid"),
        ({"extra": 1}, 422, "payload-invalid"),
    ],
)
def test_invalid_grant_is_refused(
    world: World, pki: DemonstrationPki, changes: dict[str, Any], status: int, slug: str
) -> None:
    shop_id = by.ready(world, pki)
    by.know_registers(world, TWO)
    by.open_shop(world, TWO, name="Другой")
    steps.know_register(world, "client-2", register_id=THREE)
    answer = world.call(GRANTS, by.form(shop_id) | changes)
    assert (answer.status, answer.problem) == (status, slug)
    if slug.startswith("rent-register") or slug == "rent-shop-unknown":
        assert "магазин" in answer.json["detail"]
    assert world.items(RENT, "grant#") == []


def test_shop_of_another_client_is_not_found(world: World, pki: DemonstrationPki) -> None:
    by.ready(world, pki)
    foreign = world.ok(
        "POST /organisation/shops", {"name": "Чужой", "address": "Москва"}, who="other_client"
    )
    answer = world.call(GRANTS, by.form(foreign["shop_id"]))
    assert (answer.status, answer.problem) == (404, "rent-shop-unknown")
    assert "Создайте отдельный магазин" in answer.json["detail"]


def test_struck_off_landlord_has_no_access_until_another_enrolment(
    world: World, pki: DemonstrationPki
) -> None:
    shop_id = by.ready(world, pki, ONE, TWO)
    granted = by.grant(world, shop_id, ONE)
    world.ok(f"DELETE /rent/landlords/{OWNER}", who="operator")
    assert (view_status(world, granted), listed(world)) == (404, [])
    assert world.call(GRANTS, by.form(shop_id, TWO)).problem == "landlord-unknown"
    by.enrol(world)
    assert (view_status(world, granted), listed(world)) == (200, [granted["grant_id"]])


def test_grant_to_another_landlord_is_not_found(world: World, pki: DemonstrationPki) -> None:
    shop_id = by.ready(world, pki)
    by.enrol(world, "client-5", name="АО «Второй»", inn="7736050003", ogrn="1027700070518")
    by.sign(world, pki, "client-5")
    foreign = by.grant(world, shop_id, landlord_id="client-5")
    assert view_status(world, foreign) == 404
    assert listed(world) == []


def test_accesses_are_logged_and_the_first_is_notified(world: World, pki: DemonstrationPki) -> None:
    granted = by.grant(world, by.ready(world, pki))
    log = f"/rent/grants/{granted['grant_id']}/accesses"
    assert world.get(log)["items"] == []
    by.look(world, granted)
    by.look(world, granted, by="month")
    world.drain()
    looks = world.get(log)["items"]
    assert [(look["by"], look["subject"]) for look in looks] == [
        ("month", "user-4"),
        ("day", "user-4"),
    ]
    assert looks[0]["landlord"] == {"name": by.LANDLORD["name"], "inn": by.LANDLORD["inn"]}
    assert looks[0]["last"] == str(by.today(world))
    (mail,) = world.mails()
    assert mail.destinations["ToAddresses"] == [steps.PROFILE["email"]]
    assert "впервые" in mail.body
    assert world.call(f"GET {log}", who="other_client").status == 404
    assert view_status(world, {"grant_id": "unknown"}) == 404
    assert len(world.get(log)["items"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"from": "2025-01-01", "to": "2026-01-02"},
        {"from": "2026-01-01", "to": "tomorrow"},
        {"from": "2026-01-01", "to": "2026-01-02", "by": "week"},
        {"from": "2026-01-01", "to": "2026-01-02", "items": "all"},
    ],
)
def test_invalid_period_is_refused(world: World, query: dict[str, str]) -> None:
    answer = world.call("GET /rent/tenants/some/turnover", who="landlord", query=query)
    assert answer.status == 422


def test_landlord_may_call_only_the_landlords_actions(world: World) -> None:
    declarations.load()
    for action in declarations.actions():
        roles = {role.value for role in action.callers}
        if roles and "landlord" not in roles:
            path = re.sub(r"{\w+}", "x", action.path)
            assert world.call(f"{action.method} {path}", who="landlord").status == 403, action.name
    assert {
        action.name
        for action in declarations.actions()
        if "landlord" in {r.value for r in action.callers}
    } == {
        "list_tenants",
        "get_tenant_turnover",
    }


@pytest.mark.parametrize("who", ["client", "operator", "nobody"])
def test_landlords_actions_are_refused_to_other_roles(world: World, who: str) -> None:
    status = 401 if who == "nobody" else 403
    assert world.call("GET /rent/tenants", who=who).status == status
    assert world.call("GET /rent/tenants/some/turnover", who=who).status == status


def test_register_that_moves_to_another_shop_meanwhile_is_not_granted(
    world: World, pki: DemonstrationPki
) -> None:
    shop_id = by.ready(world, pki)
    other = by.open_shop(world, name="Другой")
    moved: list[bool] = []

    def around(perform: Any) -> Any:
        if world.calls[-1].operation == "TransactWriteItems" and not moved:
            moved.append(True)
            cloud.client("dynamodb").update_item(
                TableName=ORGANISATION.physical_name,
                Key={"client_id": {"S": "client-1"}, "sk": {"S": f"register#{ONE}"}},
                UpdateExpression="SET shop_id = :other",
                ExpressionAttributeValues={":other": {"S": other}},
            )
        return perform()

    world.around = around
    answer = world.call(GRANTS, by.form(shop_id))
    assert (answer.status, answer.problem) == (409, "rent-register-not-in-shop")
