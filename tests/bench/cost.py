"""AWS calls, DynamoDB units and price of each function in a life with all services.

Units are computed from the sizes of the items, as DynamoDB does.

Units after "Read and write operations" of the DynamoDB Developer Guide: a write takes one a KB
begun, a transactional one two; a read takes one each 4 KB begun, half of it when eventual, twice
when transactional. Writes to indexes, counted apart, are never transactional.
"""

import dataclasses
import functools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from moto.dynamodb.models import dynamodb_backends

from infra import functions
from tests.bench import prices
from tests.bench.worlds import one_world
from tests.support import cloud, life
from tests.support.cloud import ACCOUNT, REGION

Item = Mapping[str, Any]
"""An item in DynamoDB's typed form."""


_SECONDS = 0.1
"""Billed of a call, warm, that waits for DynamoDB twice: assumed, since nothing here can tell."""
_LOG_BYTES = 1000
"""Logged of a call, with what the platform adds: assumed."""


@dataclasses.dataclass
class Used:
    """What a function used in all its calls."""

    times: int = 0
    calls: Counter[str] = dataclasses.field(default_factory=Counter)
    units: dict[str, float] = dataclasses.field(default_factory=lambda: defaultdict(float))

    def price(self, function: functions.Function) -> float:
        """Return the dollars of a thousand calls, its gateway or queue included."""
        each = prices.FUNCTION_CALL
        each += _SECONDS * function.memory / 1024 * prices.FUNCTION_GB_SECOND_ARM
        each += _LOG_BYTES / 1e9 * prices.LOG_GB
        each += prices.GATEWAY_CALL * function.behind_gateway
        each += prices.MESSAGE_CALLS * prices.QUEUE_CALL * bool(function.queue)
        written = self.units["write"] + self.units["index"]
        used = written * prices.WRITE_UNIT + self.units["read"] * prices.READ_UNIT
        used += sum(count * prices.CALLS.get(name, 0) for name, count in self.calls.items())
        return 1000 * (each + used / self.times)


class Meter:
    """Counts what each function of the product calls and consumes."""

    def __init__(self) -> None:
        self.world: Any = None
        self.used: dict[str, Used] = {}
        self._seen = 0

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand below the world within the block, so that the world tells whose a call is."""
        perform = BaseClient._make_api_call

        def metered(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if self.world is None or len(self.world.calls) == self._seen:
                return perform(client, operation, parameters)  # the tests' own
            self._seen = len(self.world.calls)
            used = self.used[self.world.calls[-1].function]
            before = _items(parameters)
            answer = perform(client, operation, parameters)
            used.calls[operation] += 1
            for used_units in (_read(operation, parameters, answer), _written(parameters, before)):
                for kind, units in used_units.items():
                    used.units[kind] += units
            return answer

        with mock.patch.object(BaseClient, "_make_api_call", metered):
            yield

    def follow(self, world: Any) -> None:
        """Measure what happens in a world, and how often each function runs there."""
        self.world, running = world, world.running

        def counted(function: str) -> Any:
            self.used.setdefault(function, Used()).times += 1
            return running(function)

        world.running = counted


def measure() -> dict[str, Used]:
    """Return what each function used in a life with all services."""
    meter = Meter()
    with meter.installed(), one_world() as world:
        meter.follow(world)
        life.live(world)
    return meter.used


def run() -> list[tuple[str, str]]:
    """(function, figures) for each that a life runs: calls and units of one call, the mean."""
    figures, used = [], measure()
    for name, of in sorted(used.items()):
        calls = " + ".join(f"{count / of.times:.3g} {what}" for what, count in of.calls.items())
        units = ", ".join(
            f"{of.units[kind] / of.times:.3g} {kind}" for kind in ("read", "write", "index")
        )
        price = f"${of.price(function_of(name)):.4f} a thousand"
        figures.append((name, " · ".join([calls or "none", units, price])))
    return figures


@functools.cache
def _by_name() -> dict[str, functions.Function]:
    everything = functions.all_functions(cloud.queue_names())
    shared = {route.name: function for function in everything for route in function.routes}
    return shared | {function.name: function for function in everything}


def function_of(name: str) -> functions.Function:
    """Return the function that runs an action, a read, a consumer or a schedule."""
    return _by_name()[name]


def _tables() -> Any:
    return dynamodb_backends[ACCOUNT][REGION].tables


def _writes(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Item]]:
    """Give the table and the key of each item that a call writes or checks."""
    if "TableName" not in parameters and not {"RequestItems", "TransactItems"} & parameters.keys():
        return
    if "Item" in parameters:
        yield _key(parameters["TableName"], parameters["Item"])
    if "Key" in parameters and "ConsistentRead" not in parameters:  # an update or a deletion
        yield _key(parameters["TableName"], parameters["Key"])
    if parameters.keys() == {"RequestItems"}:
        for table, requests in parameters["RequestItems"].items():
            for request in requests if isinstance(requests, list) else ():
                yield _key(table, request["PutRequest"]["Item"])
    for member in parameters.get("TransactItems", []):
        (verb,) = member.values()
        if "Get" not in member:
            yield _key(verb["TableName"], verb.get("Key") or verb["Item"])


def _key(table: str, item: Item) -> tuple[str, Item]:
    return table, {name: item[name] for name in _tables()[table].table_key_attrs}


def _items(parameters: Mapping[str, Any]) -> list[Item]:
    """Return the items as they stand that a call writes; empty where there is none yet."""
    current = []
    for table, key in _writes(parameters):
        kept = (item.to_json()["Attributes"] for item in _tables()[table].all_items())
        current.append(next((item for item in kept if key.items() <= item.items()), {}))
    return current


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
    was, now = (_projected(index, keys, item) for item in (old, new))
    if was == now:
        return 0
    if was and now and all(was[name] == now[name] for name in keys):
        return _kilobytes(max(size(was), size(now)), 1)
    return sum(_kilobytes(size(item), 1) for item in (was, now) if item)


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
                read += weight * sum(_kilobytes(size(item), 4) for item in got)
                read += weight * (len(wanted["Keys"]) - len(got))  # a miss takes the least
        case "Query":
            weight = 1 if parameters.get("ConsistentRead") else 0.5
            read = weight * _kilobytes(sum(map(size, answer["Items"])), 4)
        case "TransactGetItems":
            got = [response.get("Item", {}) for response in answer["Responses"]]
            read = 2 * sum(_kilobytes(size(item), 4) for item in got)
    return Counter({"read": read})  # type: ignore[dict-item]


def _kilobytes(length: int, step: int) -> int:
    return max(1, math.ceil(length / (1024 * step)))


def size(item: Item) -> int:
    """Return the bytes of an item ("Item sizes and formats", DynamoDB Developer Guide)."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content.strip("-").replace(".", "")) // 2 + 2
        case "M":
            return 3 + size(content) + len(content)
        case "L":
            return 3 + sum(map(_value, content)) + len(content)
        case "BOOL" | "NULL":
            return 1
        case "B":
            return len(content)
        case _:
            return sum(len(element) for element in content)
