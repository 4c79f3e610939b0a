"""Calls of the API that an operator's command makes by invoking the deployed function.

The same rules apply as for a call through the gateway. What the function records as the subject is
the identity whose credentials the command uses.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from infra.cloudformation import Clients
from infra.names import LIVE

Json = dict[str, Any]


class CallRefused(Exception):
    """The function refused the call or failed; the text is the reason."""


def invoke(
    clients: Clients,
    function: str,
    route: str,
    parameters: Mapping[str, str],
    *,
    client_id: str,
    role: str,
) -> Json | None:
    """Make the call ``"METHOD /path/{parameter}"`` of a function; return its answer, if any.

    Raises:
        CallRefused: the function refused the call, or failed.
    """
    method, resource = route.split(" ", 1)
    quoted = {name: quote(value, safe="") for name, value in parameters.items()}
    path = resource.format(**quoted)
    caller = {
        "principalId": clients("sts").get_caller_identity()["Arn"],
        "client_id": client_id,
        "roles": role,
    }
    event = {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": quoted,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": path,
            "requestId": "command",
            "authorizer": caller,
        },
        "body": None,
        "isBase64Encoded": False,
    }
    answer = clients("lambda").invoke(
        FunctionName=function, Qualifier=LIVE, Payload=json.dumps(event).encode()
    )
    result: Json = json.loads(answer["Payload"].read())
    if "body" not in result:
        raise CallRefused(result.get("errorMessage", "the function failed"))
    body: Json | None = json.loads(result["body"]) if result["body"] else None
    if result["statusCode"] >= 300:
        raise CallRefused((body or {}).get("detail", str(result["statusCode"])))
    return body
