"""Enrols an organisation as a landlord or strikes it off, as the call of the operator does.

    python -m infra.enrol CLIENT_ID --stage STAGE [--strike-off]

The command invokes the deployed function, so that the same rules apply. The history of the landlord
names the identity whose credentials were used.
"""

import argparse
import json
import sys
from typing import Any
from urllib.parse import quote

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.cloudformation import Clients
from infra.names import LIVE

Json = dict[str, Any]
_PATH = "/rent/landlords/{landlord_id}"


class EnrolmentError(Exception):
    """The function refused the call; the text is the reason."""


def enrol(clients: Clients, stage: str, landlord_id: str, *, strike_off: bool = False) -> Json:
    """Return the landlord after the change.

    Raises:
        EnrolmentError: the function refused the call, or failed.
    """
    name, method = ("strike-off-landlord", "DELETE") if strike_off else ("enrol-landlord", "PUT")
    subject = clients("sts").get_caller_identity()["Arn"]
    answer = clients("lambda").invoke(
        FunctionName=f"{stage}-{name}",
        Qualifier=LIVE,
        Payload=json.dumps(_event(method, landlord_id, subject)).encode(),
    )
    result: Json = json.loads(answer["Payload"].read())
    if "body" not in result:
        raise EnrolmentError(result.get("errorMessage", "the function failed"))
    body: Json = json.loads(result["body"])
    if result["statusCode"] >= 300:
        raise EnrolmentError(body["detail"])
    return body


def _event(method: str, landlord_id: str, subject: str) -> Json:
    """Return the event of the gateway for a call by the operator."""
    path = _PATH.format(landlord_id=quote(landlord_id, safe=""))
    return {
        "resource": _PATH,
        "path": path,
        "httpMethod": method,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"landlord_id": quote(landlord_id, safe="")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": _PATH,
            "httpMethod": method,
            "path": path,
            "requestId": "command",
            "authorizer": {"principalId": subject, "client_id": "operator", "roles": "operator"},
        },
        "body": None,
        "isBase64Encoded": False,
    }


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Enrol from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.enrol")
    options.add_argument("landlord_id", help="the organisation's client_id")
    options.add_argument("--stage", required=True)
    options.add_argument("--strike-off", action="store_true", help="take it off the list")
    chosen = options.parse_args(arguments)
    try:
        landlord = enrol(clients, chosen.stage, chosen.landlord_id, strike_off=chosen.strike_off)
    except (EnrolmentError, ClientError, BotoCoreError) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 1
    print(f"{landlord['name']}, ИНН {landlord['inn']}: {landlord['history'][-1]['status']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
