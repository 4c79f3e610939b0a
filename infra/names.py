"""The names that the cloud knows resources by: each follows from the stage and the logical id.

A name is text for ``Fn::Sub``. It stands in every stack that refers to the resource, so that no
stack imports anything from another; and a resource with a name of its own cannot be replaced by
accident, since CloudFormation refuses to create the second one.
"""

import re
from typing import Any

from chalicelib.runtime.resource import Bucket, MailEvents, Queue, Resource, SmsProvider
from chalicelib.runtime.table import Table

Json = dict[str, Any]

_NAMED_BY = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SES::ConfigurationSet": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}
_HERE = "${AWS::Region}:${AWS::AccountId}"

LIVE = "live"
"""The alias of a function that all its callers call."""
ALARM_TOPIC = "AlarmTopic"
RELAY_DEAD_LETTERS = "RelayDeadLetterQueue"
"""Queue to which Lambda reports the positions of stream records that were given up."""


def kebab(logical_id: str) -> str:
    """Return ``EdoInboundQueue`` as ``edo-inbound-queue``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", logical_id).lower()


def name(logical_id: str) -> str:
    """Return the name of a table, queue, bucket, topic, configuration set or alarm."""
    # Names of buckets are shared by all accounts.
    account = "-${AWS::AccountId}" if logical_id.endswith("Bucket") else ""
    return f"${{Stage}}-{kebab(logical_id)}{account}"


def function_name(kebab_name: str) -> str:
    """Return the name of a function."""
    return f"${{Stage}}-{kebab_name}"


def arn(logical_id: str) -> str:
    """Return the ARN of a table, queue, bucket, topic, configuration set or alarm."""
    called = name(logical_id)
    if logical_id.endswith("Table"):
        return f"arn:${{AWS::Partition}}:dynamodb:{_HERE}:table/{called}"
    if logical_id.endswith("Queue"):
        return f"arn:${{AWS::Partition}}:sqs:{_HERE}:{called}"
    if logical_id.endswith("Bucket"):
        return f"arn:${{AWS::Partition}}:s3:::{called}"
    if logical_id.endswith("Topic"):
        return f"arn:${{AWS::Partition}}:sns:{_HERE}:{called}"
    if logical_id.endswith("Events"):
        return f"arn:${{AWS::Partition}}:ses:{_HERE}:configuration-set/{called}"
    return f"arn:${{AWS::Partition}}:cloudwatch:{_HERE}:alarm:{called}"


def function_arn(kebab_name: str) -> str:
    """Return the ARN of a function."""
    return f"arn:${{AWS::Partition}}:lambda:{_HERE}:function:{function_name(kebab_name)}"


def live_arn(kebab_name: str) -> str:
    """Return the ARN of the version of a function that is live."""
    return f"{function_arn(kebab_name)}:{LIVE}"


def role_path() -> str:
    """Return the path of the roles of a stage."""
    return "/${Stage}-service-menu/"


def metrics_namespace() -> str:
    """Return the CloudWatch namespace of the metrics that the functions of a stage report."""
    return "ServiceMenu/${Stage}"


def log_group(kebab_name: str) -> str:
    """Return the name of a function's log group."""
    return f"/aws/lambda/{function_name(kebab_name)}"


def log_streams(kebab_name: str) -> str:
    """Return the ARN of the streams in a function's log group."""
    return f"arn:${{AWS::Partition}}:logs:{_HERE}:log-group:{log_group(kebab_name)}:*"


def stream_parameter(table: Table) -> str:
    """Return the output of the data stack, and parameter of the relay's, of a table's stream."""
    return f"{table.logical_id}StreamArn"


def reference(resource: Resource) -> Json:
    """Return what a function knows a resource by: a name, a queue's URL, an address, a provider."""
    match resource:
        case Table() | Bucket() | MailEvents():
            return {"Fn::Sub": name(resource.logical_id)}
        case Queue():
            host = "https://sqs.${AWS::Region}.${AWS::URLSuffix}"
            return {"Fn::Sub": f"{host}/${{AWS::AccountId}}/{name(resource.logical_id)}"}
        case SmsProvider():
            return {"Ref": resource.logical_id}
        case _:
            return {"Ref": "SenderAddress"}


def give_names(resources: Json) -> None:
    """Set the name of every resource that has one."""
    for logical_id, resource in resources.items():
        if property_name := _NAMED_BY.get(resource["Type"]):
            properties = resource.setdefault("Properties", {})
            properties[property_name] = {"Fn::Sub": name(logical_id)}
