"""An e-mail is sent once, as far as can be known."""

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.notification.store import LEASE
from chalicelib.runtime.notify import MAIL
from chalicelib.runtime.outbox import OUTBOX
from tests.support import cloud
from tests.support.world import VISIBILITY, World

LETTER = {
    "client_id": "client-1",
    "mail_id": "mail-1",
    "to": "smirnova@example.ru",
    "subject": "Заказ оплачен",
    "text": "Здравствуйте!",
    "html": "<p>Здравствуйте!</p>",
}


def record(world: World) -> dict[str, Any]:
    (message,) = world.items(OUTBOX, "mail#")
    return message


def test_email_is_sent_as_written(world: World) -> None:
    world.send(MAIL, LETTER)
    world.drain()
    (mail,) = world.mails()
    assert mail.source == cloud.PARAMETERS["SenderAddress"]
    assert mail.destinations["ToAddresses"] == [LETTER["to"]]
    assert mail.subject == LETTER["subject"]
    assert LETTER["text"] in str(mail.body)
    assert "sent_at" in record(world)


def test_repeated_message_is_one_email(world: World) -> None:
    for _ in range(3):
        world.send(MAIL, LETTER)
    world.drain()
    world.advance(days=1)
    world.send(MAIL, LETTER)
    world.drain()
    assert len(world.mails()) == 1
    assert world.dead == []


def test_two_messages_are_two_emails(world: World) -> None:
    world.send(MAIL, LETTER)
    world.send(MAIL, LETTER | {"mail_id": "mail-2"})
    world.drain()
    assert len(world.mails()) == 2


def test_email_is_sent_again_only_after_the_lease_has_expired(world: World) -> None:
    def lose_answer(perform: Any) -> Any:
        answer = perform()
        if world.calls[-1].operation == "SendEmail":
            raise TimeoutError
        return answer

    world.send(MAIL, LETTER)
    world.around = lose_answer
    began = world.moment
    world.deliver()
    assert len(world.mails()) == 1
    assert "sent_at" not in record(world)
    world.around = lambda perform: perform()

    world.send(MAIL, LETTER)
    world.moment = began + LEASE - dt.timedelta(seconds=2)
    world.deliver()
    assert len(world.mails()) == 1, "the first process may still be sending"
    world.drain()
    assert len(world.mails()) == 2, "the sending was not recorded, so the e-mail is sent again"
    assert world.dead == []


def test_queue_waits_longer_than_the_lease() -> None:
    assert VISIBILITY > LEASE


@pytest.mark.parametrize("code", ["MessageRejected", "TooManyRequestsException"])
def test_refusal_of_the_mail_service_releases_the_lease(world: World, code: str) -> None:
    def refuse(perform: Any) -> Any:
        if world.calls[-1].operation == "SendEmail":
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "SendEmail")
        return perform()

    world.send(MAIL, LETTER)
    world.around = refuse
    world.deliver()
    assert record(world)["leased_until"] == 0
    world.around = lambda perform: perform()
    world.drain()
    assert len(world.mails()) == 1


def test_permanently_refused_email_goes_to_the_dead_letters(world: World) -> None:
    def refuse(perform: Any) -> Any:
        if world.calls[-1].operation == "SendEmail":
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": ""}}, "SendEmail")
        return perform()

    world.send(MAIL, LETTER)
    world.around = refuse
    world.drain()
    ((queue, _),) = world.dead
    assert queue == MAIL.name
