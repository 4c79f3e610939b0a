"""The relay sends what it can, says what it could not, and stumbles over nothing."""

from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.runtime import outbox
from chalicelib.runtime.commit import transact
from chalicelib.runtime.notify import MAIL
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.relay import relay
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import to_wire
from infra.gateway import OUTBOX_PATTERN
from tests.support import cloud
from tests.support.world import World


class Said(BaseModel):
    text: str


def record(number: int, name: str = "INSERT", **item: Any) -> dict[str, Any]:
    image = {"client_id": "client-1", "sk": f"message-{number}"} | item
    return {
        "eventName": name,
        "dynamodb": {"SequenceNumber": str(number), "NewImage": to_wire(image)},
    }


def message(number: int, body: str = "{}", queue: Queue = MAIL) -> dict[str, Any]:
    return record(number, queue=queue.variable, body=body)


def run(world: World, *records: dict[str, Any]) -> list[str]:
    with world.running("relay"):
        answer = relay({"Records": list(records)}, None)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def received(queue: Queue = MAIL) -> list[str]:
    return [body for name, body in cloud.keep().messages if name == queue.logical_id]


def test_each_message_goes_to_its_queue(world: World) -> None:
    payments = Queue("Payments")
    records = [message(n, f'"{n}"', MAIL if n % 2 else payments) for n in range(25)]
    assert run(world, *records) == []
    assert received(MAIL) == [f'"{n}"' for n in range(25) if n % 2]
    assert received(payments) == [f'"{n}"' for n in range(25) if not n % 2]
    assert len(world.calls) == 4, "batches of ten at most"


def test_what_is_no_message_is_passed_over(world: World) -> None:
    odd = [
        record(1, queue="NO_SUCH_QUEUE", body="{}"),
        record(2, queue=MAIL.variable),
        record(3, queue={"not": "text"}, body="{}"),
        record(4, queue=MAIL.variable, body=17),
        record(5, sent_at="2026-11-24"),
        record(6, "MODIFY", queue=MAIL.variable, body="changed"),
        {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "7", "Keys": {}}},
    ]
    assert run(world, *odd, message(8, "sent")) == []
    assert received() == ["sent"]
    assert run(world) == []


def test_messages_that_are_long_together_go_apart(world: World) -> None:
    long = ["я" * 60_000 for _ in range(5)]
    assert run(world, *(message(n, body) for n, body in enumerate(long))) == []
    assert received() == long


def test_message_longer_than_a_queue_takes_does_not_commit() -> None:
    outbox.message("client-1", MAIL, Said(text="я" * 131_000))
    with pytest.raises(ValueError, match="a message of"):
        outbox.message("client-1", MAIL, Said(text="я" * 131_073))


def test_failed_batch_is_reported_and_the_others_go(world: World) -> None:
    def fail_second(perform: Any) -> Any:
        if len(world.calls) == 2:
            raise ConnectionError
        return perform()

    world.around = fail_second
    records = [message(n, f'"{n}"') for n in range(9, 34)]
    assert run(world, *records) == [str(n) for n in range(19, 29)], "in the order of the stream"
    assert len(received()) == 15


def test_single_message_that_a_queue_refuses_is_reported(world: World) -> None:
    def refuse_one(perform: Any) -> Any:
        answer = perform()
        return answer | {"Failed": [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]}

    world.around = refuse_one
    assert run(world, message(7), message(8), message(9)) == ["8"]


def test_lost_answer_brings_the_message_again(world: World) -> None:
    with world.running("open_shop"):
        write = outbox.message("client-1", MAIL, Said(text="once"))
    transact([write])
    assert len(world.outbox()) == 1

    def lose(perform: Any) -> Any:
        perform()
        raise TimeoutError

    world.around = lose
    world._relay()
    assert len(world.outbox()) == 1
    world.around = lambda perform: perform()
    world._relay()
    assert world.outbox() == []
    assert received() == ['{"text":"once"}'] * 2


def test_stream_is_filtered_to_what_the_relay_reads() -> None:
    """Notes of e-mails sent share the table; the filter of the deployment leaves them out."""
    assert OUTBOX_PATTERN["eventName"] == ["INSERT"]
    item = outbox.message("client-1", MAIL, Said(text="a")).request["Put"]["Item"]
    (wanted,) = OUTBOX_PATTERN["dynamodb"]["NewImage"].items()  # type: ignore[index]
    assert wanted == ("queue", {"S": [{"exists": True}]})
    assert set(item["queue"]) == {"S"}
    assert OUTBOX.logical_id == "OutboxTable"
