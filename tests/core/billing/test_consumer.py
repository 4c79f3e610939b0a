"""Payments reported by the bank, and the expiry of invoices."""

from typing import Any

from chalicelib.core.billing.consumer import PAYMENTS
from chalicelib.core.billing.store import BILLING
from tests.support import steps
from tests.support.world import World


def states(world: World, placed: Any) -> tuple[str, int, str]:
    order = world.get(f"/fiscal-drives/orders/{placed['order_id']}")
    invoice = world.get(f"/invoices/{placed['invoice_id']}")
    return invoice["state"], invoice["paid_kopecks"], order["status"]


def outcomes(world: World) -> list[str]:
    return sorted(payment["outcome"] for payment in world.items(BILLING, "payment"))


def test_repeated_payment_is_allocated_once(world: World) -> None:
    placed = steps.order(world)
    for _ in range(3):
        world.send(PAYMENTS, steps.payment(placed))
    world.drain()
    world.send(PAYMENTS, steps.payment(placed))
    world.drain()
    assert states(world, placed) == ("paid", placed["total_kopecks"], "paid")
    assert outcomes(world) == ["paid"]
    assert len(world.mails()) == 1


def test_payment_by_queue_and_by_call_is_one_payment(world: World) -> None:
    placed = steps.order(world)
    world.send(PAYMENTS, steps.payment(placed))
    world.ok("POST /payments", steps.payment(placed), who="operator")
    world.drain()
    assert outcomes(world) == ["paid"]
    assert world.dead == []


def test_other_payment_under_a_used_reference_is_kept_for_the_accountant(world: World) -> None:
    placed = steps.order(world)
    world.send(PAYMENTS, steps.payment(placed))
    for _ in range(2):
        world.send(PAYMENTS, steps.payment(placed, amount_kopecks=7_00))
        world.send(PAYMENTS, steps.payment(placed, paid_on="2026-11-23"))
        world.drain()
    waiting = world.get("/payments", who="operator")["items"]
    assert {payment["reason"] for payment in waiting} == {"reference-used"}
    assert sorted(payment["amount_kopecks"] for payment in waiting) == [
        7_00,
        placed["total_kopecks"],
    ]
    assert outcomes(world) == ["paid", "unmatched", "unmatched"]
    assert world.dead == []
    number = {"invoice_number": placed["invoice_number"]}
    for payment in waiting:
        own = {key: payment[key] for key in ("amount_kopecks", "bank_reference", "paid_on")}
        assert world.ok("POST /payments", own | number, who="operator")["outcome"] == "late"


def test_payments_in_parts_come_in_one_batch(world: World) -> None:
    placed = steps.order(world)
    half = placed["total_kopecks"] // 2
    for reference in ("a", "b", "c"):
        paid = steps.payment(placed, amount_kopecks=half, bank_reference=reference)
        world.send(PAYMENTS, paid)
    world.drain()
    assert states(world, placed) == ("paid", 2 * half, "paid")
    assert outcomes(world) == ["late", "paid", "underpaid"]


def test_payment_of_an_unknown_invoice_is_kept_as_unmatched(world: World) -> None:
    lost = {"invoice_number": "СУ-0000000001", "total_kopecks": 100}
    world.send(PAYMENTS, steps.payment(lost))
    world.drain()
    (payment,) = world.get("/payments", who="operator")["items"]
    assert payment["outcome"] == "unmatched"
    assert payment["reason"] == "not-found"
    assert payment["invoice_number"] == "СУ-0000000001"
    assert world.dead == []


def test_invoice_expires_after_its_last_day_and_not_on_it(world: World) -> None:
    placed = steps.order(world)
    world.moment = world.moment.replace(day=29, hour=20, minute=59)
    world.run("expire_invoices")
    assert states(world, placed) == ("open", 0, "invoiced")
    world.moment = world.moment.replace(day=29, hour=21, minute=0)
    world.run("expire_invoices")
    world.drain()
    assert states(world, placed) == ("expired", 0, "expired"), "midnight in Moscow"
    assert steps.in_stock(world) == 10
    world.run("expire_invoices")
    world.drain()
    assert steps.in_stock(world) == 10


def test_only_open_invoices_expire(world: World) -> None:
    paid = steps.paid_order(world, 1)
    gone = steps.order(world, 1)
    world.ok(f"POST /fiscal-drives/orders/{gone['order_id']}/cancellation")
    world.advance(days=30)
    world.run("expire_invoices")
    world.drain()
    assert states(world, paid)[0] == "paid"
    assert states(world, gone)[0] == "cancelled"


def test_invoice_paid_in_part_expires_and_the_payment_is_kept(world: World) -> None:
    placed = steps.order(world)
    part = steps.payment(placed, amount_kopecks=100)
    world.ok("POST /payments", part, who="operator")
    world.advance(days=6)
    world.run("expire_invoices")
    world.drain()
    assert states(world, placed) == ("expired", 100, "expired")
    assert outcomes(world) == ["underpaid"]


def test_invoice_paid_while_it_expires_stays_paid(world: World) -> None:
    """The list of overdue invoices is read before the payment is allocated."""
    placed = steps.order(world)
    world.advance(days=6)

    def pay_first(perform: Any) -> Any:
        if world.calls[-1].operation == "TransactWriteItems":
            world.around = lambda perform: perform()
            world.ok("POST /payments", steps.payment(placed), who="operator")
            world._function = "expire_invoices"
        return perform()

    world.around = pay_first
    world.run("expire_invoices")
    world.drain()
    assert states(world, placed) == ("paid", placed["total_kopecks"], "paid")


def test_every_overdue_invoice_expires_in_one_run(world: World) -> None:
    placed = [steps.order(world, 1) for _ in range(5)]
    world.advance(days=6)
    world.run("expire_invoices")
    world.drain()
    assert {states(world, order)[0] for order in placed} == {"expired"}
    assert steps.in_stock(world) == 50
