"""Sends messages of the outbox to their queues again: those written between two moments.

    python -m infra.resend --stage STAGE --since 2026-01-31T09:00Z [--until …] [--dry-run]

For what the relay never sent and the stream no longer holds. Which those are is not noted anywhere,
so all are sent; consumers know a repeat. Nothing of a message's content is shown: it may be
personal.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.runtime.identifier import first_identifier
from chalicelib.runtime.resource import Queue
from infra import stacks
from infra.cloudformation import Clients, DeploymentError, Stack


class Message(NamedTuple):
    """What the outbox says of one."""

    queue: str
    """The variable of a :class:`Queue`."""
    body: str


def written(dynamodb: Any, table: str, since: dt.datetime, until: dt.datetime) -> Iterator[Message]:
    """Yield the messages written from ``since`` until before ``until``, in no order.

    Reads the whole table, at the price of it: a command may, an action may not.
    """
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="sk BETWEEN :since AND :until AND attribute_exists(queue)",
        ExpressionAttributeValues={
            ":since": {"S": first_identifier(since)},
            ":until": {"S": first_identifier(until)},
        },
    )
    for page in pages:
        for item in page["Items"]:
            yield Message(queue=item["queue"]["S"], body=item["body"]["S"])


def resend(sqs: Any, outputs: dict[str, str], messages: Iterator[Message]) -> int:
    """Send messages to their queues; return how many were.

    Raises:
        ClientError: a queue did not take one; some before it were sent.
    """
    urls = {
        Queue(name.removesuffix("QueueUrl")).variable: url
        for name, url in outputs.items()
        if name.endswith("QueueUrl")
    }
    sent = 0
    for message in messages:
        sqs.send_message(QueueUrl=urls[message.queue], MessageBody=message.body)
        sent += 1
    return sent


def moment(text: str) -> dt.datetime:
    """Return a moment given on the command line.

    Raises:
        ArgumentTypeError: it does not say its zone.
        ValueError: it is no moment.
    """
    said = dt.datetime.fromisoformat(text)
    if said.tzinfo is None:
        raise argparse.ArgumentTypeError("say the zone: 2026-01-31T09:00Z")
    return said


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
        table = outputs["OutboxTableName"]
        found = written(clients("dynamodb"), table, chosen.since, chosen.until)
        if chosen.dry_run:
            print(f"{sum(1 for _ in found)} messages")
        else:
            print(f"{resend(clients('sqs'), outputs, found)} messages sent again")
    except (DeploymentError, ClientError, BotoCoreError) as error:
        print(f"Not all were sent: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
