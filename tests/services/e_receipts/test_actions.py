"""Overview, switches, statistics, previews and the receipt page."""

import base64
from typing import Any

import pytest

from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from chalicelib.services.e_receipts.model import Counters
from tests.support import applications as by
from tests.support import cloud, receipts, steps
from tests.support.world import World

OLD = {"cabinet_created_on": "2017-08-13"}


def test_overview_of_a_new_client(world: World) -> None:
    steps.know_organisation(world)
    assert world.get("/e-receipts") == {
        "eligible": True,
        "reason": None,
        "channels": {
            "sms": {"enabled": False, "price_kopecks": 180},
            "email": {"enabled": False, "price_kopecks": 0},
        },
        "services": {
            "branded-message": {"state": "none", "enabled": False, "brand": None},
            "logo": {"state": "none", "enabled": False, "brand": None},
        },
    }


@pytest.mark.parametrize(
    ("created_on", "eligible"),
    [("2016-01-01", False), ("2017-08-13", False), ("2017-08-14", True), ("2019-04-15", True)],
)
def test_cabinet_created_after_the_day_is_eligible(
    world: World, created_on: str, eligible: bool
) -> None:
    steps.know_organisation(world, cabinet_created_on=created_on)
    shown = world.get("/e-receipts")
    assert shown["eligible"] is eligible
    assert eligible or "Подпишите" in shown["reason"]


def test_unknown_organisation_has_no_overview(world: World) -> None:
    assert world.call("GET /e-receipts").problem == "organisation-unknown"


def test_channel_is_switched_and_each_change_is_recorded(world: World) -> None:
    steps.know_organisation(world, **OLD)
    assert world.ok("PUT /e-receipts/channels/sms", {"enabled": True})["enabled"] is True
    assert world.get("/e-receipts")["channels"]["sms"]["enabled"] is True
    assert world.get("/e-receipts")["channels"]["email"]["enabled"] is False
    world.ok("PUT /e-receipts/channels/sms", {"enabled": False})
    assert world.get("/e-receipts")["channels"]["sms"]["enabled"] is False
    history = world.items(E_RECEIPTS, "switched#channel#sms#")
    assert [entry["enabled"] for entry in sorted(history, key=lambda entry: entry["sk"])] == [
        True,
        False,
    ]


def test_unknown_channel_is_not_found(world: World) -> None:
    answer = world.call("PUT /e-receipts/channels/pigeon", {"enabled": True})
    assert (answer.status, answer.problem) == (404, "channel-unknown")
    assert not world.items(E_RECEIPTS)


@pytest.mark.parametrize("body", [{}, {"enabled": 1}, {"enabled": "true"}, {"on": True}])
def test_switch_must_be_a_boolean(world: World, body: Any) -> None:
    assert world.call("PUT /e-receipts/channels/sms", body).status == 422


def test_switches_of_clients_are_separate(world: World) -> None:
    for client_id in ("client-1", "client-2"):
        steps.know_organisation(world, client_id)
    receipts.switch_on(world)
    shown = world.get("/e-receipts", who="other_client")
    assert not any(channel["enabled"] for channel in shown["channels"].values())


def test_service_cannot_be_switched_before_it_is_approved(world: World) -> None:
    by.know_eligible(world)
    path = "PUT /e-receipts/services/branded-message"
    assert world.call(path, {"enabled": True}).problem == "additional-service-not-approved"
    application = by.in_review(world)
    answer = world.call(path, {"enabled": True})
    assert (answer.status, answer.problem) == (409, "additional-service-not-approved")
    by.decide(world, application, "reject", reason="Чужое название")
    assert world.call(path, {"enabled": True}).status == 409
    assert world.get("/e-receipts")["services"]["branded-message"]["state"] == "rejected"


def test_approved_service_is_switched_without_a_new_application(
    world: World,
) -> None:
    by.know_eligible(world)
    receipts.approve(world, by.brand_form("Ёлка"))
    path = "/e-receipts/services/branded-message"
    approved = {"state": "approved", "enabled": True, "brand": "Ёлка"}
    assert world.get("/e-receipts")["services"]["branded-message"] == approved
    assert world.ok(f"PUT {path}", {"enabled": False}) == approved | {"enabled": False}
    assert world.get("/e-receipts")["services"]["branded-message"]["enabled"] is False
    assert world.ok(f"PUT {path}", {"enabled": True}) == approved
    assert world.get("/e-receipts")["services"]["branded-message"] == approved


def test_client_who_is_not_eligible_cannot_switch_a_service(world: World) -> None:
    by.know_eligible(world)
    receipts.approve(world)
    steps.know_organisation(world, **OLD)
    answer = world.call("PUT /e-receipts/services/branded-message", {"enabled": False})
    assert (answer.status, answer.problem) == (403, "e-receipts-agreement-unsigned")
    assert "Подпишите" in answer.json["detail"]
    assert world.get("/e-receipts")["eligible"] is False


def test_other_roles_are_refused(world: World) -> None:
    assert world.call("GET /e-receipts", who="landlord").problem == "role-missing"
    answer = world.call("PUT /e-receipts/channels/sms", {"enabled": True}, who="operator")
    assert answer.problem == "role-missing"


# --- statistics


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        ("2026-01-01", "2026-01-01", 200),
        ("2026-01-01", "2027-01-01", 200),
        ("2026-01-01", "2027-01-02", 422),
        ("2026-01-02", "2026-01-01", 422),
        ("2026-13-01", "2026-12-01", 422),
    ],
)
def test_period_is_bounded(world: World, first: str, last: str, status: int) -> None:
    answer = world.call("GET /e-receipts/statistics", query={"from": first, "to": last})
    assert answer.status == status, answer.json


def test_period_is_required(world: World) -> None:
    answer = world.call("GET /e-receipts/statistics")
    assert {error["pointer"] for error in answer.json["errors"]} == {"/from", "/to"}


def test_statistics_need_one_query(world: World) -> None:
    receipts.switch_on(world)
    for number in range(1, 4):
        receipts.deliver(world, fiscalDocumentNumber=number)
        receipts.deliver(world, receipts.EMAIL, fiscalDocumentNumber=100 + number)
        world.advance(days=1)
    world.calls.clear()
    query = {"from": "2026-11-25", "to": "2026-11-26"}
    shown = world.get("/e-receipts/statistics", query=query)
    assert [call.operation for call in world.calls] == ["Query"]
    assert [(day["day"], day["channel"]) for day in shown["days"]] == [
        ("2026-11-25", "email"),
        ("2026-11-25", "sms"),
        ("2026-11-26", "email"),
        ("2026-11-26", "sms"),
    ]
    assert Counters(**shown["totals"]["sms"]) == Counters(sent=2, parts=4, cost_kopecks=720)
    assert shown["cost_kopecks"] == 720
    assert world.get("/e-receipts/statistics", query=query, who="other_client")["days"] == []


def test_day_of_statistics_is_the_day_in_moscow(world: World) -> None:
    receipts.switch_on(world)
    world.advance(hours=12)  # 21:00 UTC is midnight in Moscow
    receipts.deliver(world)
    query = {"from": "2026-11-01", "to": "2026-11-30"}
    (day,) = world.get("/e-receipts/statistics", query=query)["days"]
    assert day["day"] == "2026-11-25"


# --- previews


def test_preview_of_the_sms_now_and_with_a_new_name(world: World) -> None:
    by.know_eligible(world)
    path = "/e-receipts/services/branded-message/preview"
    now = world.get(path)
    assert now["channel"] == "sms"
    assert now["text"].startswith("Ромашка: чек 750,00р 24.11.26 12:00")
    assert now["parts"] == 2
    assert world.ok(f"POST {path}", {"name": "Ёлка"})["text"].startswith("Ёлка: чек")
    assert world.get(path) == now
    receipts.approve(world, by.brand_form("Ёлка"))
    assert world.get(path)["text"].startswith("Ёлка: чек")


def test_preview_of_the_email_now_and_with_a_new_logo(world: World) -> None:
    by.know_eligible(world)
    path = "/e-receipts/services/logo/preview"
    now = world.get(path)
    assert now["channel"] == "email"
    assert now["html"].count("data:image/png") == 1
    new = world.ok(f"POST {path}", by.logo_form())
    assert new["html"].count("data:image/png") == 2
    assert world.get(path)["html"].count("data:image/png") == 1
    receipts.approve(world, by.logo_form(), by.LOGO)
    assert world.get(path)["html"].count("data:image/png") == 2


@pytest.mark.parametrize(
    ("service", "body", "pointers"),
    [
        ("branded-message", {}, ["/name"]),
        ("branded-message", {"name": "Shop"}, ["/name"]),
        ("branded-message", {"logo": "aGk="}, ["/logo"]),
        ("logo", {"name": "Ёлка"}, ["/name"]),
        ("logo", {"logo": "aGk="}, ["/logo"]),
        (
            "logo",
            {"logo": base64.b64encode(by.picture("JPEG", (9, 9)) + b"\0" * 204_800).decode()},
            ["/logo"] * 3,
        ),
    ],
)
def test_preview_reports_every_fault(
    world: World, service: str, body: Any, pointers: list[str]
) -> None:
    by.know_eligible(world)
    answer = world.call(f"POST /e-receipts/services/{service}/preview", body)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == pointers


def test_preview_of_an_unknown_service_is_not_found(world: World) -> None:
    by.know_eligible(world)
    answer = world.call("GET /e-receipts/services/banner/preview")
    assert answer.problem == "additional-service-unknown"


# --- the page


def test_page_is_shown_to_whoever_knows_the_three_numbers(world: World) -> None:
    receipts.store(world)
    answer = world.call(f"GET {receipts.PAGE}", who="nobody")
    assert answer.status == 200
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["x-robots-tag"].startswith("noindex")
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["content-disposition"].startswith("inline")
    assert "РОМАШКА" in answer.body.decode()


@pytest.mark.parametrize(
    "path",
    [
        f"/r/{receipts.DRIVE}/{receipts.NUMBER}/{receipts.SIGN + 1}",
        f"/r/{receipts.DRIVE}/{receipts.NUMBER + 1}/{receipts.SIGN}",
        f"/r/9960440300412359/{receipts.NUMBER}/{receipts.SIGN}",
        f"/r/{receipts.DRIVE}/0{receipts.NUMBER}/{receipts.SIGN}",
        f"/r/{receipts.DRIVE}/{receipts.NUMBER}/0{receipts.SIGN}",
        f"/r/{receipts.DRIVE}/{receipts.NUMBER}/%D9%A3",
        f"/r/{receipts.DRIVE}/%D9%A3/{receipts.SIGN}",
        f"/r/{receipts.DRIVE}/99999999999999999999/{receipts.SIGN}",
        f"/r/x/{receipts.NUMBER}/{receipts.SIGN}",
    ],
)
def test_page_is_not_found_unless_the_three_numbers_are_right(world: World, path: str) -> None:
    receipts.store(world)
    answer = world.call(f"GET {path}", who="nobody")
    assert (answer.status, answer.problem) == (404, "receipt-unknown")


def test_page_has_the_logo_while_the_service_is_active(world: World) -> None:
    by.know_eligible(world)
    receipts.store(world)
    receipts.approve(world, by.logo_form(), by.LOGO)
    picture = b'<img src="data:image/png'
    assert picture in world.call(f"GET {receipts.PAGE}", who="nobody").body
    world.ok("PUT /e-receipts/services/logo", {"enabled": False})
    assert picture not in world.call(f"GET {receipts.PAGE}", who="nobody").body


def test_page_is_shown_if_the_logo_is_missing_in_the_bucket(world: World) -> None:
    by.know_eligible(world)
    receipts.store(world)
    receipts.approve(world, by.logo_form(), by.LOGO)
    (item,) = world.items(E_RECEIPTS, "service#logo")
    bucket = cloud.physical_name("ApplicationsBucket")
    cloud.client("s3").delete_object(Bucket=bucket, Key=item["logo_key"])
    assert world.call(f"GET {receipts.PAGE}", who="nobody").status == 200
