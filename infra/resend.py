"""Sends the messages that were written between two moments to their queues again.

    python -m infra.resend --stage STAGE --since 2026-01-31T09:00Z [--until …] [--dry-run]

For messages that the relay never sent and that the stream no longer holds: of the outbox, and the
requests to deliver a receipt, in the table of fiscal documents. Which messages these are is
recorded nowhere, so all are sent; consumers ignore a repeat. The content of a message is not shown,
since it may be personal.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.fiscal.store import FISCAL
from chalicelib.runtime import request_id
from chalicelib.runtime.identifier import first_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Table
from infra import stacks
from infra.cloudformation import Clients, DeploymentError, Stack
from infra.functions import RELAYED


class Message(NamedTuple):
    """A message in a table whose stream is relayed."""

    queue: str
    """The environment variable of a :class:`Queue`."""
    body: str
    request_id: str | None


def _time(table: Table, moment: dt.datetime) -> tuple[str, dict[str, str]]:
    """Return the attribute of a table by which messages are found by time, and its value."""
    if table is OUTBOX:
        return "sk", {"S": first_identifier(moment)}
    if table is FISCAL:
        return "queued_at", {"N": str(int(moment.timestamp()))}
    raise LookupError(f"{table} has no time of its messages")


def written(
    dynamodb: Any, outputs: dict[str, str], since: dt.datetime, until: dt.datetime
) -> Iterator[Message]:
    """Yield the messages written from ``since`` until before ``until``, in no order.

    Scans the tables whole, which a command may do and an action may not. Their names are among the
    ``outputs`` of the data stack. Times of receipts are known to the second.
    """
    for table in RELAYED:
        attribute, first = _time(table, since)
        _, last = _time(table, until)
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=outputs[f"{table.logical_id}Name"],
            FilterExpression=(
                f"{attribute} >= :since AND {attribute} < :until AND attribute_exists(queue)"
            ),
            ExpressionAttributeValues={":since": first, ":until": last},
        )
        for page in pages:
            for item in page["Items"]:
                yield Message(item["queue"]["S"], item["body"]["S"], request_id.of_item(item))


def resend(sqs: Any, outputs: dict[str, str], messages: Iterator[Message]) -> int:
    """Send messages to their queues and return their number.

    Raises:
        ClientError: a queue refused a message; some messages before it were sent.
    """
    urls = {
        Queue(name.removesuffix("QueueUrl")).variable: url
        for name, url in outputs.items()
        if name.endswith("QueueUrl")
    }
    sent = 0
    for message in messages:
        sqs.send_message(
            QueueUrl=urls[message.queue],
            MessageBody=message.body,
            MessageAttributes=request_id.attributes(message.request_id),
        )
        sent += 1
    return sent


def moment(text: str) -> dt.datetime:
    """Return the moment that a text of the command line names.

    Raises:
        ArgumentTypeError: the text has no time zone.
        ValueError: the text is not ISO 8601.
    """
    parsed = dt.datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise argparse.ArgumentTypeError("say the zone: 2026-01-31T09:00Z")
    return parsed


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Resend from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.resend")
    options.add_argument("--stage", required=True)
    options.add_argument("--since", type=moment, required=True)
    options.add_argument("--until", type=moment, default=dt.datetime.now(dt.UTC))
    options.add_argument("--dry-run", action="store_true", help="count them")
    chosen = options.parse_args(arguments)
    try:
        outputs = Stack(
            clients("cloudformation"), stacks.stack_name(chosen.stage, stacks.DATA)
        ).outputs()
        messages = written(clients("dynamodb"), outputs, chosen.since, chosen.until)
        if chosen.dry_run:
            print(f"{sum(1 for _ in messages)} messages")
        else:
            print(f"{resend(clients('sqs'), outputs, messages)} messages sent again")
    except (DeploymentError, ClientError, BotoCoreError) as error:
        print(f"Not all were sent: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
