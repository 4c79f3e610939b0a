"""«Купить ФН» broken off at every call of the cloud leaves right books: nothing half, nothing twice.

An e-mail may go twice in one case, by design: a sender that stops after the mail service took the
e-mail and before that is noted cannot know, so after its lease the e-mail goes again.
"""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.billing.consumer import PAYMENTS
from chalicelib.core.billing.store import BILLING
from chalicelib.core.fiscal.store import FISCAL, FISCAL_DOCUMENTS
from chalicelib.core.organisation.consumer import CABINET
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.notify import MAIL
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES
from tests.support import steps
from tests.support.crash import How, Scenario, Side, survive
from tests.support.world import Answer, World, Worlds

STOCK = 10


def books(world: World) -> dict[str, Any]:
    """Return how things stand: every order, invoice and payment, the stock and the e-mails."""
    return {
        "orders": [item["status"] for item in world.items(FISCAL_DRIVES, "order#")],
        "invoices": [
            (item["state"], item["paid_kopecks"]) for item in world.items(BILLING, "invoice#")
        ],
        "numbers": len(world.items(BILLING, "invoice")) - len(world.items(BILLING, "invoice#")),
        "payments": [item["outcome"] for item in world.items(BILLING, "payment")],
        "stock": [item["in_stock"] for item in world.items(FISCAL_DRIVES, "drive#")],
        "mails": sorted({mail.subject.partition(":")[0] for mail in world.mails()}),
    }


def history(world: World) -> list[list[str]]:
    """Return the way of each order and invoice, step by step."""
    kept = world.items(FISCAL_DRIVES, "order#") + world.items(BILLING, "invoice#")
    return [[step["status"] for step in item["history"]] for item in kept]


def check_ordered(world: World, given: Any, answer: Answer) -> None:
    assert answer.status == 201
    assert books(world) == {
        "orders": ["invoiced"],
        "invoices": [("open", 0)],
        "numbers": 1,
        "payments": [],
        "stock": [STOCK - 2],
        "mails": [],
    }
    (placed,) = world.get("/fiscal-drives/orders")["items"]
    assert placed["order_id"] == answer.json["order_id"]
    assert placed["invoice_id"] == answer.json["invoice"]["invoice_id"]
    assert world.get("/fiscal-drives/cart")["lines"] == []


def check_paid(world: World, given: Any, answer: Answer | None) -> None:
    assert answer is None or answer.status == 201
    assert books(world) == {
        "orders": ["paid"],
        "invoices": [("paid", 2 * steps.PRICE)],
        "numbers": 1,
        "payments": ["paid"],
        "stock": [STOCK - 2],
        "mails": ["Заказ оплачен"],
    }
    assert history(world) == [["invoiced", "paid"], ["open", "paid"]]


def check_gone(state: str) -> Callable[[World, Any, Answer | None], None]:
    def check(world: World, given: Any, answer: Answer | None) -> None:
        # A cancellation needs no key: repeated, it finds the order cancelled and says so.
        assert (
            answer is None or answer.status == 200 or answer.problem == "order-status-not-allowed"
        )
        assert books(world) == {
            "orders": [state],
            "invoices": [(state, 0)],
            "numbers": 1,
            "payments": [],
            "stock": [STOCK],
            "mails": [],
        }
        assert history(world) == [["invoiced", state], ["open", state]]

    return check


def check_shipped(world: World, given: Any, answer: Answer) -> None:
    assert answer.status == 200 or answer.problem == "order-status-not-allowed"
    assert books(world)["orders"] == ["shipped"]
    assert books(world)["mails"] == ["Заказ оплачен", "Заказ отправлен"]


def check_shop(world: World, given: Any, answer: Answer) -> None:
    assert answer.status == 201
    (shop,) = world.items(ORGANISATION, "shop#")
    assert shop["shop_id"] == answer.json["shop_id"]


def bank_tells(world: World) -> Any:
    placed = steps.order(world)
    world.send(PAYMENTS, steps.payment(placed))
    return placed


def time_runs_out(world: World) -> Any:
    placed = steps.order(world)
    world.advance(days=6)
    return placed


def assembled(world: World) -> Any:
    placed = steps.paid_order(world)
    path = f"POST /fiscal-drives/orders/{placed['order_id']}/status"
    world.ok(path, {"status": "assembling"}, who="operator")
    return path


def registers_send(world: World) -> None:
    steps.know_register(world)
    for number in (1, 2, 2):
        world.send(
            FISCAL_DOCUMENTS,
            {
                "code": 3,
                "fiscalDriveNumber": steps.REGISTER["fiscal_drive_number"],
                "kktRegId": steps.REGISTER["register_id"],
                "fiscalDocumentNumber": number,
                "fiscalSign": number,
                "dateTime": "2026-11-24T12:30:00",
                "shiftNumber": 7,
                "operationType": number,
                "totalSum": 300 - 100 * number,
                "buyerPhoneOrAddress": "buyer@example.ru",
            },
        )


def check_counted(world: World, given: Any, answer: None) -> None:
    (day,) = world.items(FISCAL, "turnover#")
    assert day["operations"] == {"1": {"count": 1, "total": 200}, "2": {"count": 1, "total": 100}}
    assert len(world.items(FISCAL, "document#")) == 2


def register_changes_owner(world: World) -> None:
    register = steps.know_register(world)
    shop = world.ok("POST /organisation/shops", {"name": "На углу", "address": "г. Москва"})
    world.ok(f"PUT /organisation/shops/{shop['shop_id']}/registers/{register}")
    message = {"kind": "register", "client_id": "client-2", "cash_register": steps.REGISTER}
    world.send(CABINET, message)


def check_moved(world: World, given: Any, answer: None) -> None:
    (register,) = world.items(ORGANISATION, "register#")
    (owner,) = world.items(ORGANISATION, "owner")
    assert register["client_id"] == owner["owner"] == "client-2"
    assert len(world.items(ORGANISATION, "binding#")) == 2


SCENARIOS = {
    "order": Scenario(
        arrange=steps.ready_to_order,
        act=lambda world, given: world.call("POST /fiscal-drives/orders", steps.FORM, key="order"),
        check=check_ordered,
    ),
    "payment by call": Scenario(
        arrange=steps.order,
        act=lambda world, placed: world.call(
            "POST /payments", steps.payment(placed), who="operator", key="payment"
        ),
        check=check_paid,
    ),
    "payment by queue": Scenario(
        arrange=bank_tells, act=lambda world, placed: None, check=check_paid
    ),
    "payment by statement": Scenario(
        arrange=steps.order,
        act=lambda world, placed: world.call(
            "POST /payments/statements",
            steps.statement(
                {"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]}
            ),
            who="operator",
            key="statement",
        ),
        check=check_paid,
    ),
    "cancellation": Scenario(
        arrange=steps.order,
        act=lambda world, placed: world.call(
            f"POST /fiscal-drives/orders/{placed['order_id']}/cancellation"
        ),
        check=check_gone("cancelled"),
    ),
    "expiry": Scenario(
        arrange=time_runs_out,
        act=lambda world, placed: world.run("expire_invoices"),
        check=check_gone("expired"),
    ),
    "shipping": Scenario(
        arrange=assembled,
        act=lambda world, path: world.call(
            path, {"status": "shipped", "tracking_number": "RA123456789RU"}, who="operator"
        ),
        check=check_shipped,
    ),
    "shop opening": Scenario(
        arrange=steps.know_organisation,
        act=lambda world, given: world.call(
            "POST /organisation/shops", {"name": "На углу", "address": "г. Москва"}, key="shop"
        ),
        check=check_shop,
    ),
    "receipts": Scenario(
        arrange=registers_send, act=lambda world, given: None, check=check_counted
    ),
    "change of a register's owner": Scenario(
        arrange=register_changes_owner, act=lambda world, given: None, check=check_moved
    ),
}


@pytest.mark.parametrize(
    ("name", "side", "how"),
    [*itertools.product(SCENARIOS, ("before", "after"), ("death", "silence"))],
)
def test_books_are_right_wherever_it_is_broken_off(
    name: str, side: Side, how: How, worlds: Worlds
) -> None:
    places = survive(worlds, SCENARIOS[name], side, how)
    assert places >= 1


@pytest.mark.parametrize("side", ["before", "after"])
def test_email_goes_twice_only_if_nobody_noted_that_it_went(side: Side, worlds: Worlds) -> None:
    letter = {
        "client_id": "client-1",
        "mail_id": "mail-1",
        "to": "smirnova@example.ru",
        "subject": "Заказ оплачен",
        "text": "Здравствуйте!",
    }
    sent: list[int] = []
    mail = Scenario(
        arrange=lambda world: world.send(MAIL, letter),
        act=lambda world, given: None,
        check=lambda world, given, answer: sent.append(len(world.mails())),
    )
    assert survive(worlds, mail, side, "death") == 3, "claim, send, note"
    # Unbroken, then broken off at each of the three: only between the last two it goes again.
    assert sent == ([1, 1, 1, 2] if side == "before" else [1, 1, 2, 1])
