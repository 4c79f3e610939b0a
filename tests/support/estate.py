"""What a client of the product owns, and what each call may be sent.

The body and the query of a call are the example on the model of its payload. What only a world can
give (a certificate, a signature, an identifier of the caller's own) is put in by the field's name.
A new service adds a step to ``giving`` that makes two of what its calls are about.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.table import Table
from infra import declarations, openapi
from infra.parameters import secret_id
from tests.support import applications as by
from tests.support import cloud, edo, giving, receipts, steps
from tests.support.world import World

FREE_IDS: Mapping[str, str] = {
    "landlord_id": "landlords are listed to every client",
    "onec_id": "what 1С calls an item; chosen among the candidates of the client's own item",
    "recipient_id": "participants are found by every client",
    "upload_id": "kept in S3 below the caller's own client_id; see tests/services/e_receipts",
}
"""Ids in bodies that no client owns, and the reason why that is right."""

NAMES: Mapping[str, str] = {
    "channel": "sms",
    "document": str(receipts.NUMBER),
    "fiscal_drive": receipts.DRIVE,
    "fiscal_sign": str(receipts.SIGN),
    "kind": "e-receipts",
    "landlord_id": giving.LANDLORDS["client"]["client_id"],  # type: ignore[index]
    "model": steps.MODEL,
    "package_id": edo.PACKAGE,
    "service": by.BRAND,
}
"""Names in paths that no client owns: the same for all callers."""


def route(declared: Action, names: Mapping[str, str]) -> str:
    """Return the method and the path of a call, with its names filled in."""
    return f"{declared.method} {declared.path.format_map({**NAMES, **names})}"


def parameters(declared: Action) -> list[str]:
    """Return the names in a path that stand for something a client owns."""
    return [name for name in re.findall(r"{(\w+)}", declared.path) if name not in NAMES]


def headers(declared: Action) -> dict[str, str]:
    """Return the credentials of a system that an action is for; none for another action."""
    if not declared.token:
        return {}
    (field,) = declared.token.model_fields
    return {"Authorization": f"Bearer {cloud.SECRETS[secret_id(field)]}"}


def body(declared: Action, world: World | None = None) -> Any:
    """Return what a call may be sent, with a client's own ids in a world; None for no body."""
    if declared.is_read or not payload_of(signature(declared)):
        return None
    return _example(declared, world)


def query(declared: Action, world: World | None = None) -> dict[str, Any]:
    """Return what a read may be asked, with a client's own ids in a world."""
    if not declared.is_read or not payload_of(signature(declared)):
        return {}
    asked: dict[str, Any] = _example(declared, world)
    return asked


def _example(declared: Action, world: World | None) -> Any:
    example = _declared_example(declared.name)
    values = _of_the_world()
    if "signature" in example:  # a consent is signed for a landlord without one
        values = {**values, "landlord_id": giving.SPARE_LANDLORD}
    for where, _ in [*leaves(example)]:
        name = next(part for part in reversed(where) if isinstance(part, str))
        if name in values:
            example = changed(example, where, values[name])
        elif world and re.search("_id$", name) and name not in FREE_IDS:
            example = changed(example, where, owned(world, "client-1", name)[0])
    return example


@functools.cache
def _declared_example(name: str) -> Any:
    return next(openapi.example(action) for action in declarations.actions() if action.name == name)


@functools.cache
def _of_the_world() -> Mapping[str, Any]:
    """Return the values of fields that no example can know, by the fields' names."""
    return {
        "certificate": edo.encoded(giving.pki().certificate("director")),
        "inn": edo.FOREIGN["inn"],
        "kpp": giving.KPP["client"],
        "landlord_id": NAMES["landlord_id"],
        "login": steps.PROFILE["inn"],
        "onec_id": giving.ONEC_ITEMS[0],
        "recipient_id": giving.FOREIGNER,
        "register_ids": giving.register_id("client", 2),
        "signature": edo.encoded(giving.pki().sign(giving.LETTER, "director")),
    }


def tables() -> list[Table]:
    """Return every table that the product declares."""
    everything = [*declarations.actions(), *declarations.consumers(), *declarations.schedules()]
    touched = (resource for each in everything for resource in (*each.reads, *each.writes))
    by_id = {table.logical_id: table for table in touched if isinstance(table, Table)}
    return [by_id[name] for name in sorted(by_id)]


def items(world: World, client_id: str) -> list[tuple[str, str, str]]:
    """Return all items of a client: table, sort key, content."""
    return sorted(
        (table.name, item["sk"], repr(sorted(item.items())))
        for table in tables()
        for item in world.items(table)
        if item["client_id"] == client_id
    )


def files(client_id: str) -> dict[str, bytes]:
    """Return the files of a client by bucket and key."""
    return {
        f"{bucket}/{key}": content
        for bucket, key, content in cloud.keep().files
        if key.startswith(f"{client_id}/")
    }


def owned(world: World, client_id: str, parameter: str) -> list[str]:
    """Return a client's ids of the kind that paths call ``parameter``."""
    return sorted({ids[parameter] for ids in _owned(world, client_id, [parameter])})


def own_ids(world: World, client_id: str, declared: Action) -> dict[str, str]:
    """Return a client's ids for a path: the first combination found in one item."""
    names = parameters(declared)
    if not names:
        return {}
    return min(_owned(world, client_id, names), key=lambda ids: [ids[name] for name in names])


def _owned(world: World, client_id: str, names: list[str]) -> list[dict[str, str]]:
    """Return the combinations of ids of these kinds, each from one item."""
    combinations = []
    for table in tables():
        for item in world.items(table):
            if item["client_id"] == client_id:
                choices = [[*_named(item, name)] for name in names]
                combinations += [
                    dict(zip(names, ids, strict=True)) for ids in itertools.product(*choices)
                ]
    assert combinations, f"let a client be given something with {names}"
    return combinations


def _named(node: Any, name: str) -> Iterator[str]:
    """Yield the texts under ``name`` at any depth."""
    match node:
        case dict():
            if isinstance(node.get(name), str):
                yield node[name]
            for value in node.values():
                yield from _named(value, name)
        case list():
            for value in node:
                yield from _named(value, name)


def leaves(
    node: Any, where: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield each scalar value of a body with its place."""
    match node:
        case dict():
            for name, value in node.items():
                yield from leaves(value, (*where, name))
        case list():
            for place, value in enumerate(node):
                yield from leaves(value, (*where, place))
        case _:
            yield where, node


def changed(body: Any, where: tuple[str | int, ...], value: Any) -> Any:
    """Return a body with one value in place of another."""
    if not where:
        return value
    copy = body.copy()
    copy[where[0]] = changed(body[where[0]], where[1:], value)
    return copy
