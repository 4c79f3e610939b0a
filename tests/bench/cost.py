"""AWS calls and DynamoDB units of each action on the way of an order, by the sizes of its items.

Units after "Read and write operations" of the DynamoDB Developer Guide: a write takes one a KB
begun, a transactional one two; a read takes one each 4 KB begun, half of it when eventual, twice
when transactional. Writes to indexes, counted apart, are never transactional.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from moto.dynamodb.models import dynamodb_backends

from tests.bench.worlds import one_world
from tests.support import steps
from tests.support.cloud import ACCOUNT, REGION

Item = Mapping[str, Any]
"""An item in DynamoDB's typed form."""


class Meter:
    """Counts what each function of the product calls and consumes."""

    def __init__(self) -> None:
        self.world: Any = None
        self.calls: dict[str, Counter[str]] = {}
        self.units: dict[str, Counter[str]] = {}
        self._seen = 0

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand below the world within the block, so that the world tells whose a call is."""
        perform = BaseClient._make_api_call

        def metered(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if self.world is None or len(self.world.calls) == self._seen:
                return perform(client, operation, parameters)  # the tests' own
            self._seen = len(self.world.calls)
            function = self.world.calls[-1].function
            before = _items(parameters)
            answer = perform(client, operation, parameters)
            self.calls.setdefault(function, Counter())[operation] += 1
            used = self.units.setdefault(function, Counter())
            used.update(_read(operation, parameters, answer))
            used.update(_written(parameters, before))
            return answer

        with mock.patch.object(BaseClient, "_make_api_call", metered):
            yield

    def take(self) -> list[tuple[str, str]]:
        """Return what was counted, and begin anew."""
        rows = []
        for function, calls in self.calls.items():
            used = self.units[function]
            made = " + ".join(
                f"{count} {name}" if count > 1 else name for name, count in calls.items()
            )
            figures = f"{used['read']:g} read, {used['write']:g} write, {used['index']:g} index"
            rows.append((function, f"{made}: {figures}"))
        self.calls, self.units = {}, {}
        return rows


def run() -> list[tuple[str, str]]:
    """(what, figure) for each function on the way of an order: its calls and its units."""
    meter, figures = Meter(), []
    with meter.installed(), one_world() as world:
        meter.world = world

        def note(step: str) -> None:
            figures.extend((f"{step}: {name}", cost) for name, cost in meter.take())

        steps.know_organisation(world)
        note("organisation")
        steps.put_on_sale(world)
        note("on sale")
        steps.fill_cart(world)
        note("cart")
        placed = world.ok("POST /fiscal-drives/orders", steps.FORM)
        note("order")
        world.ok("POST /payments", steps.payment(placed), who="operator")
        note("payment")
        world.drain()
        note("after the payment")
        for status in ("assembling", "shipped"):
            body = {"status": status}
            if status == "shipped":
                body["tracking_number"] = "RA123456789RU"
            path = f"/fiscal-drives/orders/{placed['order_id']}/status"
            world.ok(f"POST {path}", body, who="operator")
            note(f"status, {status}")
        world.drain()
        meter.take()
        steps.fill_cart(world)
        other = world.ok("POST /fiscal-drives/orders", steps.FORM)
        world.drain()
        meter.take()
        world.ok(f"POST /fiscal-drives/orders/{other['order_id']}/cancellation")
        note("cancellation")
    return figures


def _tables() -> Any:
    return dynamodb_backends[ACCOUNT][REGION].tables


def _writes(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Item]]:
    """Give the table and the key of each item that a call writes or checks."""
    if "Item" in parameters:
        yield _key(parameters["TableName"], parameters["Item"])
    if parameters.keys() == {"RequestItems"}:
        for table, requests in parameters["RequestItems"].items():
            for one in requests if isinstance(requests, list) else ():
                yield _key(table, one["PutRequest"]["Item"])
    for member in parameters.get("TransactItems", []):
        (verb,) = member.values()
        if "Get" not in member:
            yield _key(verb["TableName"], verb.get("Key") or verb["Item"])


def _key(table: str, item: Item) -> tuple[str, Item]:
    return table, {name: item[name] for name in _tables()[table].table_key_attrs}


def _items(parameters: Mapping[str, Any]) -> list[Item]:
    """Return the items as they stand that a call writes; empty where there is none yet."""
    found = []
    for table, key in _writes(parameters):
        kept = (one.to_json()["Attributes"] for one in _tables()[table].all_items())
        found.append(next((one for one in kept if key.items() <= one.items()), {}))
    return found


def _written(parameters: Mapping[str, Any], before: list[Item]) -> Counter[str]:
    used: Counter[str] = Counter()
    after = _items(parameters)
    weight = 2 if "TransactItems" in parameters else 1
    for (table, _), old, new in zip(_writes(parameters), before, after, strict=True):
        used["write"] += weight * _kilobytes(max(size(old), size(new)), 1)
        for index in _tables()[table].global_indexes:
            used["index"] += _index_units(index, old, new)
    return used


def _index_units(index: Any, old: Item, new: Item) -> int:
    keys = [part["AttributeName"] for part in index.schema]
    was, now = (_projected(index, keys, one) for one in (old, new))
    if was == now:
        return 0
    if was and now and all(was[name] == now[name] for name in keys):
        return _kilobytes(max(size(was), size(now)), 1)
    return sum(_kilobytes(size(one), 1) for one in (was, now) if one)


def _projected(index: Any, keys: list[str], item: Item) -> Item:
    if not all(name in item for name in keys):
        return {}
    if index.projection["ProjectionType"] == "ALL":
        return item
    kept = {*keys, "client_id", "sk", *index.projection.get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in kept}


def _read(operation: str, parameters: Mapping[str, Any], answer: Any) -> Counter[str]:
    read = 0.0
    match operation:
        case "GetItem":
            weight = 1 if parameters.get("ConsistentRead") else 0.5
            read = weight * _kilobytes(size(answer.get("Item", {})), 4)
        case "BatchGetItem":
            for table, wanted in parameters["RequestItems"].items():
                weight = 1 if wanted.get("ConsistentRead") else 0.5
                got = answer["Responses"].get(table, [])
                read += weight * sum(_kilobytes(size(one), 4) for one in got)
                read += weight * (len(wanted["Keys"]) - len(got))  # a miss takes the least
        case "Query":
            weight = 1 if parameters.get("ConsistentRead") else 0.5
            read = weight * _kilobytes(sum(map(size, answer["Items"])), 4)
        case "TransactGetItems":
            got = [one.get("Item", {}) for one in answer["Responses"]]
            read = 2 * sum(_kilobytes(size(one), 4) for one in got)
    return Counter({"read": read})  # type: ignore[dict-item]


def _kilobytes(length: int, step: int) -> int:
    return max(1, math.ceil(length / (1024 * step)))


def size(item: Item) -> int:
    """Return the bytes of an item ("Item sizes and formats", DynamoDB Developer Guide)."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, said),) = value.items()
    match kind:
        case "S":
            return len(said.encode())
        case "N":
            return len(said.strip("-").replace(".", "")) // 2 + 2
        case "M":
            return 3 + size(said) + len(said)
        case "L":
            return 3 + sum(map(_value, said)) + len(said)
        case "BOOL" | "NULL":
            return 1
        case "B":
            return len(said)
        case _:
            return sum(len(one) for one in said)
