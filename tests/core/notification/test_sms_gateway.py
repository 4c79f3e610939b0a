"""SMS go to a gateway that throttles, is slow or down, loses answers and reports in any order."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from chalicelib.core.notification.carrier import CarrierUnavailable, RecipientRefused, Reference
from chalicelib.core.notification.settings import SmsSettings
from chalicelib.core.notification.sms import SMS, Sms
from chalicelib.core.notification.sms_gateway import SmsGateway
from tests.support import cloud, receipts, sms_gateway
from tests.support.sms_gateway import TOKEN, Gateway
from tests.support.world import World

REFERENCE = Reference("client-1", f"receipt-{receipts.DRIVE}-0000000001")
MESSAGE = Sms("+79161234567", "Чек 100р", REFERENCE)
SECONDS = 0.3


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with sms_gateway.running() as running:
        yield running


def adapter(gateway: Gateway, token: str = TOKEN) -> SmsGateway:
    settings = SmsSettings(
        sms_sender="OFD", sms_gateway_url=gateway.url, sms_gateway_token=SecretStr(token)
    )
    return SmsGateway(settings, seconds=SECONDS)


def test_message_is_accepted_once(gateway: Gateway) -> None:
    for _ in range(2):
        adapter(gateway).send(MESSAGE)
    assert gateway.taken == {
        str(REFERENCE): {
            "id": str(REFERENCE),
            "to": MESSAGE.to,
            "text": MESSAGE.text,
            "sender": "OFD",
        }
    }


def test_throttling_is_waited_for_as_long_as_the_gateway_asks(gateway: Gateway) -> None:
    gateway.throttle = 1
    with pytest.raises(CarrierUnavailable) as raised:
        adapter(gateway).send(MESSAGE)
    assert raised.value.after == dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    "trouble", [{"down": True}, {"delay": SECONDS * 3}, {"lose_answers": True}], ids=str
)
def test_trouble_of_the_gateway_is_waited_for(gateway: Gateway, trouble: dict[str, Any]) -> None:
    before = dict(vars(gateway))
    vars(gateway).update(trouble)
    with pytest.raises(CarrierUnavailable):
        adapter(gateway).send(MESSAGE)
    vars(gateway).update({name: before[name] for name in trouble})
    adapter(gateway).send(MESSAGE)
    assert len(gateway.taken) == 1


def test_unknown_token_and_closed_port_are_waited_for(gateway: Gateway) -> None:
    with pytest.raises(CarrierUnavailable):
        adapter(gateway, "another").send(MESSAGE)
    gateway.url = "http://127.0.0.1:1/sms"
    with pytest.raises(CarrierUnavailable):
        adapter(gateway).send(MESSAGE)


def test_refused_number_is_refused_for_good(gateway: Gateway) -> None:
    gateway.unknown_numbers = {MESSAGE.to}
    with pytest.raises(RecipientRefused) as raised:
        adapter(gateway).send(MESSAGE)
    assert raised.value.reason == "phone-refused"


@pytest.fixture
def chosen(world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """Yield the gateway of a deployment that has chosen it."""
    receipts.switch_on(world)
    cloud.grants()  # remembered with the names of other tests
    monkeypatch.setenv(SMS.variable, "gateway")
    monkeypatch.setenv("SMS_GATEWAY_URL", gateway.url)
    monkeypatch.setenv("SMS_GATEWAY_TOKEN", TOKEN)
    SmsSettings.load.cache_clear()
    yield gateway
    SmsSettings.load.cache_clear()


def report(world: World, message_id: str, status: str, token: str | None = None) -> int:
    """Report as the gateway does; return the status of the answer."""
    secret = cloud.SECRETS["service-menu/sms-report-token"] if token is None else token
    body = {"id": message_id, "status": status, "at": "2026-11-24T12:05:00Z", "parts": 2}
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    answer = world.call("POST /carriers/sms/reports", body, who="nobody", key="", headers=headers)
    return answer.status


def sms(world: World) -> dict[str, int]:
    query = {"from": "2026-11-24", "to": "2026-11-30"}
    shown = world.get("/e-receipts/statistics", query=query)
    return shown["totals"]["sms"] | {"reasons": shown["reasons"]["sms"]}


def test_receipts_go_through_trouble_and_reports_in_any_order(
    world: World, chosen: Gateway
) -> None:
    for number in range(1, 7):
        receipts.request_delivery(world, fiscalDocumentNumber=number)
    chosen.throttle, chosen.lose_answers = 2, True
    world.relay()
    world.deliver()
    assert len(chosen.taken) == 0
    world.advance(minutes=1)
    world.deliver()
    chosen.lose_answers = False
    world.drain()
    assert len(chosen.taken) == 6
    assert world.texts() == []
    ids = list(chosen.taken)
    final = ["delivered", "delivered", "delivered", "expired", "rejected"]
    for name, status in zip(ids, final, strict=False):
        for told in (status, "sent", status, "accepted"):
            assert report(world, name, told) == 204
    world.drain()
    assert report(world, ids[0], "delivered") == 204
    world.drain()
    counted = sms(world)
    assert (counted["sent"], counted["delivered"], counted["undelivered"]) == (6, 3, 2)
    assert counted["reasons"] == {"sms-expired": 1, "sms-rejected": 1}
    assert world.dead == []


@pytest.mark.parametrize("token", ["", "another", "a token of the tests", "ё"])
def test_report_without_the_token_is_refused(world: World, chosen: Gateway, token: str) -> None:
    receipts.deliver(world)
    (message_id,) = chosen.taken
    assert report(world, message_id, "delivered", token) == 401
    world.drain()
    assert sms(world)["delivered"] == 0


@pytest.mark.parametrize("message_id", ["", "client-1", "a.b.c", "../x.y", "client-1.receipt#1"])
def test_report_about_no_message_of_ours_is_refused(world: World, message_id: str) -> None:
    assert report(world, message_id, "delivered") == 422


def test_report_about_an_unknown_message_is_taken_and_has_no_effect(world: World) -> None:
    assert report(world, "client-1.receipt-1-0000000001", "delivered") == 204
    assert report(world, "client-1.something", "delivered") == 204
    world.drain()
    assert world.dead == []
