"""The actions of «Купить ФН»."""

from typing import Any

import pytest

from chalicelib.services.fiscal_drives import rules
from tests.support import steps
from tests.support.world import World

ORDERS = "POST /fiscal-drives/orders"


def order(world: World, placed: Any, who: str = "client") -> Any:
    return world.get(f"/fiscal-drives/orders/{placed['order_id']}", who=who)


def test_order_takes_the_cart_the_stock_and_issues_an_invoice(world: World) -> None:
    placed = steps.order(world, 3)
    assert placed["status"] == "invoiced"
    assert placed["total_kopecks"] == 3 * steps.PRICE == placed["invoice"]["total_kopecks"]
    assert placed["phone"] == "+79161234567"
    assert placed["invoice"]["payer"]["inn"] == steps.PROFILE["inn"]
    assert world.get("/fiscal-drives/cart") == {"lines": [], "total_kopecks": 0}
    assert steps.in_stock(world) == 7
    assert order(world, placed) == {key: placed[key] for key in placed if key != "invoice"}


@pytest.mark.usefixtures("advancing_clock")
def test_answers_are_what_is_kept_to_the_millisecond(world: World) -> None:
    placed = steps.order(world)
    path = f"/fiscal-drives/orders/{placed['order_id']}"
    assert order(world, placed) == {key: placed[key] for key in placed if key != "invoice"}
    assert world.get(f"/invoices/{placed['invoice_id']}") == placed["invoice"]
    opened = {placed["ordered_at"], placed["history"][0]["at"]}
    assert opened == {placed["invoice"]["history"][0]["at"]}
    world.ok("POST /payments", steps.payment(placed), who="operator")
    world.drain()
    moved = world.ok(f"POST {path}/status", {"status": "assembling"}, who="operator")
    assert order(world, placed) == moved
    steps.fill_cart(world)
    second = world.ok(ORDERS, steps.FORM)
    cancelled = world.ok(f"POST /fiscal-drives/orders/{second['order_id']}/cancellation")
    assert order(world, second) == cancelled


def test_empty_cart_is_not_ordered(world: World) -> None:
    steps.know_organisation(world)
    assert world.call(ORDERS, steps.FORM).problem == "cart-empty"
    steps.put_on_sale(world)
    steps.fill_cart(world)
    world.ok(f"DELETE /fiscal-drives/cart/{steps.MODEL}")
    assert world.call(ORDERS, steps.FORM).problem == "cart-empty"


def test_stock_that_ran_out_is_refused_with_what_is_left(world: World) -> None:
    steps.ready_to_order(world, 8)
    steps.know_organisation(world, "client-2")
    steps.fill_cart(world, 4, who="other_client")
    world.ok(ORDERS, steps.FORM)
    answer = world.call(ORDERS, steps.FORM, who="other_client")
    assert (answer.status, answer.problem) == (409, "out-of-stock")
    assert answer.json["left"] == 2
    assert steps.in_stock(world) == 2
    assert world.get("/fiscal-drives/cart", who="other_client")["lines"][0]["quantity"] == 4
    steps.fill_cart(world, 2, who="other_client")
    world.ok(ORDERS, steps.FORM, who="other_client")
    assert steps.in_stock(world) == 0


def test_one_model_that_is_out_leaves_the_others_in_stock(world: World) -> None:
    steps.ready_to_order(world)
    steps.put_on_sale(world, "fn-rare", received=1)
    steps.fill_cart(world, 2, "fn-rare")
    answer = world.call(ORDERS, steps.FORM)
    assert (answer.problem, answer.json["model"]) == ("out-of-stock", "fn-rare")
    assert (steps.in_stock(world), steps.in_stock(world, "fn-rare")) == (10, 1)


def test_order_at_a_changed_price_is_refused(world: World) -> None:
    steps.ready_to_order(world)
    steps.put_on_sale(world, received=0, price_kopecks=20_000_00)
    answer = world.call(ORDERS, steps.FORM)
    assert (answer.status, answer.problem) == (409, "price-changed")
    assert answer.json["price_kopecks"] == 20_000_00
    steps.fill_cart(world)
    assert world.ok(ORDERS, steps.FORM)["total_kopecks"] == 2 * 20_000_00


@pytest.mark.parametrize("quantity", [0, -1, 101, 10**20, 1.5, "2", None, True])
def test_quantity_is_from_one_to_a_hundred(world: World, quantity: Any) -> None:
    steps.put_on_sale(world)
    answer = world.call(f"PUT /fiscal-drives/cart/{steps.MODEL}", {"quantity": quantity})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/quantity"
    assert world.get("/fiscal-drives/cart")["lines"] == []


def test_drive_that_is_not_on_sale_is_not_found(world: World) -> None:
    answer = world.call("PUT /fiscal-drives/cart/fn-none", {"quantity": 1})
    assert (answer.status, answer.problem) == (404, "fiscal-drive-unknown")


def test_delivery_by_courier_needs_an_address(world: World) -> None:
    steps.ready_to_order(world)
    form = steps.FORM | {"delivery": {"method": "courier"}}
    answer = world.call(ORDERS, form)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/delivery"
    world.ok(ORDERS, steps.FORM | {"delivery": {"method": "pickup"}})


def test_cancellation_returns_the_drives_once_and_closes_the_invoice(world: World) -> None:
    placed = steps.order(world, 4)
    path = f"POST /fiscal-drives/orders/{placed['order_id']}/cancellation"
    assert world.ok(path)["status"] == "cancelled"
    assert world.call(path).problem == "order-status-not-allowed"
    assert steps.in_stock(world) == 10
    assert world.get(f"/invoices/{placed['invoice_id']}")["state"] == "cancelled"


def test_paid_order_is_not_cancelled(world: World) -> None:
    placed = steps.paid_order(world)
    answer = world.call(f"POST /fiscal-drives/orders/{placed['order_id']}/cancellation")
    assert answer.status == 409
    assert (steps.in_stock(world), order(world, placed)["status"]) == (8, "paid")


def test_order_whose_invoice_is_paid_cannot_be_cancelled(world: World) -> None:
    placed = steps.order(world)
    world.ok("POST /payments", steps.payment(placed), who="operator")
    answer = world.call(f"POST /fiscal-drives/orders/{placed['order_id']}/cancellation")
    assert (answer.status, answer.problem) == (409, "invoice-not-open")
    world.drain()
    assert order(world, placed)["status"] == "paid"


def test_operator_moves_a_paid_order_to_delivery(world: World) -> None:
    placed = steps.paid_order(world)
    path = f"POST /fiscal-drives/orders/{placed['order_id']}/status"
    assert world.call(path, {"status": "assembling"}).status == 403
    assert world.call(path, {"status": "delivered"}, who="operator").status == 409
    world.ok(path, {"status": "assembling"}, who="operator")
    assert world.call(path, {"status": "shipped"}, who="operator").status == 422
    shipped = {"status": "shipped", "tracking_number": "RA123456789RU"}
    world.ok(path, shipped, who="operator")
    world.ok(path, {"status": "delivered"}, who="operator")
    world.drain()
    delivered = order(world, placed)
    assert delivered["tracking_number"] == "RA123456789RU"
    assert [(entry["status"], entry["by"]) for entry in delivered["history"]] == [
        ("invoiced", "client"),
        ("paid", "bank"),
        ("assembling", "operator"),
        ("shipped", "operator"),
        ("delivered", "operator"),
    ]
    assert [mail.subject.partition(":")[0] for mail in world.mails()] == [
        "Заказ оплачен",
        "Заказ отправлен",
    ]


def test_unpaid_order_expires_and_returns_the_drives(world: World) -> None:
    placed = steps.order(world)
    world.advance(days=5)
    world.run("expire_invoices")
    world.drain()
    assert order(world, placed)["status"] == "invoiced", "the last day to pay still counts"
    world.advance(days=1)
    for _ in range(2):
        world.run("expire_invoices")
        world.drain()
    assert order(world, placed)["status"] == "expired"
    assert steps.in_stock(world) == 10


def test_orders_are_the_callers_own_or_everybodys_for_the_operator(world: World) -> None:
    placed = steps.order(world)
    path = f"/fiscal-drives/orders/{placed['order_id']}"
    assert world.call(f"GET {path}", who="other_client").status == 404
    assert world.call(f"POST {path}/cancellation", who="other_client").status == 404
    assert world.get("/fiscal-drives/orders", who="other_client")["items"] == []
    assert order(world, placed, who="operator") == order(world, placed)
    assert len(world.get("/fiscal-drives/orders", who="operator")["items"]) == 1


def test_received_drives_are_added_once_for_a_key(world: World) -> None:
    drive = {
        "title": "ФН",
        "months": 15,
        "price_kopecks": 1,
        "fits_register_models": [],
        "received": 5,
    }
    for _ in range(2):
        world.ok("PUT /fiscal-drives/fn-a", drive, who="operator", key="delivery-1")
    assert steps.in_stock(world, "fn-a") == 5
    assert world.ok("PUT /fiscal-drives/fn-a", drive, who="operator")["in_stock"] == 10
    assert world.call("PUT /fiscal-drives/fn-a", drive).status == 403


def test_cart_is_refused_beyond_what_an_order_holds(world: World) -> None:
    for number in range(rules.MOST_MODELS + 1):
        steps.put_on_sale(world, f"fn-{number}")
    for number in range(rules.MOST_MODELS):
        steps.fill_cart(world, 1, f"fn-{number}")
    answer = world.call(f"PUT /fiscal-drives/cart/fn-{rules.MOST_MODELS}", {"quantity": 1})
    assert (answer.status, answer.problem) == (409, "cart-full")
    steps.know_organisation(world)
    assert len(world.ok(ORDERS, steps.FORM)["lines"]) == rules.MOST_MODELS
