"""Reads and writes of a table against moto."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr

from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.commit import transact
from chalicelib.runtime.problem import NotFound, Problem, Unavailable
from chalicelib.runtime.table import (
    Get,
    Item,
    every,
    fetch,
    fetch_all,
    first,
    from_wire,
    to_wire,
)
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("world")


def get(sk: str, client_id: str = "client-1") -> Get[Item]:
    return ORGANISATION.get(client_id, sk, lambda item: item)


def put(sk: str, client_id: str = "client-1", **attributes: Any) -> Item:
    item = {"client_id": client_id, "sk": sk, **attributes}
    transact([ORGANISATION.put(item)])
    return item


def test_items_are_read_as_they_were_written() -> None:
    item = {
        "text": "Ромашка",
        "empty": "",
        "whole": 10**13,
        "negative": -5,
        "fraction": Decimal("1.50"),
        "flag": True,
        "nothing": None,
        "bytes": b"\x00\xff",
        "list": [1, "a", {"b": [False]}],
        "map": {"a": {"b": 1}},
    }
    assert from_wire(to_wire(item)) == item
    assert put("thing", **item) == fetch(get("thing"))
    assert type(from_wire({"n": {"N": "7"}})["n"]) is int


def test_update_changes_only_the_named_attributes() -> None:
    put("thing", kept="a", changed="a", number=1, lines=["a"], gone=1, gone_too=2)
    write = ORGANISATION.update(
        "client-1",
        "thing",
        put={"changed": "b", "new": 1},
        add={"number": -3, "count": 2},
        append={"lines": {"b": 1}},
        remove=["gone", "gone_too", "never_there"],
        when=Attr("kept").eq("a") & Attr("number").between(1, 2) & Attr("changed").ne("b"),
    )
    transact([write])
    assert fetch(get("thing")) == {
        "client_id": "client-1",
        "sk": "thing",
        "kept": "a",
        "changed": "b",
        "new": 1,
        "number": -2,
        "count": 2,
        "lines": ["a", {"b": 1}],
    }


def test_update_may_condition_on_the_attribute_it_changes() -> None:
    """Placeholders of the change and of the condition must not collide."""
    put("thing", a="1", b="2")
    change = {"a": "2", "b": "1"}
    transact([ORGANISATION.update("client-1", "thing", put=change, when=Attr("a").eq("1"))])
    assert fetch(get("thing")) == {"client_id": "client-1", "sk": "thing", "a": "2", "b": "1"}


def test_reserved_words_are_valid_attribute_names() -> None:
    put("thing", status="a", name="b", size=1)
    transact(
        [
            ORGANISATION.update(
                "client-1",
                "thing",
                put={"status": "b"},
                add={"size": 1},
                remove=["name"],
                when=Attr("status").eq("a"),
            )
        ]
    )
    assert fetch(get("thing")) == {
        "client_id": "client-1",
        "sk": "thing",
        "status": "b",
        "size": 2,
    }


def refused(*writes: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        transact(list(writes))
    return caught.value


def test_each_write_checks_its_condition() -> None:
    put("there", state="open")
    open_ = Attr("state").eq("open")
    shut = Attr("state").eq("shut")
    item = {"client_id": "client-1", "sk": "there"}
    for write in (
        ORGANISATION.put(item, new=True),
        ORGANISATION.put(item, when=shut),
        ORGANISATION.update("client-1", "absent", put={"a": 1}),
        ORGANISATION.update("client-1", "there", put={"a": 1}, when=shut),
        ORGANISATION.delete("client-1", "there", when=shut),
        ORGANISATION.check("client-1", "there", when=shut),
        ORGANISATION.check("client-2", "there", when=open_),
    ):
        assert refused(write).status == 409
    assert fetch(get("there")) == item | {"state": "open"}
    transact([ORGANISATION.delete("client-1", "absent")])
    transact([ORGANISATION.check("client-1", "there", when=open_)])
    transact([ORGANISATION.delete("client-1", "there", when=open_)])
    assert fetch(get("there")) is None


def test_refusal_is_the_problem_of_the_write() -> None:
    put("thing", left=3)
    items: list[Item | None] = []

    def explain(item: Item | None) -> Problem:
        items.append(item)
        return NotFound()

    never = Attr("left").gte(5)
    write = ORGANISATION.update("client-1", "thing", add={"left": -5}, when=never)
    assert refused(write).slug == "conflict"
    other = ORGANISATION.check("client-1", "absent", when=never, otherwise=explain)
    named = ORGANISATION.put({"client_id": "a", "sk": "a"}, when=never, otherwise=Unavailable())
    assert refused(named).slug == "unavailable"
    again = ORGANISATION.update(
        "client-1", "thing", add={"left": -5}, when=never, otherwise=explain
    )
    assert refused(again).slug == "not-found"
    assert refused(other).slug == "not-found"
    assert items == [{"client_id": "client-1", "sk": "thing", "left": 3}, None]


def test_transaction_is_all_or_nothing() -> None:
    put("there")
    refused(
        ORGANISATION.put({"client_id": "client-1", "sk": "new"}, new=True),
        BILLING.put({"client_id": "client-1", "sk": "new"}, new=True),
        ORGANISATION.put({"client_id": "client-1", "sk": "there"}, new=True),
    )
    assert fetch(get("new")) is None


def test_fetch_returns_items_in_the_order_asked() -> None:
    a, b = put("a", n=1), put("b", n=2)
    bill = BILLING.get("client-1", "a", lambda item: item)
    assert fetch(get("a")) == a
    assert fetch(get("absent")) is None
    assert fetch(get("b"), get("a")) == (b, a)
    assert fetch(get("absent"), get("b"), bill) == (None, b, None)
    assert fetch_all([get("b"), get("absent"), get("a"), get("b")]) == [b, None, a, b]
    assert fetch(get("a", "client-2"), get("a")) == (None, a), "keys are whole"


def test_fetch_repeats_unprocessed_keys_a_few_times(world: World) -> None:
    put("a")
    answers = []

    def leave_unread(perform: Any) -> Any:
        answer = perform()
        (table,) = answer["Responses"]
        answers.append(answer)
        keys = [
            {name: item[name] for name in ("client_id", "sk")}
            for item in answer["Responses"][table]
        ]
        left = {table: {"Keys": keys, "ConsistentRead": True}}
        if len(answers) in unread:
            return answer | {"Responses": {table: []}, "UnprocessedKeys": left}
        return answer

    world.around = leave_unread
    unread: set[int] = {1, 2}
    with world.running("get_organisation"):
        assert [item and item["sk"] for item in fetch_all([get("a"), get("b")])] == ["a", None]
    unread = set(range(100))
    with world.running("get_organisation"), pytest.raises(Unavailable):
        fetch_all([get("a")])


def test_list_has_one_partition_and_one_prefix() -> None:
    for sk in ("shop#2", "shop#1", "shop", "shopping", "register#1"):
        put(sk)
    put("shop#3", "client-2")

    def sort_keys(**how: Any) -> list[str]:
        query = ORGANISATION.list("client-1", "shop#", lambda item: str(item["sk"]), **how)
        assert first(query) == every(query, most=10)[0]
        return every(query, most=10)

    assert sort_keys() == ["shop#1", "shop#2"]
    assert sort_keys(newest_first=True) == ["shop#2", "shop#1"]
    assert first(ORGANISATION.list("client-3", "shop#", dict)) is None


def test_index_is_limited_to_a_value_or_up_to_a_value() -> None:
    for number in range(5):
        item = {"client_id": f"client-{number}", "sk": "a", "due": "invoices"}
        transact([BILLING.put(item | {"due_sort": f"2026-11-2{number}#{number}"})])
    transact([BILLING.put({"client_id": "client-9", "sk": "a"})])

    def owners(**how: Any) -> list[str]:
        return every(
            BILLING.index("due", "invoices", lambda item: str(item["client_id"]), **how), most=9
        )

    assert owners() == [f"client-{number}" for number in range(5)]
    assert owners(newest_first=True)[0] == "client-4"
    assert owners(at="2026-11-23#3") == ["client-3"]
    assert owners(up_to="2026-11-22") == ["client-0", "client-1"]


def test_every_reads_pages_up_to_its_bound(world: World) -> None:
    for number in range(7):
        put(f"shop#{number}")

    def cut(perform: Any) -> Any:
        """Answer with fewer items than asked for and a key to continue, as at a megabyte."""
        answer = perform()
        items = answer["Items"][:2]
        if len(answer["Items"]) <= 2:
            return answer
        last = {name: items[-1][name] for name in ("client_id", "sk")}
        return answer | {"Items": items, "LastEvaluatedKey": last}

    world.around = cut
    query = ORGANISATION.list("client-1", "shop#", lambda item: str(item["sk"])[-1])
    with world.running("list_shops"):
        assert "".join(every(query, most=100)) == "0123456"
        assert "".join(every(query, most=5)) == "01234"
