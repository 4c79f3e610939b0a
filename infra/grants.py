"""The policy of a function's role: exactly what its declaration names, and its own log."""

from typing import Any

from chalicelib.runtime.resource import Bucket, MailEvents, Queue, Resource, SmsProvider
from chalicelib.runtime.table import Table
from infra import names
from infra.functions import RELAYED, Function

Json = dict[str, Any]


def statements(function: Function) -> list[Json]:
    """Return the statements of a function's policy."""
    written = {resource.logical_id for resource in function.writes}
    policy = [
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            {"Fn::Sub": names.log_streams(function.kebab)},
        )
    ]
    policy += [
        _grant(resource, writes=resource.logical_id in written) for resource in function.resources
    ]
    if function.queue:
        policy.append(
            allow(
                ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                {"Fn::Sub": names.arn(function.queue.logical_id)},
            )
        )
    if function.relays:
        policy.append(
            allow(
                [
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                ],
                *({"Ref": names.stream_parameter(table)} for table in RELAYED),
            )
        )
        policy.append(allow(["sqs:SendMessage"], {"Fn::Sub": names.arn(names.RELAY_DEAD_LETTERS)}))
    return policy


def allow(actions: list[str], *resources: Any) -> Json:
    """Return a statement of a policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _grant(resource: Resource, *, writes: bool) -> Json:
    match resource:
        case Table():
            actions = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
            if writes:
                actions += ["dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem"]
                actions += ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
            arn = names.arn(resource.logical_id)
            return allow(actions, {"Fn::Sub": arn}, {"Fn::Sub": f"{arn}/index/*"})
        case Queue():
            return allow(["sqs:SendMessage"], {"Fn::Sub": names.arn(resource.logical_id)})
        case Bucket():
            actions = ["s3:GetObject", "s3:PutObject"] if writes else ["s3:GetObject"]
            return allow(actions, {"Fn::Sub": f"{names.arn(resource.logical_id)}/*"})
        case SmsProvider():
            # A telephone number is no resource. Every topic is, and none of them is meant.
            topics = {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}
            return {"Effect": "Allow", "Action": ["sns:Publish"], "NotResource": [topics]}
        case MailEvents():
            # SES asks for the right to the configuration set beside that to the identity.
            actions = ["ses:SendEmail", "ses:SendRawEmail"]
            return allow(actions, {"Fn::Sub": names.arn(resource.logical_id)})
        case _:
            # By the sender's address, which AWS always passes. The local cloud, which enforces
            # this role too, passes neither address nor identity: hence any resource, and "if".
            sender = {"StringEqualsIfExists": {"ses:FromAddress": {"Ref": "SenderAddress"}}}
            # The second right is for mails with pictures, which go as raw MIME by the same call.
            return allow(["ses:SendEmail", "ses:SendRawEmail"], "*") | {"Condition": sender}
