"""Authorisation: every call of the product with every kind of token and every set of roles."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.caller import Role
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.raw_request import RawRequest
from infra import declarations
from tests.support import cloud, estate, gateway
from tests.support.issuer import BAD, GOOD, Issuer, claims, token
from tests.support.world import World

ACTIONS = declarations.actions()
ROLES = [
    [role.value for role in some]
    for number in range(len(Role) + 1)
    for some in itertools.combinations(Role, number)
]
ODD_ROLES: list[list[Any]] = [["admin"], ["Client"], ["client operator"], ["*"], [["operator"]]]
OTHER_SCHEMES = ["", "Basic b3BlcmF0b3I6b3BlcmF0b3I=", "Bearer", "Bearer null", "Bearer undefined"]


def path(declared: Action) -> str:
    return re.sub(r"{\w+}", "x-1", declared.path)


def bodies(declared: Action) -> Iterator[dict[str, Any]]:
    """Bodies to send along: a caller without the right is refused whatever the body is."""
    yield {}
    if not declared.is_read:
        yield {"body": {}}


@pytest.fixture
def known() -> dict[str, str]:
    """Invalid tokens by their defect, made once for all calls."""
    return {why: make() for why, make in BAD.items()}


@pytest.mark.parametrize("declared", ACTIONS, ids=lambda action: action.name)
def test_call_is_served_to_its_callers_only(
    world: World, issuer: Issuer, known: dict[str, str], declared: Action
) -> None:
    def answer(bearer: str | None, **how: Any) -> tuple[int, str | None]:
        made = gateway.call(world, declared, path(declared), bearer, **how)
        assert made.status < 500, made.body
        return made.status, made.problem if made.status >= 400 else None

    def is_served(bearer: str | None) -> None:
        for how in bodies(declared):
            assert answer(bearer, **how)[0] not in {401, 403}, how

    if RawRequest in signature(declared).values():
        # Its callers identify themselves by a password, so every token is refused.
        for bearer in (None, *OTHER_SCHEMES, *(f"Bearer {value}" for value in known.values())):
            for how in bodies(declared):
                assert answer(bearer, **how) == (401, "password-wrong")
        assert not any(call.writes for call in world.calls)
        return
    if declared.token:
        for bearer in (None, *OTHER_SCHEMES, *(f"Bearer {value}" for value in known.values())):
            for how in bodies(declared):
                assert answer(bearer, **how) == (401, "unauthenticated")
        assert world.calls == []
        secret = cloud.SECRETS["service-menu/sms-report-token"]
        is_served(f"Bearer {secret}")
        return
    if not declared.callers:
        for bearer in (None, *OTHER_SCHEMES, *(f"Bearer {value}" for value in known.values())):
            is_served(bearer)
        return

    # A caller without a valid token is refused, and nothing is read or written.
    unknown = {"none": None} | {scheme: scheme for scheme in OTHER_SCHEMES}
    unknown |= {why: f"Bearer {made}" for why, made in known.items()}
    for why, bearer in unknown.items():
        for how in bodies(declared):
            assert answer(bearer, **how) == (401, "unauthenticated"), why
    # The same holds for a valid token without the role.
    for roles in [*ROLES, *ODD_ROLES]:
        if not declared.callers & {role for role in roles if isinstance(role, str)}:
            for how in bodies(declared):
                bearer = f"Bearer {token(claims(roles=roles))}"
                assert answer(bearer, **how) == (403, "role-missing"), roles
    assert world.calls == []

    for roles in ROLES:
        if declared.callers & set(roles):
            is_served(f"Bearer {token(claims(roles=roles))}")
    if declared.is_read and Role.CLIENT in declared.callers:
        ids = estate.own_ids(world, "client-1", declared)
        own = estate.route(declared, ids).partition(" ")[2]
        query = estate.query(declared, world)
        made = gateway.call(world, declared, own, f"Bearer {token()}", query=query)
        assert made.status == 200, made.body
    for make in GOOD.values():
        bearer = f"Bearer {make()}"
        if Role.CLIENT in declared.callers:
            is_served(bearer)
        else:
            assert answer(bearer) == (403, "role-missing")


def test_identity_is_not_taken_from_headers_or_the_query(world: World, issuer: Issuer) -> None:
    """The claims of the token come from the gateway's context only."""
    headers = {"client_id": "client-2", "X-Client-Id": "client-2", "roles": "operator"}
    for declared in ACTIONS:
        if declared.callers == {Role.OPERATOR}:
            how = {"headers": headers, "query": {"client_id": "client-2", "roles": "operator"}}
            made = gateway.call(world, declared, path(declared), f"Bearer {token()}", **how)
            assert (made.status, made.problem) == (403, "role-missing"), declared.name


def test_calls_without_a_token_that_take_something_have_a_rate_limit() -> None:
    """A path, a query or a body could be guessed, so these calls have a limit of their own."""
    for declared in ACTIONS:
        takes = "{" in declared.path or payload_of(signature(declared)) or not declared.is_read
        if not declared.callers and takes:
            assert declared.rate_limit is not None, declared.name
            assert declared.rate_limit <= 50, declared.name
