"""The gateway as callers meet it: the authorizer is asked first, and may be the only one asked."""

import json
from typing import Any

import app
from chalicelib.runtime.action import HEADERS
from chalicelib.runtime.declaration import Action
from infra import gateway
from tests.support import cloud
from tests.support.world import Answer, World

ARN = f"arn:aws:execute-api:{cloud.REGION}:{cloud.ACCOUNT}:api/api"


def call(world: World, declared: Action, path: str, bearer: str | None, **how: Any) -> Answer:
    """Make a call with an ``Authorization`` header, or without one."""
    context: dict[str, str] = {}
    if app.app.routes[declared.path][declared.method].authorizer is not None:
        if bearer is None:
            return _own("UNAUTHORIZED")
        event = {
            "type": "TOKEN",
            "authorizationToken": bearer,
            "methodArn": f"{ARN}/{declared.method}{path}",
        }
        policy: dict[str, Any] = app.authorizer(event, None)
        (statement,) = policy["policyDocument"]["Statement"]
        if statement["Effect"] != "Allow":
            return _own("ACCESS_DENIED")
        context = {**policy["context"], "principalId": policy["principalId"]}
    elif bearer is not None:
        how["headers"] = {"Authorization": bearer} | how.get("headers", {})
    return world.call(f"{declared.method} {path}", who=context, **how)


def _own(kind: str) -> Answer:
    """Return what the gateway answers by itself."""
    (response_of_kind,) = (
        response["Properties"]
        for response in gateway.responses("Api", HEADERS).values()
        if response["Properties"]["ResponseType"] == kind
    )
    body = response_of_kind["ResponseTemplates"]["application/json"].encode()
    assert json.loads(body)["status"] == int(response_of_kind["StatusCode"])
    headers = {
        name.removeprefix("gatewayresponse.header."): value.strip("'")
        for name, value in response_of_kind["ResponseParameters"].items()
    }
    return Answer(int(response_of_kind["StatusCode"]), headers, body)
