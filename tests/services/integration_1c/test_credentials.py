"""The login and the password of 1C."""

import base64

import pytest

from chalicelib.services.integration_1c.resources import INTEGRATION_1C
from tests.support import onec
from tests.support.world import Answer, World

ISSUE, REVOKE = "POST /integration-1c/credentials", "DELETE /integration-1c/credentials"
PING = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    b'<Ping xmlns="http://www.1c.ru/SSL/Exchange_3_0_1_1"/></s:Body></s:Envelope>'
)


def ping(world: World, authorization: str) -> Answer:
    answer: Answer = onec.call(world, "/ws/Exchange_3_0_1_1", PING, authorization)
    return answer


def test_password_is_returned_once_and_stored_as_a_digest(world: World) -> None:
    made = world.ok(ISSUE)
    assert ping(world, onec.basic(made["login"], made["password"])).status == 200
    shown = world.get("/integration-1c/credentials")
    assert (shown["login"], shown["address"]) == (made["login"], made["address"])
    assert "password" not in shown
    stored = repr(world.items(INTEGRATION_1C))
    assert made["login"] in stored
    assert made["password"] not in stored
    assert base64.b64encode(made["password"].encode()).decode() not in stored


def test_client_has_no_credentials_at_first(world: World) -> None:
    assert world.get("/integration-1c/credentials")["login"] is None
    world.ok(REVOKE)


def test_new_credentials_replace_earlier_ones(world: World) -> None:
    old, new = world.ok(ISSUE), world.ok(ISSUE)
    assert ping(world, onec.basic(old["login"], old["password"])).status == 401
    assert ping(world, onec.basic(new["login"], new["password"])).status == 200
    world.ok(REVOKE)
    assert ping(world, onec.basic(new["login"], new["password"])).status == 401
    assert world.items(INTEGRATION_1C) == []


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic !",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Bearer x.y.z",
        onec.basic("", "x"),
        onec.basic("1c-nobody", "x"),
        onec.basic("x" * 65, "x"),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        onec.basic("1c-a", "x" * 129),
    ],
)
def test_wrong_credentials_are_answered_with_401(world: World, authorization: str) -> None:
    refused = ping(world, authorization)
    assert (refused.status, refused.problem) == (401, "password-wrong")
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("service", ["Exchange_3_0_1_1", "InterfaceVersion"])
def test_wrong_passwords_in_a_row_close_the_login(world: World, service: str) -> None:
    made = world.ok(ISSUE)
    right, wrong = made["password"], "wrong"
    guess = onec.basic(made["login"], wrong)
    answers = [onec.call(world, f"/ws/{service}", PING, guess).status for _ in range(12)]
    assert answers == [401] * 10 + [429] * 2
    refused = ping(world, onec.basic(made["login"], right))
    assert (refused.status, refused.headers["Retry-After"]) == (429, "900")
    world.advance(minutes=16)
    assert ping(world, onec.basic(made["login"], right)).status == 200


def test_credentials_are_not_logged(world: World, logged: list[dict[str, object]]) -> None:
    made = world.ok(ISSUE)
    ping(world, onec.basic(made["login"], made["password"]))
    ping(world, onec.basic(made["login"], "guess"))
    assert made["password"] not in repr(logged)
    assert "guess" not in repr(logged)
