"""What carriers report about receipts is counted once, with the reason, and billed as agreed."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.notification.report import REPORTS
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from chalicelib.services.e_receipts.settings import EReceiptsSettings
from tests.support import receipts
from tests.support.world import World

BOUNCE = {"bounceType": "Permanent", "bounceSubType": "General"}
FULL = {"bounceType": "Transient", "bounceSubType": "MailboxFull"}
SUPPRESSED = {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"}
REFERENCE = f"receipt-{receipts.DRIVE}-{receipts.NUMBER:010}"


def event(kind: str, bounce: dict[str, str] | None = None, message: str = REFERENCE) -> Any:
    """Return an event as SES publishes it, without what the product does not read."""
    tags = {
        "ses:configuration-set": ["test-mail-events"],
        "ses:from-domain": ["ofd.example.ru"],
        "client": ["client-1"],
        "message": [message],
    }
    mail = {"messageId": "0100", "destination": [receipts.EMAIL], "tags": tags}
    return {"eventType": kind, "mail": mail} | ({"bounce": bounce} if bounce else {})


def counted(world: World, channel: str = "email") -> dict[str, Any]:
    query = {"from": "2026-11-20", "to": "2026-12-20"}
    shown = world.get("/e-receipts/statistics", query=query)
    total = shown["totals"][channel]
    names = ("sent", "delivered", "undelivered", "cost_kopecks")
    return {name: total[name] for name in names} | {"reasons": shown["reasons"][channel]}


def hear(world: World, *events: Any) -> None:
    for message in events:
        world.send(REPORTS, message)
        world.drain()


@pytest.fixture
def sent(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Yield a world in which an e-mailed receipt costs a rouble and has been sent."""
    monkeypatch.setenv("EMAIL_KOPECKS", "100")
    EReceiptsSettings.load.cache_clear()
    receipts.switch_on(world)
    receipts.deliver(world, receipts.EMAIL)
    yield world
    EReceiptsSettings.load.cache_clear()


def test_email_names_what_its_reports_will_name(world: World) -> None:
    tags: list[Any] = []

    def around(perform: Any) -> Any:
        cells = [cell.cell_contents for cell in perform.__closure__]
        tags.extend(cell for cell in cells if isinstance(cell, dict) and "EmailTags" in cell)
        return perform()

    receipts.switch_on(world)
    world.around = around
    receipts.deliver(world, receipts.EMAIL)
    (call,) = tags
    assert call["ConfigurationSetName"] == "test-mail-events"
    assert {tag["Name"]: [tag["Value"]] for tag in call["EmailTags"]}.items() <= event("Delivery")[
        "mail"
    ]["tags"].items()


def test_delivery_is_counted_once(sent: World) -> None:
    assert counted(sent)["delivered"] == 0
    hear(sent, event("Delivery"), event("Delivery"))
    assert counted(sent) == {
        "sent": 1,
        "delivered": 1,
        "undelivered": 0,
        "cost_kopecks": 100,
        "reasons": {},
    }


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (event("Bounce", BOUNCE), "email-bounced"),
        (event("Bounce", FULL), "email-unreachable"),
        (event("Bounce", SUPPRESSED), "email-suppressed"),
        (event("Reject"), "email-rejected"),
    ],
)
def test_undelivered_is_counted_with_its_reason(sent: World, told: Any, reason: str) -> None:
    hear(sent, told, told)
    assert counted(sent)["undelivered"] == 1
    assert counted(sent)["reasons"] == {reason: 1}
    (kept,) = sent.items(E_RECEIPTS, "delivery#")
    assert (kept["outcome"], kept["reason"]) == ("undelivered", reason)


@pytest.mark.parametrize("order", [*itertools.permutations(["Delivery", "Bounce", "Delivery"])])
def test_email_that_came_back_is_undelivered_in_any_order(sent: World, order: Any) -> None:
    hear(sent, *(event(kind, BOUNCE if kind == "Bounce" else None) for kind in order))
    shown = counted(sent)
    assert (shown["delivered"], shown["undelivered"]) == (0, 1)
    assert shown["cost_kopecks"] == 100, "the tariff bills what is handed over"


@pytest.mark.parametrize("order", [*itertools.permutations(["Delivery", "Bounce"])])
def test_tariff_may_bill_the_delivery_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, order: Any
) -> None:
    monkeypatch.setenv("RECEIPTS_BILLED_ON", "delivered")
    EReceiptsSettings.load.cache_clear()
    receipts.switch_on(world)
    receipts.deliver(world, receipts.PHONE)
    assert counted(world, "sms")["cost_kopecks"] == 0
    hear(world, event("Delivery"))
    assert counted(world, "sms")["cost_kopecks"] == 360
    receipts.deliver(world, receipts.PHONE, fiscalDocumentNumber=5)
    other = f"receipt-{receipts.DRIVE}-{5:010}"
    hear(world, *(event(kind, BOUNCE if kind == "Bounce" else None, other) for kind in order))
    EReceiptsSettings.load.cache_clear()
    assert counted(world, "sms")["cost_kopecks"] == 360
    assert counted(world, "sms")["sent"] == 2


def test_report_counts_on_the_day_of_the_sending(sent: World) -> None:
    sent.advance(days=2)
    hear(sent, event("Delivery"))
    day = sent.get("/e-receipts/statistics", query={"from": "2026-11-24", "to": "2026-11-24"})
    assert day["totals"]["email"]["delivered"] == 1


def test_report_that_overtakes_the_record_waits(world: World) -> None:
    """The process stops after the carrier took the e-mail and before the record."""
    receipts.switch_on(world)
    receipts.request_delivery(world, receipts.EMAIL)

    def lose_answer(perform: Any) -> Any:
        answer = perform()
        if world.calls[-1].operation == "SendEmail":
            raise TimeoutError
        return answer

    world.relay()
    world.around = lose_answer
    world.deliver()
    world.around = lambda perform: perform()
    world.send(REPORTS, event("Delivery"))
    world.deliver()
    assert world.postponed()
    world.drain()
    assert world.dead == []
    assert counted(world)["delivered"] == 1


def test_reports_about_other_messages_change_nothing(sent: World) -> None:
    complaint = event("Complaint") | {"complaint": {}}
    hear(sent, complaint, event("Bounce", BOUNCE, "mail-1"), event("Delivery", message="mail-1"))
    untagged = event("Delivery")
    del untagged["mail"]["tags"]
    hear(sent, untagged)
    assert counted(sent)["delivered"] == counted(sent)["undelivered"] == 0
    assert sent.dead == []


def test_statistics_kept_before_reports_existed_are_shown(sent: World) -> None:
    (item,) = sent.items(E_RECEIPTS, "statistics#")
    assert "delivered" not in item
    assert counted(sent)["sent"] == 1
