"""Trials and subscriptions of registers through the API."""

import datetime as dt

import pytest

from chalicelib.services.integration_1c.resources import INTEGRATION_1C
from tests.support import onec, steps
from tests.support.world import World

TRIAL = f"POST /integration-1c/registers/{onec.REGISTER}/trial"
SUBSCRIPTION = f"POST /integration-1c/registers/{onec.REGISTER}/subscription"


def test_registers_are_listed_with_access_and_prices(world: World) -> None:
    onec.know_register(world)
    assert onec.tariff(world) == {
        "register_id": onec.REGISTER,
        "model": "АТОЛ 27Ф",
        "shop_id": None,
        "state": "none",
        "until": None,
        "trial_available": True,
        "trial_days": 14,
        "prices": {"month_kopecks": 200_00, "year_kopecks": 2_000_00},
    }


def test_list_of_many_registers_takes_three_reads(world: World) -> None:
    for number in range(30):
        onec.know_register(world, register_id=f"00048172360{number:05}")
    world.calls.clear()
    tariffs = world.get("/integration-1c/registers", query={"limit": 100})["items"]
    assert len(tariffs) == 30
    assert [call.operation for call in world.calls] == ["Query", "BatchGetItem", "BatchGetItem"]


def test_client_without_registers_gets_an_empty_list(world: World) -> None:
    assert world.get("/integration-1c/registers")["items"] == []


def test_register_has_one_trial_whoever_owns_it(world: World) -> None:
    onec.know_register(world)
    begun = onec.begin_trial(world)
    assert (begun["state"], begun["until"]) == ("trial", "2026-12-07")
    assert onec.tariff(world) == begun
    assert not begun["trial_available"]
    assert world.call(TRIAL).problem == "access-in-force"
    world.advance(days=14)
    assert onec.tariff(world)["state"] == "expired"
    assert world.call(TRIAL).problem == "trial-used"

    steps.know_organisation(world, "client-2")
    steps.know_register(world, "client-2")
    (theirs,) = world.get("/integration-1c/registers", who="other_client")["items"]
    assert (theirs["state"], theirs["trial_available"]) == ("none", False)
    assert world.call(TRIAL, who="other_client").problem == "trial-used"


def test_last_day_of_a_trial_is_by_moscow_time(world: World) -> None:
    onec.know_register(world)
    onec.begin_trial(world)
    world.moment = dt.datetime(2026, 12, 7, 20, 59, tzinfo=dt.UTC)
    assert onec.tariff(world)["state"] == "trial"
    world.moment = dt.datetime(2026, 12, 7, 21, 0, tzinfo=dt.UTC)
    assert onec.tariff(world)["state"] == "expired"


@pytest.mark.parametrize("route", [TRIAL, SUBSCRIPTION])
def test_register_of_another_client_is_not_found(world: World, route: str) -> None:
    onec.know_register(world)
    body = {"period": "month"} if route == SUBSCRIPTION else None
    assert world.call(route, body, who="other_client").problem == "register-unknown"
    assert world.call(route, body, who="operator").status == 403


def test_subscription_begins_when_paid(world: World) -> None:
    onec.know_register(world)
    ordered = onec.subscribe(world)
    assert ordered["status"] == "invoiced"
    assert ordered["invoice"]["total_kopecks"] == 200_00
    assert onec.REGISTER in ordered["invoice"]["lines"][0]["title"]
    assert onec.tariff(world)["state"] == "none"
    world.advance(days=2)
    onec.pay(world, ordered)
    paid = onec.tariff(world)
    assert (paid["state"], paid["until"]) == ("active", "2026-12-25")
    (mail,) = world.mails()
    assert "касса 0004817236006552 подключена" in mail.subject


def test_renewal_begins_after_the_trial_or_paid_period(world: World) -> None:
    onec.know_register(world)
    onec.begin_trial(world)
    onec.pay(world, onec.subscribe(world))
    assert (onec.tariff(world)["state"], onec.tariff(world)["until"]) == ("trial", "2027-01-07")
    onec.pay(world, onec.subscribe(world, "year"))
    assert onec.tariff(world)["until"] == "2028-01-07"
    world.advance(days=14)
    assert onec.tariff(world)["state"] == "active"


def test_same_idempotency_key_creates_one_subscription(world: World) -> None:
    onec.know_register(world)
    orders = [world.ok(SUBSCRIPTION, {"period": "year"}, key="one") for _ in range(2)]
    assert orders[0] == orders[1]
    assert len(world.items(INTEGRATION_1C, "subscription#")) == 1


@pytest.mark.parametrize("body", [{"period": "week"}, {}, {"period": "month", "days": 3}])
def test_other_periods_are_refused(world: World, body: object) -> None:
    onec.know_register(world)
    assert world.call(SUBSCRIPTION, body).problem == "payload-invalid"


def test_unpaid_subscription_expires_without_access(world: World) -> None:
    onec.know_register(world)
    onec.subscribe(world)
    world.advance(days=7)
    world.run("expire_invoices")
    world.drain()
    (stored,) = world.items(INTEGRATION_1C, "subscription#")
    assert [change["status"] for change in stored["history"]] == ["invoiced", "expired"]
    assert onec.tariff(world)["state"] == "none"


def reminders(world: World) -> list[str]:
    return [mail.body for mail in world.mails() if "заканчивается срок" in mail.subject]


def test_client_is_reminded_once_a_week_before_the_end(world: World) -> None:
    onec.know_register(world)
    steps.know_register(world, register_id="0004817236016551")
    onec.begin_trial(world)
    onec.begin_trial(world, "0004817236016551")

    def run() -> list[str]:
        world.run("remind_of_ending_access")
        world.drain()
        return reminders(world)

    world.moment = dt.datetime(2026, 11, 29, 20, 59, tzinfo=dt.UTC)
    assert run() == []
    world.moment = dt.datetime(2026, 11, 29, 21, 0, tzinfo=dt.UTC)
    (letter,) = run()
    assert onec.REGISTER in letter
    assert "0004817236016551: по 07.12.2026" in letter
    world.advance(hours=1)
    assert len(run()) == 1

    onec.pay(world, onec.subscribe(world))
    world.moment = dt.datetime(2026, 12, 31, 22, tzinfo=dt.UTC)
    assert len(run()) == 2, "of the new end"
    assert "0004817236016551" not in reminders(world)[1]


def test_ended_access_causes_no_reminder(world: World) -> None:
    onec.know_register(world)
    onec.begin_trial(world)
    world.advance(days=20)
    world.run("remind_of_ending_access")
    world.drain()
    assert reminders(world) == []
    assert world.outbox() == []
