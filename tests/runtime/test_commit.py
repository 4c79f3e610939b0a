"""A transaction commits with the idempotency record of its request, or not at all."""

import time
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.commit import (
    IDEMPOTENCY,
    KEPT_FOR,
    commit,
    put_all,
    transact,
    write_alone,
)
from chalicelib.runtime.problem import NotFound, Problem, Unavailable
from chalicelib.runtime.table import to_wire
from tests.support import steps
from tests.support.world import World

SHOP = {"name": "На углу", "address": "г. Москва"}
SHOPS = "POST /organisation/shops"
ORDERS = "POST /fiscal-drives/orders"


def shops(world: World) -> int:
    return len(world.items(ORGANISATION, "shop#"))


def test_same_key_and_body_give_the_same_answer_once_executed(world: World) -> None:
    made = world.call(SHOPS, SHOP, key="k")
    world.advance(hours=1)
    again = world.call(SHOPS, SHOP, key="k")
    assert (made.status, again.status) == (201, 201)
    assert again.json == made.json
    assert again.headers == made.headers
    assert shops(world) == 1


def test_bodies_are_compared_by_their_values(world: World) -> None:
    made = world.ok(SHOPS, SHOP, key="k")
    spaced = b'{ "address" : " \\u0433. \xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0 ",'
    spaced += '"name":"На углу"}'.encode()
    assert world.call(SHOPS, raw=spaced, key="k").json == made


def test_other_body_under_the_key_is_refused(world: World) -> None:
    world.ok(SHOPS, SHOP, key="k")
    answer = world.call(SHOPS, SHOP | {"name": "Другой"}, key="k")
    assert (answer.status, answer.problem) == (422, "idempotency-key-reused")
    assert shops(world) == 1


def test_other_path_under_the_key_is_refused(world: World) -> None:
    drive = {"title": "ФН", "months": 15, "price_kopecks": 1, "fits_register_models": []}
    world.ok("PUT /fiscal-drives/fn-1", drive, who="operator", key="k")
    answer = world.call("PUT /fiscal-drives/fn-2", drive, who="operator", key="k")
    assert answer.problem == "idempotency-key-reused"


def test_keys_of_clients_and_actions_are_independent(world: World) -> None:
    world.ok(SHOPS, SHOP, key="k")
    world.ok(SHOPS, SHOP | {"name": "Другой"}, key="k", who="other_client")
    steps.ready_to_order(world)
    world.ok(ORDERS, steps.FORM, key="k")
    assert shops(world) == 2


def test_answer_is_repeated_after_the_state_has_changed(world: World) -> None:
    """The first order empties the cart, so a second execution would be refused."""
    steps.ready_to_order(world)
    placed = world.ok(ORDERS, steps.FORM, key="k")
    assert world.call(ORDERS, steps.FORM, key="k").json == placed
    other = world.call(ORDERS, steps.FORM | {"comment": "Быстрее"}, key="k")
    assert other.problem == "idempotency-key-reused"
    world.ok(f"{ORDERS}/{placed['order_id']}/cancellation")
    assert world.call(ORDERS, steps.FORM, key="k").json == placed
    assert world.call(ORDERS, steps.FORM, key="k2").problem == "cart-empty"


def test_refused_call_leaves_its_key_free(world: World) -> None:
    steps.know_organisation(world)
    assert world.call(ORDERS, steps.FORM, key="k").problem == "cart-empty"
    assert world.items(IDEMPOTENCY) == []
    steps.put_on_sale(world)
    steps.fill_cart(world)
    world.ok(ORDERS, steps.FORM | {"comment": "Быстрее"}, key="k")


def test_record_commits_with_the_changes_and_expires(world: World) -> None:
    world.ok(SHOPS, SHOP, key="k")
    (call,) = world.calls
    assert call.operation == "TransactWriteItems"
    assert {IDEMPOTENCY.physical_name, ORGANISATION.physical_name} == call.resources
    (record,) = world.items(IDEMPOTENCY)
    assert record["client_id"] == "client-1"
    assert record["expires_at"] == int((world.moment + KEPT_FOR).timestamp())


def test_simultaneous_requests_with_one_key_get_one_answer(world: World) -> None:
    """Of two simultaneous requests, the second reads the cart before the first has emptied it."""
    steps.ready_to_order(world)
    answers = []

    def twin_first(perform: Any) -> Any:
        if world.calls[-1].operation == "TransactWriteItems":
            world.around = lambda perform: perform()
            answers.append(world.call(ORDERS, steps.FORM, key="k"))
            world._function = "order_fiscal_drives"
        return perform()

    world.around = twin_first
    second = world.call(ORDERS, steps.FORM, key="k")
    assert [second.json] == [answer.json for answer in answers]
    assert len(world.get("/invoices")["items"]) == 1


def test_repeat_on_another_day_gets_the_same_answer(world: World) -> None:
    placed = steps.order(world)
    paid = steps.payment(placed)
    first = world.ok("POST /payments", paid, who="operator", key="k")
    world.advance(days=2)
    assert world.ok("POST /payments", paid, who="operator", key="k") == first


# --- transact


def cancelled(*codes: str) -> ClientError:
    answer = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(answer, "TransactWriteItems")  # type: ignore[arg-type]


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses in seconds instead of sleeping."""
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


def failing(world: World, error: ClientError, times: int) -> None:
    left = [error] * times

    def fail(perform: Any) -> Any:
        if left and world.calls[-1].operation == "TransactWriteItems":
            raise left.pop()
        return perform()

    world.around = fail


def test_conflict_with_other_transactions_is_tried_again(world: World, naps: list[float]) -> None:
    failing(world, cancelled("TransactionConflict", "None"), times=3)
    world.ok(SHOPS, SHOP)
    assert shops(world) == 1
    assert len(naps) == 3


def test_conflict_without_end_is_an_outage(world: World, naps: list[float]) -> None:
    failing(world, cancelled("None", "TransactionConflict"), times=100)
    answer = world.call(SHOPS, SHOP)
    assert (answer.status, answer.problem) == (503, "unavailable")
    assert sum(naps) < 5, "time is left within the gateway's 29 seconds"


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_throttled_transaction_is_tried_again(world: World, naps: list[float], code: str) -> None:
    failing(world, cancelled(code, "None"), times=1)
    world.ok(SHOPS, SHOP)


def test_transaction_refused_for_its_form_is_a_defect(world: World, naps: list[float]) -> None:
    failing(world, cancelled("ValidationError", "None"), times=1)
    assert world.call(SHOPS, SHOP).problem == "unexpected"
    assert naps == []


def test_first_refusal_is_raised(world: World) -> None:
    def absent(table: Any, otherwise: Problem | None) -> Any:
        return table.update("client-1", "absent", put={"a": 1}, otherwise=otherwise)

    free = ORGANISATION.put({"client_id": "client-1", "sk": "free"})
    with pytest.raises(NotFound):
        transact([free, absent(ORGANISATION, NotFound()), absent(BILLING, Unavailable())])
    with pytest.raises(Unavailable):
        commit(None, absent(BILLING, Unavailable()), None, absent(ORGANISATION, NotFound()))


def item(number: int, **attributes: Any) -> dict[str, Any]:
    return {"client_id": "client-1", "sk": f"shop#{number:03}", **attributes}


def test_items_are_put_in_batches_and_retried(world: World) -> None:
    left = [2, 1, 0]

    def take_part(perform: Any) -> Any:
        """Leave some items of a call unprocessed, as a busy table does."""
        answer = perform()
        if left and (count := left.pop(0)):
            puts = [{"PutRequest": {"Item": to_wire(item(n))}} for n in range(count)]
            answer["UnprocessedItems"] = {ORGANISATION.physical_name: puts}
        return answer

    world.around = take_part
    with world.running("follow_cabinet"):
        put_all([ORGANISATION.put(item(n)) for n in range(60)])
    assert shops(world) == 60
    assert [call.operation for call in world.calls] == ["BatchWriteItem"] * (3 + 2)


def test_items_that_are_never_processed_are_an_outage(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)

    def take_none(perform: Any) -> Any:
        puts = [{"PutRequest": {"Item": to_wire(item(1))}}]
        return {"UnprocessedItems": {ORGANISATION.physical_name: puts}}

    world.around = take_none
    with world.running("follow_cabinet"), pytest.raises(Unavailable):
        put_all([ORGANISATION.put(item(1))])


def test_single_write_checks_its_condition(world: World) -> None:
    first = ORGANISATION.put(item(1, version=1), new=True, otherwise=NotFound())
    with world.running("follow_cabinet"):
        write_alone(first)
        with pytest.raises(NotFound):
            write_alone(first)
        with pytest.raises(Problem):
            write_alone(ORGANISATION.put(item(1), when=Attr("version").eq(2)))
        write_alone(ORGANISATION.update("client-1", "shop#001", add={"version": 1}))
    assert [shop["version"] for shop in world.items(ORGANISATION, "shop#")] == [2]
