"""A receipt is sent to its buyer once, by a channel that is on, and counted."""

import datetime as dt
import email
import email.policy
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.core.fiscal.model import DeliveryRequested
from chalicelib.core.fiscal.store import DELIVERIES
from chalicelib.core.notification.deduplication import send_once
from chalicelib.core.notification.store import LEASE
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.services.e_receipts import rules, store
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from chalicelib.services.e_receipts.contact import Channel
from chalicelib.services.e_receipts.model import Counters
from tests.support import applications as by
from tests.support import cloud, receipts
from tests.support.world import World

DAY = "2026-11-24"


def statistics(world: World, first: str = DAY, last: str = DAY) -> Any:
    return world.get("/e-receipts/statistics", query={"from": first, "to": last})


def counted(**numbers: int) -> dict[str, int]:
    return Counters(**numbers).model_dump()


def total(world: World, channel: str) -> dict[str, int]:
    counted: dict[str, int] = statistics(world, last="2027-01-31")["totals"][channel]
    return counted


def refusing(operation: str, code: str, message: str = "", times: int = 100) -> Any:
    """Return a hook that makes the provider refuse ``times`` calls."""
    left = [times]

    def around(perform: Any) -> Any:
        call = perform.__closure__
        names = [cell.cell_contents for cell in call if isinstance(cell.cell_contents, str)]
        if operation in names and left[0]:
            left[0] -= 1
            raise ClientError({"Error": {"Code": code, "Message": message}}, operation)
        return perform()

    return around


def sent_mail(world: World) -> Any:
    (mail,) = world.mails()
    return email.message_from_string(mail.raw_data, policy=email.policy.default)


def test_receipt_is_sent_to_a_telephone(world: World) -> None:
    receipts.switch_on(world, "sms")
    receipts.deliver(world, "8 (916) 123-45-67")
    ((to, text),) = world.texts()
    assert to == "+79161234567"
    assert text.startswith("РОМАШКА: чек 1285,21р 24.11.26 12:05")
    assert text.endswith(f"{cloud.PARAMETERS['PublicUrl']}{receipts.PAGE}")
    assert total(world, "sms") == counted(sent=1, parts=2, failed=0, cost_kopecks=360)
    assert total(world, "email") == Counters().model_dump()


def test_receipt_is_sent_to_an_email_address(world: World) -> None:
    receipts.switch_on(world, "email")
    receipts.deliver(world, receipts.EMAIL)
    mail = sent_mail(world)
    assert mail["To"] == receipts.EMAIL
    assert mail["Subject"] == 'Кассовый чек на 1\u00a0285,21 ₽ — ООО "РОМАШКА"'
    assert receipts.PAGE in mail.get_body(("plain",)).get_content()
    assert receipts.PAGE in mail.get_body(("html",)).get_content()
    pictures = {
        part["Content-ID"] for part in mail.walk() if part.get_content_maintype() == "image"
    }
    assert pictures == {"<qr>"}
    assert total(world, "email") == counted(sent=1, parts=0, failed=0, cost_kopecks=0)
    assert world.texts() == []


@pytest.mark.parametrize("to", [receipts.PHONE, receipts.EMAIL, "nowhere"])
def test_channel_that_is_off_sends_and_counts_nothing(world: World, to: str) -> None:
    receipts.switch_on(world)
    for channel in ("sms", "email"):
        world.ok(f"PUT /e-receipts/channels/{channel}", {"enabled": False})
    receipts.deliver(world, to)
    assert (world.texts(), world.mails(), world.dead) == ([], [], [])
    assert not world.items(E_RECEIPTS, "delivery#")
    assert statistics(world)["days"] == []


def test_channels_are_off_until_switched_on(world: World) -> None:
    receipts.deliver(world, receipts.PHONE)
    assert world.texts() == []


def test_channels_are_switched_separately(world: World) -> None:
    receipts.switch_on(world, "email")
    receipts.deliver(world, receipts.PHONE)
    receipts.deliver(world, receipts.EMAIL, fiscalDocumentNumber=709)
    assert (len(world.texts()), len(world.mails())) == (0, 1)


@pytest.mark.parametrize("to", ["", "  "])
def test_receipt_without_a_contact_is_not_counted(world: World, to: str) -> None:
    receipts.switch_on(world)
    receipts.deliver(world, to)
    assert statistics(world)["days"] == []
    assert world.dead == []


@pytest.mark.parametrize(
    ("to", "channel", "reason"),
    [("123", "sms", "phone-malformed"), ("ivan@", "email", "email-malformed")],
)
def test_unusable_contact_is_counted_as_failed_with_the_reason(
    world: World, to: str, channel: str, reason: str
) -> None:
    receipts.switch_on(world)
    receipts.deliver(world, to)
    (kept,) = world.items(E_RECEIPTS, "delivery#")
    assert kept["reason"] == reason
    assert total(world, channel) == counted(sent=0, parts=0, failed=1, cost_kopecks=0)
    assert world.dead == []


def test_number_refused_by_the_provider_is_counted_as_failed(world: World) -> None:
    receipts.switch_on(world)
    receipts.request_delivery(world)
    message = "Invalid parameter: PhoneNumber Reason: +79161234567 is not valid to publish to"
    world.around = refusing("Publish", "InvalidParameter", message)
    world.drain()
    (kept,) = world.items(E_RECEIPTS, "delivery#")
    assert kept["reason"] == "phone-refused"
    assert total(world, "sms")["failed"] == 1
    assert world.dead == []


def test_repeated_message_sends_nothing(world: World) -> None:
    receipts.switch_on(world)
    for _ in range(3):
        receipts.request_delivery(world)
    world.drain()
    world.advance(days=30)
    receipts.deliver(world)
    assert len(world.texts()) == 1
    assert total(world, "sms")["sent"] == 1
    assert world.dead == []


OUTAGES = [
    ("Publish", receipts.PHONE, "ServiceUnavailable"),
    ("SendEmail", receipts.EMAIL, "SendingPausedException"),
]


def during(world: World, operation: str, code: str, **lasts: float) -> Any:
    """Return a hook that makes the provider refuse calls until the outage ends."""
    end = world.moment + dt.timedelta(**lasts)
    refuse = refusing(operation, code, times=1_000_000)

    def around(perform: Any) -> Any:
        return refuse(perform) if world.moment < end else perform()

    return around


@pytest.mark.parametrize(("operation", "to", "code"), OUTAGES)
def test_receipts_wait_for_a_carrier_through_a_day_of_outage(
    world: World, operation: str, to: str, code: str
) -> None:
    receipts.switch_on(world)
    other = receipts.EMAIL if to == receipts.PHONE else receipts.PHONE
    for number in range(1, 4):
        receipts.request_delivery(world, to, fiscalDocumentNumber=number)
    receipts.request_delivery(world, other, fiscalDocumentNumber=7)
    world.around = during(world, operation, code, days=1)
    began = world.moment
    world.relay()
    world.deliver()
    assert len(world.texts()) + len(world.mails()) == 1, "the other carrier is not waited for"
    world.drain()
    attempts = [call for call in world.calls if call.operation == operation]
    assert len(world.texts()) + len(world.mails()) == 4
    assert (world.dead, world.outbox()) == ([], [])
    assert dt.timedelta(days=1) <= world.moment - began < dt.timedelta(days=1, minutes=20)
    assert len(attempts) < 3 * 110, "the delay grows to a quarter of an hour"
    channel = "sms" if operation == "Publish" else "email"
    assert (total(world, channel)["sent"], total(world, channel)["failed"]) == (3, 0)


def test_wait_is_reported_under_the_queue(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    receipts.switch_on(world)
    receipts.request_delivery(world)
    world.around = during(world, "Publish", "Throttling", hours=1)
    world.drain()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    (described,) = {
        tuple(names)
        for line in lines
        for each in line["_aws"]["CloudWatchMetrics"]
        for names in each["Dimensions"]
    }
    assert set(described) == {"service", "queue"}
    waits = [line["LongestWaitSeconds"][0] for line in lines if line["queue"] == "Deliveries"]
    assert waits == sorted(waits)
    assert waits[0] == 0
    assert 900 < waits[-1] <= 3600


def test_carrier_that_is_unavailable_is_called_once_for_a_batch(world: World) -> None:
    receipts.switch_on(world)
    for number in range(1, 7):
        receipts.request_delivery(world, fiscalDocumentNumber=number)
    world.around = during(world, "Publish", "Throttling", minutes=1)
    world.relay()
    world.deliver()
    assert [call.operation for call in world.calls].count("Publish") == 1
    world.drain()
    assert len(world.texts()) == 6


def test_carrier_that_throttles_delivers_everything_once(world: World) -> None:
    receipts.switch_on(world)
    for number in range(1, 21):
        receipts.request_delivery(world, fiscalDocumentNumber=number)
    served: dict[dt.datetime, int] = {}

    def around(perform: Any) -> Any:
        if world.calls[-1].operation == "Publish":
            second = world.moment.replace(microsecond=0)
            served[second] = served.get(second, 0) + 1
            if served[second] > 3:
                raise ClientError({"Error": {"Code": "Throttling", "Message": ""}}, "Publish")
        return perform()

    world.around = around
    world.drain()
    assert len(world.texts()) == 20
    assert total(world, "sms")["sent"] == 20
    assert world.dead == []


def test_receipt_goes_to_the_dead_letters_after_the_longest_wait(world: World) -> None:
    receipts.switch_on(world)
    message = receipts.request_delivery(world)
    world.relay()
    world.around = refusing("Publish", "ServiceUnavailable", times=1_000_000)
    world.deliver()
    assert world.dead == []
    world.advance(days=14)
    world.drain()
    ((queue, body),) = world.dead
    assert queue == "Deliveries"
    assert total(world, "sms") == Counters().model_dump()
    world.around = lambda perform: perform()
    world.send(DELIVERIES, message)
    world.drain()
    assert str(message["document_number"]) in body
    assert len(world.texts()) == 1


def test_crash_between_the_postponement_and_the_end_of_the_delivery(world: World) -> None:
    receipts.switch_on(world)
    message = receipts.request_delivery(world)
    world.relay()
    world.around = during(world, "Publish", "Throttling", minutes=1)
    world.deliver()
    assert world.postponed()
    world.send(DELIVERIES, message)
    world.drain()
    assert len(world.texts()) == 1
    assert total(world, "sms")["sent"] == 1
    assert world.dead == []


def test_missing_right_is_a_defect_that_is_not_waited_for(world: World) -> None:
    receipts.switch_on(world)
    receipts.request_delivery(world)
    world.around = refusing("Publish", "AuthorizationError")
    began = world.moment
    world.drain()
    assert len(world.dead) == 1
    assert world.moment - began < dt.timedelta(hours=1)


def test_delivery_without_an_answer_is_repeated_after_the_lease(world: World) -> None:
    receipts.switch_on(world)
    receipts.request_delivery(world)
    silent = [True]

    def around(perform: Any) -> Any:
        if world.calls[-1].operation == "Publish" and silent.pop(0) if silent else False:
            raise ReadTimeoutError(endpoint_url="https://sns")
        return perform()

    world.around = around
    started = world.moment
    world.drain()
    assert len(world.texts()) == 1
    assert world.moment - started >= LEASE


def test_failed_message_does_not_fail_its_batch(world: World) -> None:
    receipts.switch_on(world)
    world.send(DELIVERIES, {"client_id": "client-1", "fiscal_drive": "x", "document_number": 1})
    world.send(
        DELIVERIES,
        {"client_id": "client-1", "fiscal_drive": receipts.DRIVE, "document_number": 9},
    )
    receipts.request_delivery(world)
    world.drain()
    assert len(world.texts()) == 1
    assert len(world.dead) == 2


def test_receipt_of_another_client_is_not_delivered(world: World) -> None:
    receipts.switch_on(world)
    message = receipts.store(world, "client-2", buyerPhoneOrAddress=receipts.PHONE)
    world.send(DELIVERIES, message | {"client_id": "client-1"})
    world.drain()
    assert world.texts() == []
    assert len(world.dead) == 1


def test_sms_has_the_brand_while_it_is_approved_and_switched_on(world: World) -> None:
    by.know_eligible(world)
    receipts.switch_on(world)
    application = by.in_review(world, by.brand_form("Ёлка"))
    receipts.deliver(world, fiscalDocumentNumber=1)
    by.decide(world, application)
    receipts.deliver(world, fiscalDocumentNumber=2)
    world.ok("PUT /e-receipts/services/branded-message", {"enabled": False})
    receipts.deliver(world, fiscalDocumentNumber=3)
    world.ok("PUT /e-receipts/services/branded-message", {"enabled": True})
    receipts.deliver(world, fiscalDocumentNumber=4)
    names = [text.partition(":")[0] for _, text in world.texts()]
    assert names == ['ООО "РОМАШКА"', "Ёлка", 'ООО "РОМАШКА"', "Ёлка"]


def test_email_has_the_logo_while_it_is_approved_and_switched_on(world: World) -> None:
    by.know_eligible(world)
    receipts.switch_on(world)
    receipts.approve(world, by.logo_form(), by.LOGO)
    decisions = len(world.mails())
    receipts.deliver(world, receipts.EMAIL, fiscalDocumentNumber=1)
    world.ok("PUT /e-receipts/services/logo", {"enabled": False})
    receipts.deliver(world, receipts.EMAIL, fiscalDocumentNumber=2)
    shown = ["Content-ID: <logo>" in mail.raw_data for mail in world.mails()[decisions:]]
    assert shown == [True, False]


def test_statistics_equal_the_sums_of_the_deliveries(world: World) -> None:
    receipts.switch_on(world)
    contacts = [receipts.PHONE, receipts.EMAIL, "ivan@", "123", "+375 29 123-45-67"]
    for number in range(1, 21):
        names = {"user": "ООО «" + "Х" * (number * 7) + "»"}
        receipts.request_delivery(world, contacts[number % 5], fiscalDocumentNumber=number, **names)
        if number % 7 == 0:
            world.drain()
            world.advance(days=1)
    world.drain()
    kept = world.items(E_RECEIPTS, "delivery#")
    assert len(kept) == 20
    recount: dict[tuple[str, str], Counters] = {}
    for item in kept:
        place = item["day"], item["channel"]
        counted = Counters(**{name: item[name] for name in Counters.model_fields})
        recount[place] = recount.get(place, Counters()) + counted
    shown = statistics(world, last="2026-12-31")
    reported = {(day.pop("day"), day.pop("channel")): Counters(**day) for day in shown["days"]}
    assert reported == recount
    assert len(reported) == 6
    for channel, counted in shown["totals"].items():
        of_channel = [counters for (_, which), counters in recount.items() if which == channel]
        assert Counters(**counted) == sum(of_channel, Counters())
    assert shown["totals"]["sms"]["sent"] == len(world.texts())
    assert shown["totals"]["email"]["sent"] == len(world.mails())
    assert shown["cost_kopecks"] == shown["totals"]["sms"]["parts"] * 180


def test_process_that_exceeds_its_lease_is_not_counted_twice(world: World) -> None:
    counted = Counters(sent=1, parts=2, cost_kopecks=360)
    message = {"client_id": "client-1", "fiscal_drive": receipts.DRIVE, "document_number": 1}
    requested = DeliveryRequested.model_validate(message)
    sending, reference = store.sending(requested), store.reference(requested)

    def record() -> Any:
        return store.delivered(reference, Channel.SMS, counted)

    def slow() -> Any:
        with clock.at(clock.now() + LEASE + dt.timedelta(seconds=1)):
            assert send_once(sending, record), (
                "the lease has expired, so another process takes over"
            )
        return record()

    with world.running("deliver_receipt"):
        assert not send_once(sending, slow)
        assert not send_once(sending, record)
    assert total(world, "sms") == counted.model_dump()


def test_deliveries_of_a_day_share_several_items_of_statistics(world: World) -> None:
    """Transactions on one item wait for one another."""
    receipts.switch_on(world)
    for number in range(1, 13):
        receipts.request_delivery(world, fiscalDocumentNumber=number)
    world.drain()
    shares = [item["sent"] for item in world.items(E_RECEIPTS, "statistics#")]
    assert shares == [3] * store.SHARES
    with world.running("deliver_receipt"):
        transact([E_RECEIPTS.count("client-1", f"statistics#{DAY}#sms", {"sent": 5})])
    (day,) = statistics(world)["days"]
    assert (day["sent"], total(world, "sms")["sent"]) == (17, 17)
    assert rules.MOST_SHARES == store.SHARES + 1
