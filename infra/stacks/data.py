"""The data stack: what keeps something, and what is listened to.

``infra/resources.yaml`` declares tables, queues, buckets, the mail identity and the topic of
alarms. To each queue is added its dead-letter queue with two alarms, to each bucket the refusal of
calls without TLS.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from infra import names
from infra.functions import RELAYED
from infra.stacks.template import alarm, get_arn

Json = dict[str, Any]

RESOURCES = Path(__file__).resolve().parent.parent / "resources.yaml"

MAIL_IDENTITY = "SenderIdentity"
"""Logical id of the domain that mails are sent from, which one stage of an account owns."""
RECEIVES = 5
"""Deliveries of a message before it goes to the dead-letter queue."""
QUEUE_AGE_ALARM_SECONDS = 900

KEEPING = (
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::SES::EmailIdentity",
    "AWS::SQS::Queue",
)
"""Types of resources that keep data; none is replaced or deleted by a deployment."""

STACK_POLICY: Json = {
    "Statement": [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["Update:Replace", "Update:Delete"],
            "Principal": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"ResourceType": list(KEEPING)}},
        },
    ]
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> Json:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise yaml.constructor.ConstructorError(None, None, f"!{suffix}", node.start_mark)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_tag)


def resources() -> Json:
    """Return the resources of ``infra/resources.yaml`` in CloudFormation's long form."""
    read: Json = yaml.load(RESOURCES.read_text(encoding="utf-8"), _Loader)["Resources"]  # noqa: S506
    # Through JSON, so that resources do not share what YAML's anchors share.
    separate: Json = json.loads(json.dumps(read))
    return separate


def queues(declared: Json) -> list[str]:
    """Return the names of the queues, as declarations call them."""
    return [name.removesuffix("Queue") for name in _of_type(declared, "AWS::SQS::Queue")]


def alarms(template: Json) -> list[str]:
    """Return the logical ids of a template's alarms."""
    return _of_type(template["Resources"], "AWS::CloudWatch::Alarm")


def _of_type(declared: Json, kind: str) -> list[str]:
    return [name for name, resource in declared.items() if resource["Type"] == kind]


def template(declared: Json) -> Json:
    """Return the template of the data stack."""
    everything = json.loads(json.dumps(declared))
    for name in _of_type(declared, "AWS::SQS::Queue"):
        everything |= _dead_letters(name, everything[name])
    everything |= _watched_dead_letters(
        names.RELAY_DEAD_LETTERS, "the relay gave up records; find the cause, then resend"
    )
    for name in _of_type(declared, "AWS::S3::Bucket"):
        everything[f"{name}Policy"] = _tls_only(name)
    return {"Resources": everything, "Outputs": _outputs(declared)}


def _tls_only(bucket: str) -> Json:
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": bucket},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [
                            {"Fn::Sub": names.arn(bucket)},
                            {"Fn::Sub": f"{names.arn(bucket)}/*"},
                        ],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        },
    }


def _dead_letters(name: str, queue: Json) -> Json:
    """Give a queue its dead-letter queue, an alarm on it, and one on the age of what waits."""
    dead = dead_letter_id(name)
    queue["Properties"]["RedrivePolicy"] = {
        "deadLetterTargetArn": get_arn(dead),
        "maxReceiveCount": RECEIVES,
    }
    reason = f"{name}: messages could not be processed; find the cause, then redrive"
    return {
        **_watched_dead_letters(dead, reason),
        f"{name}AgeAlarm": alarm(
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": {"Fn::Sub": names.name(name)}},
            "Maximum",
            threshold=QUEUE_AGE_ALARM_SECONDS,
            description=f"{name}: a message has waited for a quarter of an hour",
        ),
    }


def _watched_dead_letters(dead: str, reason: str) -> Json:
    """Return a dead-letter queue with the alarm that it is not empty."""
    return {
        dead: {
            "Type": "AWS::SQS::Queue",
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "Properties": {"MessageRetentionPeriod": 1_209_600, "SqsManagedSseEnabled": True},
        },
        f"{dead}Alarm": alarm(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": {"Fn::Sub": names.name(dead)}},
            "Maximum",
            threshold=1,
            description=reason,
        ),
    }


def dead_letter_id(queue: str) -> str:
    """Return the logical id of a queue's dead-letter queue."""
    return queue.removesuffix("Queue") + "DeadLetterQueue"


def _outputs(declared: Json) -> Json:
    """Return what the commands and the systems beside the product need to know."""
    outputs: Json = {}
    for bucket in ("TrustBucket", "EdoBucket"):
        outputs[f"{bucket}Name"] = {"Value": {"Ref": bucket}}
    for table in RELAYED:
        outputs[f"{table.logical_id}Name"] = {"Value": {"Ref": table.logical_id}}
        stream = {"Fn::GetAtt": [table.logical_id, "StreamArn"]}
        outputs[names.stream_parameter(table)] = {"Value": stream}
    for name in _of_type(declared, "AWS::SQS::Queue"):
        pair: Sequence[str] = (name, dead_letter_id(name))
        outputs |= {f"{queue}Url": {"Value": {"Ref": queue}} for queue in pair}
    return outputs
