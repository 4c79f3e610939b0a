"""The actions of «Счета и платежи»."""

import datetime as dt
import re
from typing import Any

import pytest

from chalicelib.core.billing.store import BILLING
from tests.support import steps
from tests.support.world import World

TOTAL = 2 * steps.PRICE


def pay(world: World, placed: Any, **changes: Any) -> Any:
    return world.ok("POST /payments", steps.payment(placed, **changes), who="operator")


def invoice(world: World, placed: Any) -> Any:
    return world.get(f"/invoices/{placed['invoice_id']}")


def waiting(world: World, outcome: str) -> list[str]:
    items = world.get("/payments", who="operator", query={"outcome": outcome})["items"]
    return [payment["bank_reference"] for payment in items]


def test_invoice_is_issued_with_the_order(world: World) -> None:
    placed = steps.order(world)
    issued = invoice(world, placed)
    assert issued == placed["invoice"]
    assert re.fullmatch(r"СУ-\d{10}", issued["number"])
    assert issued["number"] == placed["invoice_number"]
    assert issued["state"] == "open"
    assert issued["issued_on"] == "2026-11-24"
    assert issued["pay_before"] == "2026-11-29"
    assert issued["payer"]["inn"] == steps.PROFILE["inn"]
    assert issued["purpose"] == f"Оплата по счёту № {issued['number']} от 24.11.2026"
    assert issued["total_kopecks"] == TOTAL
    assert issued["vat_kopecks"] == round(TOTAL * 22 / 122)
    assert [change["status"] for change in issued["history"]] == ["open"]


def test_invoice_keeps_the_requisites_of_the_day_of_issue(world: World) -> None:
    placed = steps.order(world)
    address = {"address": "105318, г. Москва, ул. Щербаковская, д. 3", "tax_office_code": "7719"}
    world.ok("PUT /organisation/address", address)
    assert invoice(world, placed)["payer"]["address"] == steps.PROFILE["address"]


def test_invoices_are_listed_newest_first_to_their_payer(world: World) -> None:
    numbers = [steps.order(world, 1)["invoice_number"] for _ in range(3)]
    for limit in (1, 2, 5):
        listed = world.walk("/invoices", limit=limit)
        assert [invoice["number"] for invoice in listed] == numbers[::-1]
        listed = world.walk("/invoices", limit=limit, who="operator")
        assert [invoice["number"] for invoice in listed] == numbers[::-1]
    assert world.get("/invoices", who="other_client")["items"] == []


def test_foreign_invoice_is_not_found_and_the_operator_sees_all(world: World) -> None:
    placed = steps.order(world)
    for path in (f"/invoices/{placed['invoice_id']}", f"/invoices/{placed['invoice_id']}/pdf"):
        answer = world.call(f"GET {path}", who="other_client")
        assert (answer.status, answer.problem) == (404, "invoice-unknown")
    shown = world.get(f"/invoices/{placed['invoice_id']}", who="operator")
    assert shown == invoice(world, placed)
    assert world.call("GET /invoices/absent", who="operator").problem == "invoice-unknown"


@pytest.mark.parametrize("who", ["client", "operator"])
def test_pdf_is_a_named_file(world: World, who: str) -> None:
    placed = steps.order(world)
    answer = world.call(f"GET /invoices/{placed['invoice_id']}/pdf", who=who)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%D0%A1%D1%87")
    assert answer.body.startswith(b"%PDF-")


def test_payment_in_full_pays(world: World) -> None:
    placed = steps.order(world)
    paid = pay(world, placed)
    assert paid["outcome"] == "paid"
    assert paid["invoice_id"] == placed["invoice_id"]
    closed = invoice(world, placed)
    assert (closed["state"], closed["paid_kopecks"]) == ("paid", TOTAL)
    assert [(step["status"], step["by"]) for step in closed["history"]] == [
        ("open", "client"),
        ("paid", "bank"),
    ]
    for outcome in ("underpaid", "overpaid", "late", "unmatched"):
        assert waiting(world, outcome) == []


def test_payment_in_parts_pays_with_the_last(world: World) -> None:
    placed = steps.order(world)
    assert pay(world, placed, amount_kopecks=1, bank_reference="a")["outcome"] == "underpaid"
    assert invoice(world, placed)["state"] == "open"
    assert pay(world, placed, amount_kopecks=9, bank_reference="b")["outcome"] == "underpaid"
    world.drain()
    assert world.mails() == []
    rest = TOTAL - 10
    assert pay(world, placed, amount_kopecks=rest, bank_reference="c")["outcome"] == "paid"
    closed = invoice(world, placed)
    assert (closed["state"], closed["paid_kopecks"]) == ("paid", TOTAL)
    world.drain()
    assert len(world.mails()) == 1
    assert waiting(world, "underpaid") == ["a", "b"]


def test_overpayment_pays_and_is_listed(world: World) -> None:
    placed = steps.order(world)
    over = pay(world, placed, amount_kopecks=TOTAL + 1)
    assert over["outcome"] == "overpaid"
    assert invoice(world, placed)["paid_kopecks"] == TOTAL + 1
    assert waiting(world, "overpaid") == ["bank-1"]
    world.drain()
    assert world.get(f"/fiscal-drives/orders/{placed['order_id']}")["status"] == "paid"


def test_late_payment_is_kept_and_changes_nothing(world: World) -> None:
    placed = steps.order(world)
    world.ok(f"POST /fiscal-drives/orders/{placed['order_id']}/cancellation")
    assert pay(world, placed)["outcome"] == "late"
    assert pay(world, placed, bank_reference="bank-2")["outcome"] == "late"
    closed = invoice(world, placed)
    assert (closed["state"], closed["paid_kopecks"]) == ("cancelled", 0)
    assert waiting(world, "late") == ["bank-1", "bank-2"]
    world.drain()
    assert world.mails() == []


def test_second_payment_of_a_paid_invoice_is_late(world: World) -> None:
    placed = steps.paid_order(world)
    assert pay(world, placed, bank_reference="bank-2")["outcome"] == "late"
    assert invoice(world, placed)["paid_kopecks"] == TOTAL
    world.drain()
    assert len(world.mails()) == 1


def test_bank_reference_is_allocated_once(world: World) -> None:
    placed = steps.order(world)
    pay(world, placed, amount_kopecks=1)
    for changes in ({}, {"amount_kopecks": TOTAL}, {"paid_on": "2026-11-23"}):
        answer = world.call("POST /payments", steps.payment(placed, **changes), who="operator")
        assert (answer.status, answer.problem) == (409, "bank-reference-counted")
    assert invoice(world, placed)["paid_kopecks"] == 1


def test_payment_of_an_unknown_invoice_is_refused(world: World) -> None:
    placed = {"invoice_number": "СУ-0000000001", "total_kopecks": 1}
    answer = world.call("POST /payments", steps.payment(placed), who="operator")
    assert (answer.status, answer.problem) == (404, "invoice-unknown")
    assert world.items(BILLING) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount_kopecks": 0}, "/amount_kopecks"),
        ({"amount_kopecks": -1}, "/amount_kopecks"),
        ({"amount_kopecks": 10**13 + 1}, "/amount_kopecks"),
        ({"amount_kopecks": 1.5}, "/amount_kopecks"),
        ({"amount_kopecks": True}, "/amount_kopecks"),
        ({"invoice_number": "CY-0000000001"}, "/invoice_number"),
        ({"invoice_number": "СУ-1"}, "/invoice_number"),
        ({"bank_reference": ""}, "/bank_reference"),
        ({"bank_reference": "a" * 141}, "/bank_reference"),
        ({"paid_on": "25.11.2026"}, "/paid_on"),
    ],
    ids=str,
)
def test_invalid_payment_is_refused(world: World, change: dict[str, Any], pointer: str) -> None:
    placed = {"invoice_number": "СУ-0000000001", "total_kopecks": 1}
    answer = world.call("POST /payments", steps.payment(placed, **change), who="operator")
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


# --- a payment that waits for a person finds its invoice


def unmatched(world: World, placed: Any, kopecks: int = TOTAL) -> str:
    """Import a payment without an invoice number; return its bank reference."""
    document = {"kopecks": kopecks, "purpose": "за накопители", "inn": "9677190017"}
    body = steps.statement(document)
    (payment,) = world.ok("POST /payments/statements", body, who="operator")["unmatched"]
    return str(payment["bank_reference"])


def test_unmatched_payment_is_matched_by_the_accountant(world: World) -> None:
    placed = steps.order(world)
    reference = unmatched(world, placed)
    assert waiting(world, "unmatched") == [reference]
    world.advance(days=1)
    matched = pay(world, placed, bank_reference=reference)
    assert matched["outcome"] == "paid"
    assert waiting(world, "unmatched") == []
    world.drain()
    assert world.get(f"/fiscal-drives/orders/{placed['order_id']}")["status"] == "paid"
    answer = world.call(
        "POST /payments", steps.payment(placed, bank_reference=reference), who="operator"
    )
    assert answer.problem == "bank-reference-counted"


def test_matching_keeps_the_data_of_the_bank(world: World) -> None:
    placed = steps.order(world)
    reference = unmatched(world, placed)
    (before,) = world.get("/payments", who="operator")["items"]
    world.advance(days=1)
    matched = pay(world, placed, bank_reference=reference, paid_on="2026-11-20")
    reported = ("payer_inn", "payer_name", "purpose", "received_at", "paid_on", "amount_kopecks")
    assert {name: matched[name] for name in reported} == {name: before[name] for name in reported}
    assert matched["reason"] is None


def test_matching_does_not_change_the_amount(world: World) -> None:
    """The accountant names the invoice; the amount is the amount that the bank reported."""
    placed = steps.order(world)
    reference = unmatched(world, placed, kopecks=100)
    answer = world.call(
        "POST /payments", steps.payment(placed, bank_reference=reference), who="operator"
    )
    assert (answer.status, answer.problem) == (409, "bank-reference-counted")
    assert invoice(world, placed)["paid_kopecks"] == 0
    assert waiting(world, "unmatched") == [reference]
    matched = pay(world, placed, bank_reference=reference, amount_kopecks=100)
    assert matched["outcome"] == "underpaid"


def test_payment_by_hand_bears_who_entered_it(world: World) -> None:
    placed = steps.order(world)
    paid = world.ok("POST /payments", steps.payment(placed), who="operator")
    assert paid["recorded_by"]
    (kept,) = world.items(BILLING, "payment")
    assert kept["recorded_by"] == paid["recorded_by"]


@pytest.mark.parametrize("day", ["9999-12-31", "TOMORROW"])
def test_payment_of_a_day_to_come_is_refused(world: World, day: str) -> None:
    placed = steps.order(world)
    tomorrow = (world.today + dt.timedelta(days=1)).isoformat()
    payment = steps.payment(placed, paid_on=day.replace("TOMORROW", tomorrow))
    answer = world.call("POST /payments", payment, who="operator")
    assert (answer.status, answer.problem) == (422, "paid-in-future")
    assert world.items(BILLING, "payment") == []
