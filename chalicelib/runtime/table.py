"""Reads and writes of DynamoDB, described as values and performed by a few functions.

A store describes reads and writes as :class:`Get`, :class:`Query` and :class:`Write`. An action
performs one :func:`fetch` (or :func:`page`) and one ``commit``. No other module calls DynamoDB.
"""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar, overload

from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder, Key
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from pydantic import BaseModel

from chalicelib.runtime.aws import client
from chalicelib.runtime.problem import Problem, Unavailable
from chalicelib.runtime.resource import Resource

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Item = dict[str, Any]
Otherwise = Problem | Callable[[Item | None], Problem]

PARTITION, SORT = "client_id", "sk"
_BATCH_ATTEMPTS = 5


class _Deserializer(TypeDeserializer):  # type: ignore[misc] # boto3 carries no types
    def _deserialize_n(self, value: str) -> int | Decimal:
        return int(value) if value.lstrip("-").isdigit() else Decimal(value)

    def _deserialize_b(self, value: bytes) -> bytes:
        return bytes(value)


class _Serializer(TypeSerializer):  # type: ignore[misc] # boto3 carries no types
    """Finds the usual types by a look-up, in a third of the time that boto3's checks take."""

    def _get_dynamodb_type(self, value: Any) -> str:
        return _WIRE_TYPES.get(type(value)) or str(super()._get_dynamodb_type(value))


_WIRE_TYPES = {str: "S", int: "N", Decimal: "N", bool: "BOOL", type(None): "NULL"}
_WIRE_TYPES |= {dict: "M", list: "L", bytes: "B"}
_serialize = _Serializer().serialize
_deserialize = _Deserializer().deserialize


def to_wire(item: Mapping[str, Any]) -> Item:
    """Return ``item`` in DynamoDB's typed form."""
    return {name: _serialize(value) for name, value in item.items()}


def from_wire(item: Mapping[str, Any]) -> Item:
    """Return an item in DynamoDB's typed form as plain values; whole numbers are int."""
    return {name: _deserialize(value) for name, value in item.items()}


def to_item(model: BaseModel) -> Item:
    """Return the attributes of a model in their JSON form; fields that are None are left out."""
    return model.model_dump(mode="json", exclude_none=True)


@dataclasses.dataclass(frozen=True)
class Get(Generic[T_co]):
    """A read of one item; ``read`` makes the result from the attributes of the item."""

    table: "Table"
    key: Item
    read: Callable[[Item], T_co]


@dataclasses.dataclass(frozen=True)
class Query(Generic[T_co]):
    """A list in key order, from a partition of a table or of an index."""

    table: "Table"
    condition: ConditionBase
    identity: tuple[str, ...]
    read: Callable[[Item], T_co]
    index: str | None = None
    newest_first: bool = False

    def request(self) -> dict[str, Any]:
        """Return the parameters of the call without those of a page."""
        built = ConditionExpressionBuilder().build_expression(self.condition, True)
        request: dict[str, Any] = {
            "TableName": self.table.physical_name,
            "KeyConditionExpression": built.condition_expression,
            "ExpressionAttributeNames": built.attribute_name_placeholders,
            "ExpressionAttributeValues": to_wire(built.attribute_value_placeholders),
            "ScanIndexForward": not self.newest_first,
        }
        if self.index:
            request["IndexName"] = self.index
        else:
            request["ConsistentRead"] = True
        return request


@dataclasses.dataclass(frozen=True)
class Write:
    """A conditional write, and the problem to raise if the condition fails."""

    table: "Table"
    request: dict[str, Any]
    otherwise: Otherwise | None = None

    def refusal(self, item: Item | None) -> Problem:
        """Return the problem for a failed condition, given the item as it is in the table."""
        match self.otherwise:
            case None:
                return Problem()
            case Problem() as problem:
                return problem
            case explain:
                return explain(item)


class Table(Resource):
    """A table of ``infra/resources.yaml``, partitioned by ``client_id`` and sorted by ``sk``."""

    kind = "table"

    def get(self, client_id: str, sk: str, read: Callable[[Item], T]) -> Get[T]:
        """Describe a strongly consistent read of one item."""
        return Get(self, {PARTITION: client_id, SORT: sk}, read)

    def list(
        self, client_id: str, prefix: str, read: Callable[[Item], T], *, newest_first: bool = False
    ) -> Query[T]:
        """Describe the list of items of ``client_id`` whose sort key begins with ``prefix``."""
        condition = Key(PARTITION).eq(client_id) & Key(SORT).begins_with(prefix)
        return Query(
            self, condition, (self.name, client_id, prefix), read, newest_first=newest_first
        )

    def between(
        self,
        client_id: str,
        first: str,
        last: str,
        read: Callable[[Item], T],
        *,
        index: str | None = None,
    ) -> Query[T]:
        """Describe the list of items of ``client_id`` from sort key ``first`` to ``last``.

        With ``index``, the list is in the order of that index, whose sort key is the attribute of
        the same name.
        """
        condition = Key(PARTITION).eq(client_id) & Key(index or SORT).between(first, last)
        identity = (self.name, *([index] if index else []), client_id, first, last)
        return Query(self, condition, identity, read, index=index)

    def index(
        self,
        name: str,
        value: str,
        read: Callable[[Item], T],
        *,
        at: str | None = None,
        up_to: str | None = None,
        newest_first: bool = False,
    ) -> Query[T]:
        """Describe a list of the index ``name``, whose keys are ``name`` and ``name``\\ ``_sort``.

        ``at`` narrows the list to one sort value, ``up_to`` to the sort values not above it.
        """
        condition: ConditionBase = Key(name).eq(value)
        if at is not None:
            condition &= Key(f"{name}_sort").eq(at)
        if up_to is not None:
            condition &= Key(f"{name}_sort").lte(up_to)
        identity = (self.name, name, value, at or "", up_to or "")
        return Query(self, condition, identity, read, index=name, newest_first=newest_first)

    def put(
        self,
        item: Item,
        *,
        new: bool = False,
        when: ConditionBase | None = None,
        otherwise: Otherwise | None = None,
    ) -> Write:
        """Describe the write of a whole item; ``new`` requires that the item does not exist."""
        request: dict[str, Any] = {"Item": to_wire(item)}
        condition = Attr(PARTITION).not_exists() if new else when
        return self._write("Put", request, condition, otherwise)

    def update(
        self,
        client_id: str,
        sk: str,
        *,
        put: Mapping[str, Any] | None = None,
        add: Mapping[str, int] | None = None,
        append: Mapping[str, Any] | None = None,
        remove: Sequence[str] = (),
        when: ConditionBase | None = None,
        otherwise: Otherwise | None = None,
    ) -> Write:
        """Describe a change of attributes: put, add to a number, append to a list, remove.

        The item must exist; ``when`` is a further condition.
        """
        names: dict[str, str] = {}
        values: dict[str, Any] = {}

        def placeholders(name: str, value: Any) -> tuple[str, str]:
            names[f"#{len(names)}"] = name
            values[f":{len(values)}"] = value
            return f"#{len(names) - 1}", f":{len(values) - 1}"

        sets = ["{} = {}".format(*placeholders(name, value)) for name, value in (put or {}).items()]
        for name, value in (append or {}).items():
            attribute, entry = placeholders(name, [value])
            sets.append(f"{attribute} = list_append({attribute}, {entry})")
        adds = ["{} {}".format(*placeholders(name, value)) for name, value in (add or {}).items()]
        removes = []
        for name in remove:
            names[f"#{len(names)}"] = name
            removes.append(f"#{len(names) - 1}")
        clauses = [
            f"{word} {', '.join(parts)}"
            for word, parts in (("SET", sets), ("ADD", adds), ("REMOVE", removes))
            if parts
        ]
        exists = Attr(PARTITION).exists()
        request: dict[str, Any] = {
            "Key": to_wire({PARTITION: client_id, SORT: sk}),
            "UpdateExpression": " ".join(clauses),
            "ExpressionAttributeNames": names,
        }
        if values:
            request["ExpressionAttributeValues"] = to_wire(values)
        return self._write("Update", request, exists & when if when else exists, otherwise)

    def count(self, client_id: str, sk: str, add: Mapping[str, int]) -> Write:
        """Describe additions to counters; a missing item or counter begins at zero."""
        names = {f"#{place}": name for place, name in enumerate(add)}
        values = {f":{place}": value for place, value in enumerate(add.values())}
        request = {
            "Key": to_wire({PARTITION: client_id, SORT: sk}),
            "UpdateExpression": "ADD "
            + ", ".join(f"{n} {v}" for n, v in zip(names, values, strict=True)),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_wire(values),
        }
        return self._write("Update", request, None, None)

    def delete(
        self,
        client_id: str,
        sk: str,
        *,
        when: ConditionBase | None = None,
        otherwise: Otherwise | None = None,
    ) -> Write:
        """Describe the deletion of an item, which need not exist unless ``when`` requires it."""
        request = {"Key": to_wire({PARTITION: client_id, SORT: sk})}
        return self._write("Delete", request, when, otherwise)

    def check(
        self, client_id: str, sk: str, *, when: ConditionBase, otherwise: Otherwise | None = None
    ) -> Write:
        """Describe a condition on an item that the transaction leaves unchanged."""
        request = {"Key": to_wire({PARTITION: client_id, SORT: sk})}
        return self._write("ConditionCheck", request, when, otherwise)

    def _write(
        self,
        verb: str,
        request: dict[str, Any],
        condition: ConditionBase | None,
        otherwise: Otherwise | None,
    ) -> Write:
        request = {"TableName": self.physical_name, **request}
        if condition is not None:
            built = ConditionExpressionBuilder().build_expression(condition)
            request["ConditionExpression"] = built.condition_expression
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            request["ExpressionAttributeNames"] = {
                **request.get("ExpressionAttributeNames", {}),
                **built.attribute_name_placeholders,
            }
            if built.attribute_value_placeholders:
                request["ExpressionAttributeValues"] = {
                    **request.get("ExpressionAttributeValues", {}),
                    **to_wire(built.attribute_value_placeholders),
                }
        return Write(self, {verb: request}, otherwise)


@overload
def fetch(a: Get[A], /) -> A | None: ...
@overload
def fetch(a: Get[A], b: Get[B], /) -> tuple[A | None, B | None]: ...
@overload
def fetch(a: Get[A], b: Get[B], c: Get[C], /) -> tuple[A | None, B | None, C | None]: ...
def fetch(*gets: Get[Any]) -> Any:
    """Read one or several items of any tables in one strongly consistent call."""
    if len(gets) == 1:
        (get,) = gets
        answer = client("dynamodb").get_item(
            TableName=get.table.physical_name, Key=to_wire(get.key), ConsistentRead=True
        )
        return get.read(from_wire(answer["Item"])) if "Item" in answer else None
    return tuple(fetch_all(gets))


def fetch_all(gets: Sequence[Get[T]]) -> list[T | None]:
    """Read up to 100 items and return them in the order of ``gets``; None where there is no item.

    Raises:
        Unavailable: DynamoDB left some items unread in all attempts.
    """
    wanted: dict[str, Any] = {}
    for get in gets:
        keys = wanted.setdefault(get.table.physical_name, {"Keys": [], "ConsistentRead": True})[
            "Keys"
        ]
        key = to_wire(get.key)
        if key not in keys:
            keys.append(key)
    by_key: dict[tuple[str, str, str], Item] = {}
    for attempt in range(_BATCH_ATTEMPTS):
        answer = client("dynamodb").batch_get_item(RequestItems=wanted)
        for table, items in answer["Responses"].items():
            for item in map(from_wire, items):
                by_key[table, item[PARTITION], item[SORT]] = item
        wanted = answer.get("UnprocessedKeys", {})
        if not wanted:
            break
        time.sleep(0.05 * 2**attempt)
    else:
        raise Unavailable
    items = (
        by_key.get((get.table.physical_name, get.key[PARTITION], get.key[SORT])) for get in gets
    )
    return [get.read(item) if item else None for get, item in zip(gets, items, strict=True)]


def first(query: Query[T]) -> T | None:
    """Return the first item of a list; None for an empty list."""
    items = client("dynamodb").query(**query.request(), Limit=1)["Items"]
    return query.read(from_wire(items[0])) if items else None


def every(query: Query[T], *, most: int) -> list[T]:
    """Read a whole list, for lists whose meaning bounds their length; at most ``most`` items."""
    return [item for _, item in zip(range(most), _each(query, most), strict=False)]


def _each(query: Query[T], most: int) -> Iterator[T]:
    request = query.request()
    while True:
        answer = client("dynamodb").query(**request, Limit=most)
        yield from (query.read(from_wire(item)) for item in answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
