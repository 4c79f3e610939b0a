"""Sends dead letters back to their queue, in order and without loss.

    python -m infra.redrive QUEUE --stage STAGE [--dry-run]

A letter is sent first and deleted afterwards, so a crash in between duplicates the letter and never
loses it; consumers are idempotent. The content of a letter is not shown, since it may be personal.
"""

import argparse
import dataclasses
import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.runtime.postponement import WAITING_SINCE
from infra import stacks
from infra.cloudformation import Clients, DeploymentError, Stack

_BATCH = 10
_WAIT_SECONDS = 2
_HIDDEN_SECONDS = 900
"""Visibility timeout of received letters: longer than it took to send the largest queue."""


class RedriveError(Exception):
    """Letters were not sent back; the text says which and why."""


@dataclasses.dataclass(frozen=True)
class Letter:
    """A dead letter with everything needed to send it back unchanged."""

    message_id: str
    sent_at: dt.datetime
    body: str
    attributes: dict[str, Any]
    receipt: str


def find_queues(outputs: dict[str, str], queue: str) -> tuple[str, str]:
    """Return the URLs of a queue, by its name in the template, and of its dead letters.

    Raises:
        RedriveError: there is no such queue; the text names the queues that exist.
    """
    name = queue.removesuffix("Queue")
    try:
        return outputs[f"{name}QueueUrl"], outputs[f"{name}DeadLetterQueueUrl"]
    except KeyError:
        ending = "DeadLetterQueueUrl"
        known = sorted(output.removesuffix(ending) for output in outputs if output.endswith(ending))
        raise RedriveError(f"no queue {queue}; there are {', '.join(known)}") from None


def take(sqs: Any, dead: str) -> Iterator[Letter]:
    """Yield each letter of the queue once, hidden from other receivers meanwhile."""
    taken: set[str] = set()
    while True:
        answer = sqs.receive_message(
            QueueUrl=dead,
            MaxNumberOfMessages=_BATCH,
            WaitTimeSeconds=_WAIT_SECONDS,
            VisibilityTimeout=_HIDDEN_SECONDS,
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        new = [
            message for message in answer.get("Messages", []) if message["MessageId"] not in taken
        ]
        if not new:
            return
        for message in new:
            taken.add(message["MessageId"])
            yield Letter(
                message_id=message["MessageId"],
                sent_at=dt.datetime.fromtimestamp(
                    int(message["Attributes"]["SentTimestamp"]) / 1000, dt.UTC
                ),
                body=message["Body"],
                attributes=message.get("MessageAttributes", {}),
                receipt=message["ReceiptHandle"],
            )


def release(sqs: Any, dead: str, letters: list[Letter]) -> None:
    """Make letters visible to other receivers again, so that the next run need not wait."""
    for letter in letters:
        sqs.change_message_visibility(
            QueueUrl=dead, ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )


def redrive(sqs: Any, queue: str, dead: str) -> int:
    """Send every dead letter back, the oldest first, and return their number.

    Raises:
        RedriveError: the queue refused a letter; this letter and the later ones stay.
    """
    waiting = sorted(take(sqs, dead), key=lambda letter: letter.sent_at)
    sent = 0
    try:
        for letter in waiting:
            sqs.send_message(
                QueueUrl=queue, MessageBody=letter.body, MessageAttributes=_whole(letter)
            )
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter.receipt)
            sent += 1
    except (ClientError, BotoCoreError) as error:
        failed = waiting[sent]
        release(sqs, dead, waiting[sent:])
        raise RedriveError(f"{sent} sent back, stopped at {failed.message_id}: {error}") from error
    return sent


def _whole(letter: Letter) -> dict[str, Any]:
    """Return a message's attributes for sending, without the empty lists of a received one.

    A message that has waited too long for a carrier may wait as long again.
    """
    keep = ("DataType", "StringValue", "BinaryValue")
    return {
        name: {field: value[field] for field in keep if field in value}
        for name, value in letter.attributes.items()
        if name != WAITING_SINCE
    }


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Redrive from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.redrive")
    options.add_argument("queue", help="its name in infra/resources.yaml: Payments")
    options.add_argument("--stage", required=True)
    options.add_argument("--dry-run", action="store_true", help="show what is there")
    chosen = options.parse_args(arguments)
    try:
        stack = Stack(clients("cloudformation"), stacks.stack_name(chosen.stage, stacks.DATA))
        queue, dead = find_queues(stack.outputs(), chosen.queue)
        sqs = clients("sqs")
        if chosen.dry_run:
            letters = sorted(take(sqs, dead), key=lambda letter: letter.sent_at)
            release(sqs, dead, letters)
            for letter in letters:
                age = dt.datetime.now(dt.UTC) - letter.sent_at
                print(f"{letter.message_id}  {age.days} d {age.seconds // 3600} h old")
            print(f"{len(letters)} dead letters")
        else:
            print(f"{redrive(sqs, queue, dead)} dead letters sent back")
    except (RedriveError, DeploymentError, ClientError, BotoCoreError) as error:
        print(f"Not redriven: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
