"""No client reaches what another owns: by ids, by lists, or by another's idempotency keys."""

import base64
import itertools
import json
import re
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import pytest

from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.caller import Role
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.page import PageQuery
from infra import declarations
from tests.support import estate, giving
from tests.support.world import Answer, Beginning, World, Worlds

OURS, THEIRS = "client-1", "client-2"
NOBODYS = "01a20cb15b0ed969fa7935d0257f"
OF_A_SHAPE = {"register_id": "0004817236999999"}
"""Ids of nothing, for the kinds with a format of their own."""
ACTIONS = declarations.actions()
WITH_IDS = [
    action for action in ACTIONS if estate.parameters(action) and action.callers - {Role.OPERATOR}
]


def persona(declared: Action) -> str:
    return "client" if Role.CLIENT in declared.callers else sorted(declared.callers)[0].value


def status_and_body(answer: Answer, asked: str = "?") -> tuple[int, Any]:
    """Return the status and body of an answer, without the id that the caller sent."""
    told = answer.json
    del told["instance"]
    return answer.status, json.loads(json.dumps(told).replace(asked, "…"))


@pytest.mark.parametrize("declared", WITH_IDS, ids=lambda action: action.name)
def test_foreign_id_in_a_path_is_answered_like_an_unknown_id(
    world: World, declared: Action
) -> None:
    names = estate.parameters(declared)
    ours = estate.own_ids(world, OURS, declared)
    theirs = {name: estate.owned(world, THEIRS, name) for name in names}

    def answered(**ids: str) -> tuple[int, Any]:
        route, body = estate.route(declared, ours | ids), estate.body(declared, world)
        query = estate.query(declared, world)
        return status_and_body(world.call(route, body, who=persona(declared), query=query))

    before = [*kept(world, OURS), *kept(world, THEIRS)]
    for name in names:
        status, problem = answered(**{name: NOBODYS})
        assert status == 404 if len(names) == 1 else status in {404, 409}
        for identifier in theirs[name]:
            assert answered(**{name: identifier}) == (status, problem), name
    for place in range(2):
        all_theirs = {
            name: candidates[place % len(candidates)] for name, candidates in theirs.items()
        }
        assert answered(**all_theirs) == answered(**dict.fromkeys(names, NOBODYS))
    world.drain()
    assert [*kept(world, OURS), *kept(world, THEIRS)] == before


def kept(world: World, client_id: str) -> list[Any]:
    return [estate.items(world, client_id), estate.files(client_id)]


def ids_in_body(declared: Action) -> list[tuple[Any, str]]:
    """Return the places of ids in a body, with the names of their kinds."""
    leaks = []
    for where, _ in estate.leaves(estate.body(declared) or {}):
        name = next(str(part) for part in reversed(where) if isinstance(part, str))
        if re.search("_ids?$", name) and name not in estate.FREE_IDS:
            leaks.append((where, name.removesuffix("s")))
    return leaks


def test_foreign_id_in_a_body_is_answered_like_an_unknown_id(world: World) -> None:
    for declared in ACTIONS:
        for where, name in ids_in_body(declared):
            paths = estate.own_ids(world, OURS, declared)
            before = kept(world, THEIRS)
            body, route = estate.body(declared, world), estate.route(declared, paths)
            answers = [
                status_and_body(
                    world.call(
                        route, estate.changed(body, where, identifier), who=persona(declared)
                    ),
                    identifier,
                )
                for identifier in (
                    OF_A_SHAPE.get(name, NOBODYS),
                    *estate.owned(world, THEIRS, name),
                )
            ]
            assert answers[0][0] >= 400
            assert all(answer == answers[0] for answer in answers), (declared.name, where)
            assert kept(world, THEIRS) == before


# --- lists

Place = tuple[str, str, str]
"""A list: its route, its query, its reader."""


def places(world: World) -> list[Place]:
    leaks = []
    for declared in ACTIONS:
        payload = payload_of(signature(declared))
        if payload and issubclass(payload[1], PageQuery):
            paths = estate.own_ids(world, OURS, declared)
            leaks += [
                (estate.route(declared, paths), json.dumps(query), role.value)
                for query in queries(declared, payload[1])
                for role in sorted(declared.callers)
            ]
    return leaks


def queries(declared: Action, model: type[PageQuery]) -> list[dict[str, str]]:
    """Return every combination of the choices that a list's query has."""
    choices = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Enum):
            choices.append([(name, member.value) for member in kind])
        elif get_origin(kind) is Literal:
            choices.append([(name, member) for member in get_args(kind)])
    asked = estate.query(declared)
    return [{**asked, **dict(chosen)} for chosen in itertools.product(*choices)]


def read(world: World, place: Place, *, who: str | None = None, **query: Any) -> Answer:
    route, asked, reader = place
    return world.call(route, who=who or reader, query={**json.loads(asked), **query})


SAME_LIST = {"GET /integration-1c/registers", "GET /organisation/registers"}
"""Two views of one list, whose cursors are interchangeable."""


def test_next_is_valid_for_its_caller_and_list_only(world: World) -> None:
    everywhere = places(world)
    cursors: dict[Place, str] = {}
    for place in everywhere:
        page = read(world, place, limit=1).json
        if page["next"]:
            cursors[place] = page["next"]
    without = {route for route, _, _ in everywhere} - {route for route, _, _ in cursors}
    assert not without, f"let give() make two of what {without} list"
    for place, cursor in cursors.items():
        assert read(world, place, next=cursor).status == 200
        raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        forged = []
        for byte in (0, 15, 16, len(raw) // 2, len(raw) - 1):
            raw[byte] ^= 1
            forged.append(base64.urlsafe_b64encode(raw).decode().rstrip("="))
            raw[byte] ^= 1
        for value in forged:
            assert refuses(read(world, place, next=value))
        for other in everywhere:
            if other != place and {other[0], place[0]} != SAME_LIST:
                assert refuses(read(world, other, next=cursor)), (place, other)
        if place[2] == Role.CLIENT:
            stolen = read(world, place, who="other_client", next=cursor)
            assert refuses(stolen) or stolen.status == 404, place


def refuses(answer: Answer) -> bool:
    return answer.status == 400 and answer.problem == "cursor-invalid"


# --- keys of idempotency


def test_idempotency_key_of_another_client_reveals_nothing(
    worlds: Worlds, prepared: Beginning
) -> None:
    """The same key and body from another client are a request of that client, or fail."""
    world = worlds(prepared)
    given: list[tuple[str, str, Any, Answer]] = []
    call = world.call

    def remembered(route: str, body: Any = None, **how: Any) -> Answer:
        how["key"] = f"key-{len(given)}"
        answer = call(route, body, **how)
        if answer.status < 300 and how.get("who") == "client":
            given.append((how["key"], route, body, answer))
        return answer

    world.call = remembered  # type: ignore[method-assign]
    giving.give(world, "client")
    world.call = call  # type: ignore[method-assign]
    giving.give(world, "other_client")
    ours, tried = estate.items(world, OURS), set()
    for key, route, body, answer in given:
        (declared,) = (action for action in ACTIONS if serves(action, route))
        if not declared.idempotent:
            continue
        tried.add(declared.name)
        assert world.call(route, body, key=key).body == answer.body
        theirs = world.call(route, body, key=key, who="other_client")
        assert theirs.body != answer.body
        for parameter in ("invoice_id", "order_id", "shop_id", "application_id"):
            assert answer.json.get(parameter, NOBODYS).encode() not in theirs.body
    world.drain()
    assert estate.items(world, OURS) == ours
    mine = {
        action.name for action in ACTIONS if action.idempotent and action.callers - {Role.OPERATOR}
    }
    assert tried == mine, "let give() do everything that wants a key"


def serves(declared: Action, route: str) -> bool:
    method, path = route.split(" ")
    return declared.method == method and bool(
        re.fullmatch(re.sub(r"{\w+}", "[^/]+", declared.path), path)
    )
