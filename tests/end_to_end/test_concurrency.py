"""Eight callers at once, on an engine whose transactions are atomic: one effect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.runtime import clock
from infra.local.api import Answer, Api

FORM = {
    "contact_name": "Смирнова Мария Андреевна",
    "phone": "+79161234567",
    "email": "romashka@example.ru",
    "delivery": {"method": "pickup"},
}
CALLERS = 8


def at_once(call: Callable[[int], Answer], callers: int = CALLERS) -> list[Answer]:
    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(call, range(callers)))


def payment(number: str, kopecks: int, reference: str) -> dict[str, Any]:
    return {
        "invoice_number": number,
        "amount_kopecks": kopecks,
        "bank_reference": reference,
        "paid_on": clock.today().isoformat(),
    }


def fill(client: Api, model: str, quantity: int = 1) -> None:
    client.put(f"/fiscal-drives/cart/{model}", {"quantity": quantity})


@pytest.fixture
def last_one(operator: Api, key: Callable[[], str]) -> str:
    """A drive of which one is left."""
    model = f"last-{key()}"
    drive = {
        "title": "Последний накопитель",
        "months": 15,
        "price_kopecks": 100_00,
        "fits_register_models": [],
        "received": 1,
    }
    operator.put(f"/fiscal-drives/{model}", drive, key=key())
    return model


def test_the_last_drive_is_sold_once(
    romashka: Api, petrova: Api, last_one: str, key: Callable[[], str]
) -> None:
    clients = [romashka, petrova]
    for client in clients:
        fill(client, last_one)
    answers = at_once(
        lambda n: clients[n % 2].post("/fiscal-drives/orders", FORM, key=key(), expect=None)
    )
    assert [answer.status for answer in answers].count(201) == 1
    assert {answer.status for answer in answers} <= {201, 409}
    slugs = {answer.json["type"] for answer in answers if answer.status == 409}
    assert slugs <= {
        "/problems/out-of-stock",
        "/problems/cart-changed",
        "/problems/cart-empty",
    }
    stock = romashka.get("/fiscal-drives").json["items"]
    assert next(drive["in_stock"] for drive in stock if drive["model"] == last_one) == 0
    for client in clients:
        client.call("DELETE", f"/fiscal-drives/cart/{last_one}")


def test_one_key_is_one_order(romashka: Api, key: Callable[[], str]) -> None:
    fill(romashka, "fn-1.2-15")
    before = {order["order_id"] for order in _orders(romashka)}
    same = key()
    answers = at_once(lambda _: romashka.post("/fiscal-drives/orders", FORM, key=same, expect=None))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert len({order["order_id"] for order in _orders(romashka)} - before) == 1


def test_payment_and_cancellation_at_once(
    romashka: Api, operator: Api, key: Callable[[], str]
) -> None:
    fill(romashka, "fn-1.2-15")
    made = romashka.post("/fiscal-drives/orders", FORM, key=key()).json
    number, total = made["invoice_number"], made["total_kopecks"]

    def act(n: int) -> Answer:
        if n % 2:
            path = f"/fiscal-drives/orders/{made['order_id']}/cancellation"
            return romashka.post(path, expect=None)
        body = payment(number, total, f"race/{number}")
        return operator.post("/payments", body, key=key(), expect=None)

    answers = at_once(act)
    paid = [answer.json for answer in answers[::2] if answer.status == 201]
    cancelled = [answer for answer in answers[1::2] if answer.status == 200]
    assert len(paid) == 1
    assert len(cancelled) == (0 if paid[0]["outcome"] == "paid" else 1)
    invoice = romashka.get(f"/invoices/{made['invoice_id']}").json
    assert invoice["state"] == ("cancelled" if cancelled else "paid")
    assert invoice["paid_kopecks"] == (0 if cancelled else total)


def test_parts_of_a_sum_at_once_add_up(
    romashka: Api, operator: Api, key: Callable[[], str]
) -> None:
    fill(romashka, "fn-1.2-15", CALLERS)
    made = romashka.post("/fiscal-drives/orders", FORM, key=key()).json
    part = made["total_kopecks"] // CALLERS
    number = made["invoice_number"]

    def pay(n: int) -> Answer:
        body = payment(number, part, f"part/{number}/{n}")
        answer = operator.post("/payments", body, key=key(), expect=None)
        while answer.status == 503:
            answer = operator.post("/payments", body, key=key(), expect=None)
        return answer

    outcomes = [answer.json["outcome"] for answer in at_once(pay)]
    assert sorted(outcomes) == ["paid", *["underpaid"] * (CALLERS - 1)]
    invoice = romashka.get(f"/invoices/{made['invoice_id']}").json
    assert (invoice["state"], invoice["paid_kopecks"]) == ("paid", made["total_kopecks"])


def test_a_register_is_in_one_shop(romashka: Api, key: Callable[[], str]) -> None:
    shops = [
        romashka.post(
            "/organisation/shops", {"name": f"Магазин {n}", "address": "Москва"}, key=key()
        ).json["shop_id"]
        for n in range(4)
    ]
    register = romashka.get("/organisation/registers").json["items"][2]["register_id"]
    at_once(
        lambda n: romashka.put(
            f"/organisation/shops/{shops[n % 4]}/registers/{register}", expect=None
        )
    )
    holding = [
        shop["shop_id"]
        for shop in romashka.get("/organisation/shops?limit=100").json["items"]
        if register in [bound["register_id"] for bound in shop["registers"]]
    ]
    assert len(holding) == 1
    romashka.delete(f"/organisation/shops/{holding[0]}/registers/{register}", expect=204)


def _orders(client: Api) -> list[Any]:
    return list(client.get("/fiscal-drives/orders?limit=100").json["items"])
