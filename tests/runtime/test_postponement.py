"""A postponed message is put on its queue again, whole, before the delivered copy ends."""

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.runtime import clock
from chalicelib.runtime.notify import MAIL
from chalicelib.runtime.postponement import LONGEST_WAIT, TryLater, postpone
from tests.support import cloud
from tests.support.world import World

LETTER = {
    "client_id": "client-1",
    "mail_id": "mail-1",
    "to": "smirnova@example.ru",
    "subject": "Заказ оплачен",
    "text": "Здравствуйте!",
}


def record(**attributes: str) -> dict[str, Any]:
    """Return a message as Lambda delivers it."""
    described = {
        name: {"dataType": "String", "stringValue": value, "binaryListValues": []}
        for name, value in attributes.items()
    }
    return {"messageId": "m-1", "body": "{}", "messageAttributes": described}


def waiting(world: World) -> list[tuple[float, dict[str, str]]]:
    """Return the delay and the attributes of the messages that wait in the queue Mail."""
    cloud.end_delays(set(delays := cloud.delays()))
    messages = cloud.client("sqs").receive_message(
        QueueUrl=MAIL.physical_name, MessageAttributeNames=["All"], MaxNumberOfMessages=10
    )
    return [
        (
            round(delays[message["MessageId"]]),
            {name: value["StringValue"] for name, value in message["MessageAttributes"].items()},
        )
        for message in messages.get("Messages", [])
    ]


@pytest.mark.parametrize(
    ("waited", "after", "delay"),
    [(0, 0, 30), (0, 121, 121), (400, 0, 100), (3600, 0, 900), (86_400, 121, 900)],
)
def test_delay_grows_with_the_age(world: World, waited: int, after: int, delay: int) -> None:
    with world.running("send_mail"):
        since = int(clock.now().timestamp()) - waited
        error = TryLater("busy", after=dt.timedelta(seconds=after))
        assert postpone(MAIL, record(waiting_since=str(since), request_id="r-1"), error)
    ((seconds, attributes),) = waiting(world)
    assert abs(seconds - delay) <= 1
    assert attributes["waiting_since"] == str(since)


def test_other_attributes_are_kept(world: World) -> None:
    with world.running("send_mail"):
        assert postpone(MAIL, record(seal="7"), TryLater("busy"))
    ((_, attributes),) = waiting(world)
    assert attributes["seal"] == "7"
    assert set(attributes) == {"seal", "waiting_since", "request_id"}


def test_longest_wait_ends(world: World) -> None:
    with world.running("send_mail"):
        since = clock.now() - LONGEST_WAIT
        told = record(waiting_since=str(int(since.timestamp())))
        assert not postpone(MAIL, told, TryLater("busy"))
    assert waiting(world) == []


def test_message_that_cannot_be_postponed_has_failed(world: World) -> None:
    def refuse(perform: Any) -> Any:
        operation = world.calls[-1].operation
        if operation in {"SendEmail", "SendMessageBatch"}:
            raise ClientError({"Error": {"Code": "Throttling", "Message": ""}}, operation)
        return perform()

    world.send(MAIL, LETTER)
    world.around = refuse
    world.deliver()
    assert world.postponed() == []
    world.around = lambda perform: perform()
    world.drain()
    assert len(world.mails()) == 1
    assert world.dead == []
