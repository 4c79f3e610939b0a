"""Every list and total over 1 000 rows and over 100 000, on a real engine.

The rows are copies of an item that the product wrote, with other ids and moments. Times are of the
handler in this process, with the engine's answers, the best of several, the two sizes in turns.
"""

import dataclasses
import gc
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from botocore.client import BaseClient

from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.page import Page, PageQuery
from chalicelib.runtime.table import Item, Table, to_wire
from infra import declarations
from tests.bench import engine
from tests.bench.worlds import one_world

SMALL, LARGE = 1_000, 100_000
GOAL = 1.3
_DATABASES = {"small": SMALL, "large": LARGE}
_SECONDS, _FEWEST, _MOST, _TRIES = 4.0, 3, 40, 3
"""For how long a call is repeated, how often in each size, and how often that is tried."""


def run() -> list[tuple[str, str]]:
    """(what, figure): a line each, ``first page; page from the middle``, then the worst."""
    if lacking := engine.missing():
        return [("growth", f"SKIPPED: install {' and '.join(lacking)}")]
    if wrong := unmeasured():
        raise RuntimeError(f"add to growth_lists, or take from it: {', '.join(sorted(wrong))}")
    figures, worst = [], ("", 0.0)
    with one_world() as world, engine.running() as dynamodb, Bench(world, dynamodb).held() as bench:
        for what, pairs in bench.measure():
            ratios = [large / small for small, large in pairs]
            figures.append((what, "; ".join(map(_figure, pairs))))
            worst = max(worst, (what, max(ratios)), key=lambda item: item[1])
            sys.stderr.write(f"{what}: {figures[-1][1]}\n")
    return [*figures, ("the worst of them", f"{worst[1]:.2f}×, {worst[0]}")]


def _figure(times: tuple[float, float]) -> str:
    small, large = times
    mark = "" if large <= GOAL * small else " **not flat**"
    return f"{large / small:.2f}× ({small * 1e3:.1f}, {large * 1e3:.1f} ms){mark}"


def unmeasured() -> set[str]:
    """Return the lists and totals that no case measures or argues away, and what is none of them.

    A list answers a page; a total of a period is asked with a query.
    """
    from tests.bench import growth_lists

    there = set()
    for action in declarations.actions():
        declared = signature(action)
        answers = declared.get("return")
        paged = isinstance(answers, type) and issubclass(answers, Page)
        if action.is_read and (paged or payload_of(declared)):
            there.add(action.name)
    named = {call.name for case in growth_lists.CASES for call in case.calls}
    return there ^ (named | growth_lists.NOT_MEASURED.keys())


@dataclasses.dataclass
class _Asked:
    """A call as the gateway passes it on."""

    name: str
    event: dict[str, Any]


class Bench:
    """The product over an engine that holds what a client owns, twice: small and large."""

    def __init__(self, world: Any, dynamodb: engine.Engine) -> None:
        from tests.bench import growth_lists
        from tests.support import estate

        self._lists = growth_lists
        self._world = world
        self._engine = dynamodb
        self._clients = {database: dynamodb.client(database) for database in _DATABASES}
        self._ids = {**growth_lists.own(world)}
        self._owned: dict[Table, list[Item]] = {
            table: sorted(world.items(table), key=lambda item: (item["client_id"], item["sk"]))
            for table in estate.tables()
        }
        self._database = "small"
        self._middle: list[Item] = []

    @contextmanager
    def held(self) -> Iterator["Bench"]:
        """Let calls of DynamoDB go to the engine within the block."""
        perform = BaseClient._make_api_call

        def redirected(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if client.meta.service_model.service_name == "dynamodb":
                client = self._clients[self._database]
                if operation == "Query":
                    parameters = {**_sought(parameters)}
            answer = perform(client, operation, parameters)
            if self._middle and "LastEvaluatedKey" in answer:
                self._jump(answer)
            return answer

        with mock.patch.object(BaseClient, "_make_api_call", redirected):
            for table, items in self._owned.items():
                self._fill(table, items)
            yield self

    def measure(self) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        """Yield each call with its times, small and large: of a first page, of one in the middle."""
        for case in self._lists.CASES:
            self._grow(case)
            gc.collect()
            gc.freeze()
            for call in case.calls:
                as_operator = " (operator)" if call.who == "operator" else ""
                query = " ".join(f"{name}={call.query[name]}" for name in _TELLING & {*call.query})
                what = f"`{call.name}`{' ' + query if query else ''}{as_operator}: {case.grows}"
                yield what, self._times(case, call)
            gc.unfreeze()
            for table in case.tables:
                self._fill(table, self._owned[table], again=True)

    def _fill(self, table: Table, items: list[Item], *, again: bool = False) -> None:
        from tests.support import cloud

        for database, client in self._clients.items():
            self._database = database
            if again:
                client.delete_table(TableName=table.physical_name)
            cloud.create_table(client, table.logical_id)
            rows = (self._lists.wire(to_wire(item)) for item in items)
            self._engine.write(database, table.physical_name, rows)

    def _grow(self, case: Any) -> None:
        for database, size in _DATABASES.items():
            for series in case.grown:
                rows = series.rows(self._owned[series.table], size)
                self._engine.write(database, series.table.physical_name, rows)
            if case.sold:
                (table,) = case.tables
                self._engine.write(database, table.physical_name, case.sold(size))

    def _times(self, case: Any, call: Any) -> list[tuple[float, float]]:
        first = {database: self._asked(call) for database in _DATABASES}
        pages = [first]
        for database, asked in first.items():
            if self._answer(database, asked)[1].get("items") == []:
                raise RuntimeError(f"{call.name} lists nothing of {case.grows}")
        if _is_paged(call.name):
            pages.append(
                {database: self._from_the_middle(case, call, database) for database in _DATABASES}
            )
        return [self._best(page) for page in pages]

    def _best(self, page: Mapping[str, _Asked]) -> tuple[float, float]:
        """Return the seconds that a page takes, small and large, the best of several.

        What seems not flat is tried for longer, since other work goes on beside.
        """
        best = dict.fromkeys(page, float("inf"))
        for _ in range(_TRIES):
            began, turns = time.monotonic(), 0
            while turns < _FEWEST or (turns < _MOST and time.monotonic() - began < _SECONDS):
                turns += 1
                for database, asked in page.items():
                    best[database] = min(best[database], self._answer(database, asked)[0])
            if best["large"] <= GOAL * best["small"]:
                break
        return best["small"], best["large"]

    def _from_the_middle(self, case: Any, call: Any, database: str) -> _Asked:
        """Return the call of the page after the middle row, with a cursor that the product made.

        The walk there is spared: a first page is told that it ended with that row.
        """
        number = _DATABASES[database] // 2
        self._middle = [
            json.loads(series.row(self._owned[series.table])(number))
            for series in case.grown
            if not series.only
        ]
        first = self._answer(database, self._asked(call))[1]
        if self._middle:
            raise RuntimeError(f"no row of {case.grows} is in {call.name}")
        asked = self._asked(call, next=first["next"])
        there = self._answer(database, asked)[1]
        if len(there["items"]) != len(first["items"]) or there["items"][0] in first["items"]:
            raise RuntimeError(f"{call.name} has no page in its middle")
        return asked

    def _jump(self, answer: dict[str, Any]) -> None:
        """Put the middle row in place of the last one of an answer."""
        last = answer["LastEvaluatedKey"]
        for row in self._middle:
            kinds = (row["sk"]["S"].partition("#")[0], last["sk"]["S"].partition("#")[0])
            if len({*kinds}) == 1 and last.keys() <= row.keys():
                answer["LastEvaluatedKey"] = {name: row[name] for name in last}
                self._middle = []

    def _asked(self, call: Any, **query: str) -> _Asked:
        from tests.support import estate
        from tests.support import world as product

        declared = _declared(call.name)
        if call.name not in self._ids:
            self._ids[call.name] = estate.own_ids(self._world, self._lists.CLIENT, declared)
        method, path = estate.route(declared, self._ids[call.name]).split(" ", 1)
        sent_query = urlencode({**call.query, **query})
        event = product._event(method, f"{path}?{sent_query}" if sent_query else path, {}, None)
        who = product.PERSONAS[call.who]
        event["requestContext"] |= {"requestId": "bench", "authorizer": who}
        return _Asked(call.name, event)

    def _answer(self, database: str, asked: _Asked) -> tuple[float, Any]:
        """Return the seconds that an answer took, and what it says."""
        import app

        self._database = database
        with self._world.running(asked.name):
            started = time.perf_counter()
            made = app.app(asked.event, None)
            seconds = time.perf_counter() - started
        if made["statusCode"] != 200:
            raise RuntimeError(f"{asked.name}: {made['body']}")
        return seconds, _readable(made)


def _declared(name: str) -> Action:
    (declared,) = (action for action in declarations.actions() if action.name == name)
    return declared


def _is_paged(name: str) -> bool:
    payload = payload_of(signature(_declared(name)))
    return payload is not None and issubclass(payload[1], PageQuery)


def _sought(query: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a query in words whose beginning DynamoDB Local seeks as DynamoDB does.

    To a prefix it walks from the beginning of the partition, to a cursor from that of the range:
    up to a microsecond a row, which would be all that is measured. A range it seeks.
    """
    names, values = query["ExpressionAttributeNames"], query["ExpressionAttributeValues"]
    bounds: dict[str, Any] = {}
    if "begins_with" in query["KeyConditionExpression"]:
        bounds = {":low": values[":v1"], ":high": {"S": values[":v1"]["S"] + chr(sys.maxunicode)}}
    elif "BETWEEN" in query["KeyConditionExpression"]:
        bounds = {":low": values[":v1"], ":high": values[":v2"]}
    at = names.get("#n1") or f"{query['IndexName']}_sort"
    if "ExclusiveStartKey" in query:
        bounds[":low" if query["ScanIndexForward"] else ":high"] = query["ExclusiveStartKey"][at]
    if not bounds:
        return query
    ways = {":low": "#at >= :low", ":high": "#at <= :high"}
    both = "#at BETWEEN :low AND :high"
    way = both if len(bounds) == len(ways) else "".join(ways[bound] for bound in bounds)
    return {
        **query,
        "KeyConditionExpression": f"#n0 = :v0 AND {way}",
        "ExpressionAttributeNames": {"#n0": names["#n0"], "#at": at},
        "ExpressionAttributeValues": {":v0": values[":v0"], **bounds},
    }


_TELLING = {"box", "status", "q"}


def _readable(made: Mapping[str, Any]) -> Any:
    headers = {name.lower(): value for name, value in made["headers"].items()}
    kind = headers["content-type"]
    return json.loads(made["body"]) if kind == "application/json" else {kind: made["body"]}
