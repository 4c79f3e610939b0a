"""Tokens are accepted from the configured issuer, for this API, while they are valid."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from chalice.app import AuthRequest
from jwt.exceptions import PyJWKClientConnectionError

from chalicelib.runtime import authorizer
from chalicelib.runtime.authorizer import TokenRefused
from tests.support.issuer import BAD, FOREIGN, GOOD, Issuer, claims, handmade, jwk, token

ARN = "arn:aws:execute-api:xx-nowhere-1:123456789012:api/api/GET/health"


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_token_of_the_issuer_is_accepted(issuer: Issuer, make: Callable[[], str]) -> None:
    assert authorizer.context(f"Bearer {make()}") == {
        "principalId": "user-1",
        "client_id": "client-1",
        "roles": "client",
    }


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_doubtful_token_is_refused_not_failed_on(issuer: Issuer, make: Callable[[], str]) -> None:
    made = make()
    with pytest.raises(TokenRefused) as refused:
        authorizer.context(f"Bearer {made}")
    policy = authorizer.authorize(AuthRequest("TOKEN", f"Bearer {made}", ARN))
    (statement,) = policy["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Deny", ["*"])
    assert len(str(refused.value)) < 60


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "bearer  ", "{}"])
def test_other_schemes_are_refused(issuer: Issuer, header: str) -> None:
    with pytest.raises(TokenRefused):
        authorizer.context(header)
    with pytest.raises(TokenRefused):
        authorizer.context(token())


def test_signature_covers_every_claim(issuer: Issuer) -> None:
    header, _, signature = token().split(".")
    payload = handmade({}, claims(roles=["operator"])).split(".")[1]
    with pytest.raises(TokenRefused):
        authorizer.context(f"Bearer {header}.{payload}.{signature}")


def test_unknown_roles_are_left_out(issuer: Issuer) -> None:
    made = token(claims(roles=["operator", "admin", 1, None, "client", "client"]))
    assert authorizer.context(f"bearer {made}")["roles"] == "client operator"


def test_known_caller_may_call_every_path(issuer: Issuer) -> None:
    policy = authorizer.authorize(AuthRequest("TOKEN", f"Bearer {token()}", ARN))
    assert policy["principalId"] == "user-1"
    assert policy["context"] == {"client_id": "client-1", "roles": "client"}
    (statement,) = policy["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    (everything,) = statement["Resource"]
    assert everything.endswith(":api/api/*/*")


def test_gateway_learns_the_bucket_of_the_organisation(issuer: Issuer) -> None:
    """All persons of an organisation share it, and each API has keys of its own."""

    def key(api_id: str, **changed: Any) -> Any:
        arn = f"arn:aws:execute-api:xx-nowhere-1:123456789012:{api_id}/api/GET/a:b/c"
        request = AuthRequest("TOKEN", f"Bearer {token(claims(**changed))}", arn)
        return authorizer.authorize(request)["usageIdentifierKey"]

    assert key("api1234567") == key("api1234567", sub="user-9", roles=["operator"])
    assert key("api1234567") != key("api1234567", client_id="client-2")
    assert key("api1234567") != key("api7654321")


def test_silent_issuer_is_an_error_and_not_a_refusal(issuer: Issuer) -> None:
    issuer.server.shutdown()
    issuer.server.server_close()
    with pytest.raises(PyJWKClientConnectionError):
        authorizer.authorize(AuthRequest("TOKEN", f"Bearer {token()}", ARN))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}"])
def test_no_token_is_accepted_without_readable_keys(issuer: Issuer, body: bytes) -> None:
    issuer.body = body
    with pytest.raises(Exception):  # noqa: B017, PT011 - the library decides which exception
        authorizer.context(f"Bearer {token()}")


def test_keys_are_kept_between_calls(issuer: Issuer) -> None:
    for _ in range(5):
        authorizer.context(f"Bearer {token()}")
    assert issuer.asked == 1


def test_new_key_of_the_issuer_is_fetched(issuer: Issuer) -> None:
    authorizer.context(f"Bearer {token()}")
    issuer.keys = [jwk(FOREIGN, "new")]
    assert authorizer.context(f"Bearer {token(key=FOREIGN, kid='new')}")
    assert issuer.asked == 2
    with pytest.raises(TokenRefused):
        authorizer.context(f"Bearer {token()}")


def test_keys_are_not_fetched_for_each_unknown_key(issuer: Issuer) -> None:
    for number in range(20):
        with pytest.raises(TokenRefused):
            authorizer.context(f"Bearer {token(kid=f'unknown-{number}')}")
    assert issuer.asked <= 2


def test_tokens_are_not_logged(issuer: Issuer, logged: list[dict[str, Any]]) -> None:
    made = token(claims(aud="another", sub="smirnova@example.ru"))
    authorizer.authorize(AuthRequest("TOKEN", f"Bearer {made}", ARN))
    text = json.dumps(logged)
    assert "InvalidAudienceError" in text
    assert "smirnova" not in text
    assert made.split(".")[1] not in text
