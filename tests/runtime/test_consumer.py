"""A message that cannot be handled fails alone and reaches the dead-letter queue unchanged."""

import json
from typing import Any

from chalicelib.core.billing.consumer import PAYMENTS
from chalicelib.core.billing.store import BILLING
from tests.support import steps
from tests.support.world import World


def unmatched(number: int) -> dict[str, Any]:
    return {
        "invoice_number": "СУ-0000000001",
        "amount_kopecks": 100,
        "bank_reference": f"bank-{number}",
        "paid_on": "2026-11-24",
    }


def references(world: World) -> set[str]:
    return {payment["bank_reference"] for payment in world.items(BILLING, "payment")}


def test_invalid_message_fails_alone(world: World) -> None:
    poison = ["not JSON", "[]", json.dumps(unmatched(9) | {"unknown": 1})]
    for number in range(8):
        world.send(PAYMENTS, unmatched(number))
    for message in poison:
        world.send(PAYMENTS, message)
    world.drain()
    assert references(world) == {f"bank-{number}" for number in range(8)}
    assert sorted(world.dead) == sorted((PAYMENTS.name, message) for message in poison)


def test_repeated_message_is_handled_once(world: World) -> None:
    for _ in range(3):
        world.send(PAYMENTS, unmatched(1))
    world.drain()
    assert references(world) == {"bank-1"}
    assert world.dead == []


def test_outage_delays_a_message_and_loses_none(world: World) -> None:
    def fail(perform: Any) -> Any:
        raise ConnectionError

    world.send(PAYMENTS, unmatched(1))
    world.send(PAYMENTS, unmatched(2))
    world.around = fail
    world.deliver()
    assert references(world) == set()
    world.around = lambda perform: perform()
    world.drain()
    assert references(world) == {"bank-1", "bank-2"}


def test_log_has_no_personal_data_of_a_message(world: World, logged: list[dict[str, Any]]) -> None:
    placed = steps.order(world)
    world.send(PAYMENTS, steps.payment(placed))
    world.send(PAYMENTS, "Смирнова Мария, smirnova@example.ru")
    world.send(PAYMENTS, unmatched(1) | {"paid_on": "Смирнова"})
    world.drain()
    assert len(world.dead) == 2
    text = json.dumps(logged, ensure_ascii=False)
    assert {"message failed", "message done"} <= {line["message"] for line in logged}
    for personal in ("мирнова", "smirnova", "916", "Ромашка", "Здравствуйте"):
        assert personal not in text
