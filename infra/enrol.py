"""Enrols an organisation as a landlord or strikes it off, as the call of the operator does.

    python -m infra.enrol CLIENT_ID --stage STAGE [--strike-off]

The command invokes the deployed function, so that the same rules apply. The history of the landlord
names the identity whose credentials were used.
"""

import argparse
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.cloudformation import Clients
from infra.invocation import CallRefused, invoke

Json = dict[str, Any]


def enrol(clients: Clients, stage: str, landlord_id: str, *, strike_off: bool = False) -> Json:
    """Return the landlord after the change.

    Raises:
        CallRefused: the function refused the call, or failed.
    """
    name, method = ("strike-off-landlord", "DELETE") if strike_off else ("enrol-landlord", "PUT")
    landlord = invoke(
        clients,
        f"{stage}-{name}",
        f"{method} /rent/landlords/{{landlord_id}}",
        {"landlord_id": landlord_id},
        client_id="operator",
        role="operator",
    )
    return landlord or {}


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Enrol from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.enrol")
    options.add_argument("landlord_id", help="the organisation's client_id")
    options.add_argument("--stage", required=True)
    options.add_argument("--strike-off", action="store_true", help="take it off the list")
    chosen = options.parse_args(arguments)
    try:
        landlord = enrol(clients, chosen.stage, chosen.landlord_id, strike_off=chosen.strike_off)
    except (CallRefused, ClientError, BotoCoreError) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 1
    print(f"{landlord['name']}, ИНН {landlord['inn']}: {landlord['history'][-1]['status']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
