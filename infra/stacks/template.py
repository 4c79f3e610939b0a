"""What the templates of all stacks are made of."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.runtime.settings import Settings
from infra import names, parameters

Json = dict[str, Any]

FIVE_YEARS = 5 * 365 + 2
"""Days in five years, of which at most two are leap years."""
STAGE: Json = {
    "Type": "String",
    "AllowedPattern": "[a-z][a-z0-9]{1,11}",
    "Description": 'Name of the deployment; "prod" turns deletion protection on.',
}
_COMMON: Json = {
    "Stage": STAGE,
    "ArtifactBucket": {
        "Type": "String",
        "Description": "Bucket that holds the code of the functions.",
    },
    "ArtifactKey": {"Type": "String", "Description": "Key of that code in the bucket."},
    "Architecture": {
        "Type": "String",
        "AllowedValues": ["arm64", "x86_64"],
        "Default": "arm64",
        "Description": "Processor architecture that the artifact was built for.",
    },
    "SenderDomain": {
        "Type": "String",
        "Description": "Domain that e-mails are sent from; its owner publishes DKIM records.",
    },
    "SenderAddress": {
        "Type": "String",
        "Description": "Address that e-mails are sent from, in SenderDomain.",
    },
    "MailIdentity": {
        "Type": "String",
        "AllowedValues": ["own", "shared"],
        "Default": "own",
        "Description": "Whether this stage owns the identity of SenderDomain, or another.",
    },
    "DomainName": {
        "Type": "String",
        "Default": "",
        "AllowedPattern": "([a-z0-9-]+\\.)*[a-z0-9-]*",
        "Description": "Domain of the API, without scheme; empty for the address of the gateway.",
    },
    "CertificateArn": {
        "Type": "String",
        "Default": "",
        "Description": "Certificate (ACM, of the same region) for DomainName.",
    },
    "SmsProvider": {
        "Type": "String",
        "AllowedValues": ["sns", "gateway"],
        "Default": "sns",
        "Description": "The carrier of SMS: Amazon SNS, or a gateway at SmsGatewayUrl.",
    },
    "RetentionDays": {
        "Type": "Number",
        "Default": FIVE_YEARS,
        "MinValue": 1,
        "MaxValue": 36_500,
        "Description": "Days for which evidence is locked and archived fiscal documents are kept.",
    },
    "AlarmEmail": {
        "Type": "String",
        "Default": "",
        "Description": "Address that is notified of alarms; empty for none.",
    },
}
_CONDITIONS: Json = {
    "IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
    "OwnsMailIdentity": {"Fn::Equals": [{"Ref": "MailIdentity"}, "own"]},
    "HasDomain": {"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]},
    "HasNoDomain": {"Fn::Equals": [{"Ref": "DomainName"}, ""]},
    "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]},
}


def close(template: Json, settings: Sequence[type[Settings]]) -> Json:
    """Name the resources of a template and declare the parameters and conditions that it uses."""
    names.give_names(template["Resources"])
    conditions = _CONDITIONS | parameters.conditions(settings)
    used_conditions = {
        name: conditions[name] for name in sorted(set(_conditions(template)) & set(conditions))
    }
    declared = {**_COMMON, **parameters.parameters(settings), **template.get("Parameters", {})}
    used = set(_references([template["Resources"], template.get("Outputs", {}), used_conditions]))
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        **template,
        "Parameters": {name: parameter for name, parameter in declared.items() if name in used},
        **({"Conditions": used_conditions} if used_conditions else {}),
    }


def _references(value: Any) -> Iterator[str]:
    """Yield what a value refers to by ``Ref`` or within ``Fn::Sub``."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{(\w+)\}", text)
        case dict():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)


def _conditions(value: Any) -> Iterator[str]:
    """Yield the names of the conditions that a template uses."""
    match value:
        case dict():
            if isinstance(value.get("Condition"), str):
                yield value["Condition"]
            if "Fn::If" in value:
                yield value["Fn::If"][0]
            for part in value.values():
                yield from _conditions(part)
        case list():
            for part in value:
                yield from _conditions(part)


def alarm(
    namespace: str | Json,
    metric: str,
    dimensions: Json,
    statistic: str,
    *,
    threshold: int,
    description: str,
    period: int = 300,
    periods: int = 1,
) -> Json:
    """Return an alarm that notifies the topic of alarms; ``period`` is in seconds."""
    percentile = statistic.startswith("p")
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": description,
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            # A percentile of a few calls is only the slowest call.
            **(
                {"ExtendedStatistic": statistic, "EvaluateLowSampleCountPercentile": "ignore"}
                if percentile
                else {"Statistic": statistic}
            ),
            "Period": period,
            "EvaluationPeriods": periods,
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Fn::Sub": names.arn(names.ALARM_TOPIC)}],
        },
    }


def role(service: str, statements: Sequence[Json]) -> Json:
    """Return a role that a service of the cloud takes on, with one policy of these statements."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    declared = {"Version": "2012-10-17", "Statement": statements}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            # CloudFormation makes up the name, and may cut the stage off; the path it leaves whole.
            "Path": {"Fn::Sub": names.role_path()},
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "declared", "PolicyDocument": declared}],
        },
    }


def get_arn(logical_id: str) -> Json:
    """Return the ARN of a resource of the same stack."""
    return {"Fn::GetAtt": [logical_id, "Arn"]}
