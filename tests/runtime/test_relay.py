"""The relay sends each message of the outbox to its queue."""

from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.runtime import outbox
from chalicelib.runtime.commit import transact
from chalicelib.runtime.notify import MAIL
from chalicelib.runtime.relay import RelayIncomplete, relay
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


def run(world: World, *records: dict[str, Any]) -> None:
    with world.running("relay"):
        relay({"Records": list(records)}, None)


def received(queue: Queue = MAIL) -> list[str]:
    return [body for name, body in cloud.keep().messages if name == queue.logical_id]


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


def test_failed_records_are_repeated_by_the_stream(world: World) -> None:
    def fail_third(perform: Any) -> Any:
        if len(world.calls) == 3:
            raise ConnectionError
        return perform()

    world.around = fail_third
    records = [message(n, f'"{n}"') for n in range(5)]
    with pytest.raises(RelayIncomplete):
        run(world, *records)
    run(world, *records)
    assert set(received()) == {f'"{n}"' for n in range(5)}


def test_message_is_sent_again_after_a_lost_answer(world: World) -> None:
    transact([outbox.message("client-1", MAIL, Message(text="once"))])

    def lose(perform: Any) -> Any:
        perform()
        raise TimeoutError

    world.around = lose
    with pytest.raises(RelayIncomplete):
        world.relay()
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
