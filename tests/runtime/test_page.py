"""Pages of a list: each item once, with cursors for one caller and one list."""

import base64
from typing import Any

import pytest

from chalicelib.core.billing.consumer import PAYMENTS
from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.commit import transact
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.page import PageQuery
from chalicelib.runtime.settings import PageSettings
from infra import declarations
from tests.support import steps
from tests.support.world import World


def open_shops(client_id: str, number: int) -> list[str]:
    names = [f"{place:03}" for place in range(number)]
    for name in names:
        shop = {"shop_id": name, "name": f"Магазин {name}", "address": "г. Москва"}
        key = {"client_id": client_id, "sk": f"shop#{name}"}
        transact([ORGANISATION.put(key | shop)])
    return names


@pytest.mark.parametrize("number", [0, 1, 2, 5, 6, 7, 21])
def test_pages_have_each_item_once(world: World, number: int) -> None:
    names = open_shops("client-1", number)
    open_shops("client-2", 3)
    for limit in (1, 2, 3, 7, 20, 100):
        shops = world.walk("/organisation/shops", limit=limit)
        assert [shop["shop_id"] for shop in shops] == names


def test_pages_of_an_index_have_each_item_once(world: World) -> None:
    for number in range(11):
        payment = {
            "invoice_number": "СУ-0000000001",
            "amount_kopecks": 100,
            "bank_reference": f"bank-{number:02}",
            "paid_on": "2026-11-24",
        }
        world.send(PAYMENTS, payment)
    world.drain()
    for limit in (1, 3, 10, 11, 12):
        payments = world.walk("/payments", limit=limit, who="operator")
        assert sorted(payment["bank_reference"] for payment in payments) == [
            f"bank-{n:02}" for n in range(11)
        ]


def test_default_is_twenty_items_a_page(world: World) -> None:
    open_shops("client-1", 21)
    page = world.get("/organisation/shops")
    assert len(page["items"]) == 20
    assert world.get("/organisation/shops", query={"next": page["next"]})["next"] is None


@pytest.fixture
def cursor(world: World) -> str:
    open_shops("client-1", 3)
    open_shops("client-2", 3)
    return str(world.get("/organisation/shops", query={"limit": 1})["next"])


def refused(world: World, cursor: str, path: str = "/organisation/shops", **how: Any) -> bool:
    answer = world.call(f"GET {path}", query={"next": cursor}, **how)
    return answer.status == 400 and answer.problem == "cursor-invalid"


def test_cursor_is_refused_to_other_callers_and_lists(world: World, cursor: str) -> None:
    assert not refused(world, cursor)
    assert refused(world, cursor, who="other_client")
    for path in ("/organisation/registers", "/invoices", "/fiscal-drives/orders"):
        assert refused(world, cursor, path)


def asks_for_nothing(action: Action) -> bool:
    """Whether an action needs neither a name in its path nor a parameter of its query."""
    (_, query) = payload_of(signature(action)) or ("", PageQuery)
    required = any(field.is_required() for field in query.model_fields.values())
    return "{" not in action.path and not required


def test_every_list_refuses_an_invented_cursor(world: World) -> None:
    steps.know_organisation(world)
    lists = [
        action
        for action in declarations.actions()
        if PageSettings in action.settings and asks_for_nothing(action)
    ]
    assert len(lists) > 10
    for action in lists:
        (who, *_) = sorted(action.callers)
        answer = world.call(f"GET {action.path}", query={"next": "A" * 40}, who=who)
        # A landlord who is not enrolled has no tenants, so there is no list to go on with.
        if action.name != "list_tenants":
            assert answer.problem == "cursor-invalid", action.path


def test_operators_lists_do_not_share_cursors(world: World) -> None:
    for number, outcome in enumerate(["underpaid", "underpaid", "late", "late"]):
        item = {
            "client_id": f"bank-reference#{number}",
            "sk": "payment",
            "bank_reference": str(number),
            "amount_kopecks": 1,
            "paid_on": "2026-11-24",
            "received_at": "2026-11-24T09:00:00Z",
            "outcome": outcome,
            "worklist": f"payments#{outcome}",
            "worklist_sort": str(number),
        }
        transact([BILLING.put(item)])
    query = {"limit": 1, "outcome": "late"}
    page = world.get("/payments", who="operator", query=query)
    query["next"] = page["next"]
    assert world.get("/payments", who="operator", query=query)["items"][0]["bank_reference"] == "3"
    answer = world.call("GET /payments", who="operator", query=query | {"outcome": "underpaid"})
    assert answer.problem == "cursor-invalid"


def test_changed_cursor_is_refused(world: World, cursor: str) -> None:
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for place in range(len(raw)):
        raw[place] ^= 1
        assert refused(world, base64.urlsafe_b64encode(raw).decode().rstrip("="))
        raw[place] ^= 1
    for length in range(0, len(cursor), 7):
        assert refused(world, cursor[:length]) or length == 0
    assert refused(world, cursor + "AAAA")


@pytest.mark.parametrize(
    "invented", ["", "a", "!", "ключ", "AAAA", "=" * 8, "null", "e30", "A" * 2048]
)
def test_invented_cursor_is_refused(world: World, invented: str) -> None:
    steps.know_organisation(world)
    assert refused(world, invented)


def test_cursor_of_another_key_is_refused(
    world: World, cursor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURSOR_KEY", "another secret of the tests, 32 letters and more")
    PageSettings.load.cache_clear()
    try:
        assert refused(world, cursor)
    finally:
        PageSettings.load.cache_clear()
