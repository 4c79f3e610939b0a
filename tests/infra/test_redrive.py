"""Dead letters go back whole and in order, and a crash at any call loses none."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import redrive
from infra.redrive import RedriveError

Send = Callable[..., None]
BODIES = [f'{{"payment": {number}, "payer": "Смирнова"}}' for number in range(12)]


class Crash(Exception):
    """The process ended here."""


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-south-2")
    monkeypatch.setattr(redrive, "_WAIT_SECONDS", 0)
    monkeypatch.setattr(redrive, "_HIDDEN_SECONDS", 1)
    with mock_aws():
        yield


@pytest.fixture
def sqs() -> Any:
    return boto3.client("sqs")


@pytest.fixture
def queue(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="payments")["QueueUrl"])


@pytest.fixture
def dead(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="payments-dead")["QueueUrl"])


def letters(sqs: Any, url: str) -> list[str]:
    """What waits in a queue, or is hidden there for now; taken out."""
    bodies = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0
    ).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def count(sqs: Any, url: str) -> int:
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]) + int(
        attributes["ApproximateNumberOfMessagesNotVisible"]
    )


def test_sends_every_letter_back(sqs: Any, queue: str, dead: str) -> None:
    for body in BODIES:
        sqs.send_message(QueueUrl=dead, MessageBody=body)
    assert redrive.redrive(sqs, queue, dead) == len(BODIES)
    assert letters(sqs, queue) == BODIES
    assert count(sqs, dead) == 0


def test_the_oldest_goes_first_however_they_are_received(
    sqs: Any, queue: str, dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redrive, "_WAIT_SECONDS", 3)
    monkeypatch.setattr(redrive, "_HIDDEN_SECONDS", 900)
    sqs.send_message(QueueUrl=dead, MessageBody="first", DelaySeconds=1)
    sqs.send_message(QueueUrl=dead, MessageBody="second")
    sqs.send_message(QueueUrl=dead, MessageBody="third")
    assert redrive.redrive(sqs, queue, dead) == 3
    assert letters(sqs, queue) == ["first", "second", "third"]


def test_attributes_go_back_too(sqs: Any, queue: str, dead: str) -> None:
    attributes = {
        "kind": {"DataType": "String", "StringValue": "payment"},
        "seal": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sqs.send_message(QueueUrl=dead, MessageBody="letter", MessageAttributes=attributes)
    redrive.redrive(sqs, queue, dead)
    (message,) = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert message["MessageAttributes"] == attributes


def test_message_that_waited_too_long_may_wait_again(sqs: Any, queue: str, dead: str) -> None:
    since = {"waiting_since": {"DataType": "Number", "StringValue": "1"}}
    sqs.send_message(QueueUrl=dead, MessageBody="letter", MessageAttributes=since)
    redrive.redrive(sqs, queue, dead)
    (message,) = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert "MessageAttributes" not in message


def test_an_empty_queue_is_nothing_to_do(sqs: Any, queue: str, dead: str) -> None:
    assert redrive.redrive(sqs, queue, dead) == 0


@pytest.mark.parametrize("operation", ["ReceiveMessage", "SendMessage", "DeleteMessage"])
@pytest.mark.parametrize("moment", ["before-call", "after-call"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_crash_loses_nothing(
    sqs: Any, queue: str, dead: str, operation: str, moment: str, nth: int
) -> None:
    for body in BODIES:
        sqs.send_message(QueueUrl=dead, MessageBody=body)
    calls = 0

    def crash(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise Crash

    crashing = boto3.client("sqs")
    crashing.meta.events.register(f"{moment}.sqs.{operation}", crash)
    with pytest.raises(Crash):
        redrive.redrive(crashing, queue, dead)
    assert count(sqs, queue) + count(sqs, dead) >= len(BODIES)

    while count(sqs, dead):
        redrive.redrive(sqs, queue, dead)
    bodies = letters(sqs, queue)
    assert sorted(set(bodies)) == sorted(BODIES)
    assert len(bodies) <= len(BODIES) + 1


def test_a_refusal_leaves_the_rest_at_hand(
    sqs: Any, queue: str, dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redrive, "_HIDDEN_SECONDS", 900)
    sqs.send_message(QueueUrl=dead, MessageBody="letter")
    with pytest.raises(RedriveError, match="0 sent back"):
        redrive.redrive(sqs, queue + "-gone", dead)
    assert letters(sqs, dead) == ["letter"]


@pytest.fixture
def stack(sqs: Any) -> Any:
    """The queues of a stage, as its stack names them."""
    template = """{"Resources": {
        "PaymentsQueue": {"Type": "AWS::SQS::Queue"},
        "PaymentsDeadLetterQueue": {"Type": "AWS::SQS::Queue"}
    }, "Outputs": {
        "PaymentsQueueUrl": {"Value": {"Ref": "PaymentsQueue"}},
        "PaymentsDeadLetterQueueUrl": {"Value": {"Ref": "PaymentsDeadLetterQueue"}}
    }}"""
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName="test-service-menu-data", TemplateBody=template)
    stack = cloudformation.describe_stacks(StackName="test-service-menu-data")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_from_the_command_line(
    sqs: Any, stack: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    sqs.send_message(QueueUrl=stack["PaymentsDeadLetterQueueUrl"], MessageBody=BODIES[0])
    assert redrive.main(["Payments", "--stage", "test", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "1 dead letters" in shown
    assert "0 d 0 h old" in shown
    assert "Смирнова" not in shown
    assert count(sqs, stack["PaymentsQueueUrl"]) == 0

    assert redrive.main(["PaymentsQueue", "--stage", "test"]) == 0
    assert "1 dead letters sent back" in capsys.readouterr().out
    assert letters(sqs, stack["PaymentsQueueUrl"]) == [BODIES[0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Mail", "--stage", "test"], "no queue Mail; there are Payments"),
        (["Payments", "--stage", "gone"], "there is no stack gone-service-menu-data"),
    ],
)
@pytest.mark.usefixtures("stack")
def test_says_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert redrive.main(arguments) == 1
    assert message in capsys.readouterr().err
