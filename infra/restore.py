"""Restores the items of one client from the past of a table, without touching other clients.

    python -m infra.restore aside TABLE --stage STAGE --at 2026-01-31T09:00Z
    python -m infra.restore compare TABLE --stage STAGE --aside NAME --client CLIENT
        [--put-back] [--overwrite]

The first step makes a new table NAME with the content of ``TABLE`` at that moment; delete NAME
afterwards. The second step lists the items of the client that are missing or different now.
``--put-back`` writes the missing items, ``--overwrite`` also the different ones; neither deletes an
item, and neither overwrites an item that was changed while the command ran. Only the ids of items
are shown, since their content may be personal.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from infra import stacks
from infra.cloudformation import Clients, DeploymentError, Stack
from infra.resend import moment

Item = Mapping[str, Any]


class Difference(NamedTuple):
    """How the items of a client differ from those in the past of a table, by sort key."""

    missing: dict[str, Item]
    """Items that are gone, as they were."""
    changed: dict[str, tuple[Item, Item]]
    """Items that are different: as they were, and as they are."""


def aside(dynamodb: Any, table: str, at: dt.datetime) -> str:
    """Restore a table as of a moment into a new table; return its name once it is available.

    Raises:
        ClientError: the table cannot be restored to this moment.
        WaiterError: the restore took longer than six hours.
    """
    name = f"{table}-at-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=name, RestoreDateTime=at
    )
    dynamodb.get_waiter("table_exists").wait(
        TableName=name, WaiterConfig={"Delay": 20, "MaxAttempts": 1080}
    )
    return name


def compare(dynamodb: Any, table: str, past: str, client_id: str) -> Difference:
    """Return the items of a client in ``past`` that are missing from or different in ``table``."""
    had, has = (_items(dynamodb, name, client_id) for name in (past, table))
    return Difference(
        missing={key: item for key, item in had.items() if key not in has},
        changed={
            key: (item, has[key]) for key, item in had.items() if key in has and has[key] != item
        },
    )


def put_back(dynamodb: Any, table: str, difference: Difference, *, overwrite: bool) -> list[str]:
    """Write the missing and, on request, the different items; return the keys not written."""
    left = []
    for key, item in difference.missing.items():
        if not _put(dynamodb, table, item, ConditionExpression="attribute_not_exists(sk)"):
            left.append(key)
    for key, (item, current) in difference.changed.items() if overwrite else ():
        names = {f"#{number}": name for number, name in enumerate(current)}
        condition = {
            "ConditionExpression": " AND ".join(
                f"{placeholder} = :{placeholder[1:]}" for placeholder in names
            ),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {
                f":{placeholder[1:]}": current[names[placeholder]] for placeholder in names
            },
        }
        if not _put(dynamodb, table, item, **condition):
            left.append(key)
    return left


def _items(dynamodb: Any, table: str, client_id: str) -> dict[str, Item]:
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="client_id = :client_id",
        ExpressionAttributeValues={":client_id": {"S": client_id}},
        ConsistentRead=True,
    )
    return {item["sk"]["S"]: item for page in pages for item in page["Items"]}


def _put(dynamodb: Any, table: str, item: Item, **condition: Any) -> bool:
    try:
        dynamodb.put_item(TableName=table, Item=item, **condition)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Restore from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.restore")
    options.add_argument("step", choices=["aside", "compare"])
    options.add_argument("table", help="its name in infra/resources.yaml: Rent")
    options.add_argument("--stage", required=True)
    options.add_argument("--at", type=moment, help="aside: as the table stood then")
    options.add_argument("--aside", help="compare: the name that the first step gave")
    options.add_argument("--client", help="compare: whose items")
    options.add_argument("--put-back", action="store_true", help="write what is missing")
    options.add_argument("--overwrite", action="store_true", help="and what differs")
    chosen = options.parse_args(arguments)
    if chosen.step == "aside" and not chosen.at:
        options.error("say as of when: --at 2026-01-31T09:00Z")
    if chosen.step == "compare" and not (chosen.aside and chosen.client):
        options.error("say which table and whose items: --aside NAME --client CLIENT")
    try:
        stack = Stack(clients("cloudformation"), stacks.stack_name(chosen.stage, stacks.DATA))
        table = stack.physical_id(f"{chosen.table.removesuffix('Table')}Table")
        dynamodb = clients("dynamodb")
        if chosen.step == "aside":
            print(aside(dynamodb, table, chosen.at))
            return 0
        difference = compare(dynamodb, table, chosen.aside, chosen.client)
        _tell("missing", difference.missing)
        _tell("changed", difference.changed)
        if chosen.put_back or chosen.overwrite:
            left = put_back(dynamodb, table, difference, overwrite=chosen.overwrite)
            _tell("not written, for it changed meanwhile", left)
    except (DeploymentError, ClientError, BotoCoreError, WaiterError) as error:
        print(f"Not restored: {error}", file=sys.stderr)
        return 1
    return 0


def _tell(what: str, keys: Any) -> None:
    print(f"{len(keys)} {what}")
    for key in sorted(keys):
        print(f"  {key}")


if __name__ == "__main__":
    sys.exit(main())
