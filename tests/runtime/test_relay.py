"""The relay sends each message of the outbox to its queue."""

from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.runtime import outbox
from chalicelib.runtime import relay as relay_module
from chalicelib.runtime.commit import transact
from chalicelib.runtime.notify import MAIL
from chalicelib.runtime.relay import relay
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import to_wire
from infra.functions import FED_BY_OTHERS
from infra.gateway import OUTBOX_PATTERN
from tests.support import cloud
from tests.support.world import NotGrantedError, World


class Message(BaseModel):
    text: str


def record(number: int, name: str = "INSERT", **item: Any) -> dict[str, Any]:
    image = {"client_id": "client-1", "sk": f"message-{number}"} | item
    return {
        "eventName": name,
        "dynamodb": {"SequenceNumber": str(number), "NewImage": to_wire(image)},
    }


def message(number: int, body: str = "{}", queue: Queue = MAIL) -> dict[str, Any]:
    return record(number, queue=queue.variable, body=body)


def run(world: World, *records: dict[str, Any], context: Any = None) -> list[str]:
    """Relay records; return the sequence numbers that Lambda is to repeat from."""
    with world.running("relay"):
        answer = relay({"Records": list(records)}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def received(queue: Queue = MAIL) -> list[str]:
    return cloud.waiting(queue)


def test_each_message_goes_to_its_queue(world: World) -> None:
    drives = Queue("FiscalDrives")
    run(world, *(message(n, f'"{n}"', MAIL if n % 2 else drives) for n in range(25)))
    assert received(MAIL) == [f'"{n}"' for n in range(25) if n % 2]
    assert received(drives) == [f'"{n}"' for n in range(25) if not n % 2]


@pytest.mark.parametrize("name", sorted(FED_BY_OTHERS))
def test_relay_may_not_send_to_queues_fed_by_others(world: World, name: str) -> None:
    with pytest.raises(NotGrantedError):
        run(world, message(1, queue=Queue(name)))


def test_records_without_a_message_are_skipped(world: World) -> None:
    odd = [
        record(1, queue="NO_SUCH_QUEUE", body="{}"),
        record(2, queue=MAIL.variable),
        record(3, queue={"not": "text"}, body="{}"),
        record(4, queue=MAIL.variable, body=17),
        record(5, sent_at="2026-11-24"),
        {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "7", "Keys": {}}},
    ]
    run(world, *odd, message(8, "sent"))
    assert received() == ["sent"]
    run(world)


def test_message_above_the_limit_of_a_queue_is_refused() -> None:
    outbox.message("client-1", MAIL, Message(text="я" * 131_000))
    with pytest.raises(ValueError, match="a message of"):
        outbox.message("client-1", MAIL, Message(text="я" * 131_073))


class Running:
    """Context of an invocation with a constant time left."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return self.seconds * 1000


def test_messages_are_sent_by_tens(world: World) -> None:
    assert run(world, *(message(n) for n in range(25)), context=Running(60)) == []
    assert [call.operation for call in world.calls] == ["SendMessageBatch"] * 3


def test_call_is_no_larger_than_a_queue_accepts(world: World) -> None:
    bodies = ["я" * 60_000, "я" * 60_000, "я" * 20_000, "я" * 131_072, "я"]
    assert run(world, *(message(n, body) for n, body in enumerate(bodies))) == []
    assert received() == bodies
    assert len(world.calls) == 4


def test_outage_of_a_queue_delays_only_its_messages(world: World) -> None:
    drives = Queue("FiscalDrives")

    def fail_mail(perform: Any) -> Any:
        if MAIL.physical_name in world.calls[-1].resources:
            raise ConnectionError
        return perform()

    world.around = fail_mail
    records = [message(n, f'"{n}"', MAIL if n % 2 else drives) for n in range(30)]
    assert run(world, *records) == ["1"]
    assert received(drives) == [f'"{n}"' for n in range(30) if not n % 2]
    assert len(world.calls) == 3, "the rest of the queue is not tried after an outage"


def test_message_that_makes_a_call_fail_is_reported_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = relay_module._send

    def refuse(url: str, group: Any) -> set[int]:
        if any(sent.body == "poison" for sent in group):
            raise ValueError
        return send(url, group)

    monkeypatch.setattr(relay_module, "_send", refuse)
    bodies = ["0", "1", "2", "poison", *"456789", "10"]
    assert run(world, *(message(n, body) for n, body in enumerate(bodies))) == ["3"]
    assert received() == [body for body in bodies if body != "poison"]


def test_first_refused_entry_is_reported(world: World) -> None:
    def refuse_two(perform: Any) -> Any:
        return perform() | {"Failed": [{"Id": "4", "Code": "x"}, {"Id": "2", "Code": "x"}]}

    world.around = refuse_two
    assert run(world, *(message(n) for n in range(7))) == ["2"]


def test_records_are_repeated_if_no_time_is_left(world: World) -> None:
    assert run(world, message(5), message(6), context=Running(24)) == ["5"]
    assert world.calls == []


def test_message_is_sent_again_after_a_lost_answer(world: World) -> None:
    transact([outbox.message("client-1", MAIL, Message(text="once"))])

    def lose(perform: Any) -> Any:
        perform()
        raise TimeoutError

    world.around = lose
    assert world.relay() == 0
    assert len(world.outbox()) == 1
    world.around = lambda perform: perform()
    world.relay()
    assert world.outbox() == []
    assert received() == ['{"text":"once"}'] * 2


def test_stream_is_filtered_to_messages() -> None:
    """Records of sent e-mails share the table; the filter of the deployment leaves them out."""
    assert OUTBOX_PATTERN["eventName"] == ["INSERT"]
    item = outbox.message("client-1", MAIL, Message(text="a")).request["Put"]["Item"]
    (wanted,) = OUTBOX_PATTERN["dynamodb"]["NewImage"].items()  # type: ignore[index]
    assert wanted == ("queue", {"S": [{"exists": True}]})
    assert set(item["queue"]) == {"S"}
