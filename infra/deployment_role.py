"""Writes the role that deploys a stage, as a template: what the deployment calls, and nothing more.

    python -m infra.deployment_role STAGE > role.json

The rights follow from the types of resources in the stacks' templates and are bound to the names of
the stage. The role can neither delete nor replace what keeps data. Whoever administers the account
creates the stack once and again when a release brings a new type of resource; the role cannot
change itself.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infra import stacks

Json = dict[str, Any]

MOST_CHARACTERS = 6144
"""Of a managed policy, white space not counted (IAM quotas)."""
_HERE = "${AWS::Region}:${AWS::AccountId}"

Rights = Sequence[tuple[str, str]]
"""Pairs: actions of one service without its name, separated by blanks; and on which resource."""

_API = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/"
_TABLE = f"arn:${{AWS::Partition}}:dynamodb:{_HERE}:table/${{Stage}}-*-table"
_BUCKET = "arn:${AWS::Partition}:s3:::${Stage}-*-bucket-${AWS::AccountId}"
_QUEUE = f"arn:${{AWS::Partition}}:sqs:{_HERE}:${{Stage}}-*-queue"
_TOPIC = f"arn:${{AWS::Partition}}:sns:{_HERE}:${{Stage}}-*-topic"
_FUNCTION = f"arn:${{AWS::Partition}}:lambda:{_HERE}:function:${{Stage}}-*"
_ROLE = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Stage}-service-menu/*"
_SES = f"arn:${{AWS::Partition}}:ses:{_HERE}:"
_CLOUDWATCH = "arn:${AWS::Partition}:cloudwatch:"
_ARTIFACTS = "arn:${AWS::Partition}:s3:::${ArtifactBucket}"
_ROLES_MAY_GO_TO = ["lambda.amazonaws.com", "apigateway.amazonaws.com"]

TYPES: Mapping[str, Rights] = {
    # Ids of APIs are random, so no name binds them; an API keeps no data.
    "AWS::ApiGateway::RestApi": [
        ("apigateway:GET POST PUT PATCH DELETE", f"{_API}restapis"),
        ("apigateway:GET POST PUT PATCH DELETE", f"{_API}restapis/*"),
        ("apigateway:GET PUT DELETE", f"{_API}tags/*"),
    ],
    "AWS::ApiGateway::Deployment": [],
    "AWS::ApiGateway::GatewayResponse": [],
    "AWS::ApiGateway::Stage": [],
    "AWS::ApiGateway::ApiKey": [
        ("apigateway:GET POST PATCH DELETE", f"{_API}apikeys"),
        ("apigateway:GET POST PATCH DELETE", f"{_API}apikeys/*"),
    ],
    "AWS::ApiGateway::UsagePlan": [
        ("apigateway:GET POST PATCH DELETE", f"{_API}usageplans"),
        ("apigateway:GET POST PATCH DELETE", f"{_API}usageplans/*"),
    ],
    "AWS::ApiGateway::UsagePlanKey": [],
    "AWS::ApiGateway::DomainName": [
        ("apigateway:GET POST PATCH DELETE", f"{_API}domainnames"),
        ("apigateway:GET POST PATCH DELETE", f"{_API}domainnames/*"),
        ("acm:DescribeCertificate", f"arn:${{AWS::Partition}}:acm:{_HERE}:certificate/*"),
    ],
    "AWS::ApiGateway::BasePathMapping": [],
    "AWS::CloudWatch::Alarm": [
        (
            "cloudwatch:DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
            f"{_CLOUDWATCH}{_HERE}:alarm:${{Stage}}-*",
        ),
        ("cloudwatch:DescribeAlarms", "*"),
    ],
    "AWS::CloudWatch::Dashboard": [
        (
            "cloudwatch:DeleteDashboards GetDashboard PutDashboard",
            f"{_CLOUDWATCH}:${{AWS::AccountId}}:dashboard/${{Stage}}-*",
        )
    ],
    "AWS::DynamoDB::Table": [
        (
            "dynamodb:CreateTable DescribeContinuousBackups DescribeContributorInsights"
            " DescribeKinesisStreamingDestination DescribeTable DescribeTimeToLive"
            " GetResourcePolicy ListTagsOfResource TagResource UntagResource"
            " UpdateContinuousBackups UpdateTable UpdateTimeToLive",
            _TABLE,
        ),
        # Of migrations.
        ("dynamodb:GetItem PutItem Scan UpdateItem", _TABLE),
        ("dynamodb:DescribeContributorInsights", f"{_TABLE}/index/*"),
    ],
    "AWS::Events::Rule": [
        (
            "events:DeleteRule DescribeRule ListTargetsByRule PutRule PutTargets RemoveTargets"
            " ListTagsForResource TagResource UntagResource",
            f"arn:${{AWS::Partition}}:events:{_HERE}:rule/${{Stage}}-*",
        )
    ],
    "AWS::IAM::Role": [
        (
            "iam:CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy"
            " ListAttachedRolePolicies ListRolePolicies PutRolePolicy TagRole UntagRole"
            " UpdateAssumeRolePolicy UpdateRole",
            _ROLE,
        ),
        ("iam:PassRole", _ROLE),
    ],
    "AWS::Lambda::Function": [
        (
            "lambda:CreateFunction DeleteFunction GetFunction GetFunctionCodeSigningConfig"
            " GetFunctionConfiguration GetFunctionRecursionConfig GetRuntimeManagementConfig"
            " ListTags ListVersionsByFunction PublishVersion PutFunctionConcurrency TagResource"
            " UntagResource UpdateFunctionCode UpdateFunctionConfiguration",
            _FUNCTION,
        )
    ],
    # The local cloud asks for ListAliases where AWS asks for GetAlias.
    "AWS::Lambda::Alias": [
        ("lambda:CreateAlias DeleteAlias GetAlias ListAliases UpdateAlias", _FUNCTION)
    ],
    # Ids of mappings are random; a mapping keeps no data.
    "AWS::Lambda::EventSourceMapping": [
        (
            "lambda:CreateEventSourceMapping DeleteEventSourceMapping GetEventSourceMapping"
            " ListEventSourceMappings ListTags TagResource UpdateEventSourceMapping",
            "*",
        )
    ],
    "AWS::Lambda::Permission": [("lambda:AddPermission GetPolicy RemovePermission", _FUNCTION)],
    "AWS::Logs::LogGroup": [
        (
            "logs:CreateLogGroup DeleteLogGroup ListTagsForResource PutRetentionPolicy"
            " TagResource UntagResource",
            f"arn:${{AWS::Partition}}:logs:{_HERE}:log-group:/aws/lambda/${{Stage}}-*",
        ),
        ("logs:DescribeLogGroups", "*"),
    ],
    "AWS::S3::Bucket": [
        (
            "s3:CreateBucket GetBucketAcl GetBucketCORS GetBucketLocation"
            " GetBucketObjectLockConfiguration GetBucketOwnershipControls"
            " GetBucketPublicAccessBlock GetBucketTagging GetBucketVersioning"
            " GetEncryptionConfiguration GetLifecycleConfiguration ListBucket PutBucketCORS"
            " PutBucketObjectLockConfiguration PutBucketOwnershipControls"
            " PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning"
            " PutEncryptionConfiguration PutLifecycleConfiguration",
            _BUCKET,
        )
    ],
    "AWS::S3::BucketPolicy": [
        ("s3:DeleteBucketPolicy GetBucketPolicy PutBucketPolicy", _BUCKET),
    ],
    "AWS::SES::EmailIdentity": [
        (
            "ses:CreateEmailIdentity GetEmailIdentity PutEmailIdentityConfigurationSetAttributes"
            " PutEmailIdentityDkimAttributes PutEmailIdentityDkimSigningAttributes"
            " PutEmailIdentityFeedbackAttributes PutEmailIdentityMailFromAttributes"
            " TagResource UntagResource",
            f"{_SES}identity/${{SenderDomain}}",
        )
    ],
    "AWS::SES::ConfigurationSet": [
        (
            "ses:CreateConfigurationSet DeleteConfigurationSet GetConfigurationSet"
            " PutConfigurationSetDeliveryOptions PutConfigurationSetReputationOptions"
            " PutConfigurationSetSendingOptions PutConfigurationSetSuppressionOptions"
            " PutConfigurationSetTrackingOptions PutConfigurationSetVdmOptions TagResource",
            f"{_SES}configuration-set/${{Stage}}-*",
        )
    ],
    "AWS::SES::ConfigurationSetEventDestination": [
        (
            "ses:CreateConfigurationSetEventDestination DeleteConfigurationSetEventDestination"
            " GetConfigurationSetEventDestinations UpdateConfigurationSetEventDestination",
            f"{_SES}configuration-set/${{Stage}}-*",
        )
    ],
    "AWS::SNS::Topic": [
        (
            "sns:CreateTopic DeleteTopic GetDataProtectionPolicy GetTopicAttributes"
            " ListSubscriptionsByTopic ListTagsForResource SetTopicAttributes TagResource"
            " UntagResource",
            _TOPIC,
        )
    ],
    "AWS::SNS::TopicPolicy": [("sns:SetTopicAttributes", _TOPIC)],
    "AWS::SNS::Subscription": [
        ("sns:Subscribe", _TOPIC),
        ("sns:GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe", f"{_TOPIC}:*"),
    ],
    "AWS::SQS::Queue": [
        (
            "sqs:CreateQueue GetQueueAttributes GetQueueUrl ListQueueTags SetQueueAttributes"
            " TagQueue UntagQueue",
            _QUEUE,
        )
    ],
    "AWS::SQS::QueuePolicy": [("sqs:SetQueueAttributes", _QUEUE)],
}
"""The rights to create, change and read each type of resource, as the stacks call for them."""

COMMANDS: Rights = [
    (
        "cloudformation:CreateChangeSet DeleteChangeSet DeleteStack DescribeChangeSet"
        " DescribeStackEvents DescribeStackResource DescribeStackResources DescribeStacks"
        " ExecuteChangeSet GetTemplate SetStackPolicy UpdateTerminationProtection",
        f"arn:${{AWS::Partition}}:cloudformation:{_HERE}:stack/${{Stage}}-service-menu-*/*",
    ),
    ("s3:GetObject PutObject", f"{_ARTIFACTS}/service-menu/*"),
    ("s3:ListBucket", _ARTIFACTS),
    (
        "secretsmanager:DescribeSecret GetSecretValue",
        f"arn:${{AWS::Partition}}:secretsmanager:{_HERE}:secret:${{Stage}}/service-menu/*",
    ),
    ("ses:GetEmailIdentity", f"{_SES}identity/${{SenderDomain}}"),
]
"""The rights of ``infra.deploy``, ``infra.rollback`` and ``infra.migrate`` beside those."""


def rights(templates: Iterable[Json]) -> Rights:
    """Return the rights to deploy templates.

    Raises:
        LookupError: no rights are known for a type of resource.
    """
    types = {
        resource["Type"] for template in templates for resource in template["Resources"].values()
    }
    if unknown := types - set(TYPES):
        raise LookupError(f"which rights does a deployment need for {', '.join(sorted(unknown))}?")
    return [*COMMANDS, *(right for kind in sorted(types) for right in TYPES[kind])]


def statements(needed: Rights) -> list[Json]:
    """Return the statements of a policy with these rights: one for each service and resource."""
    by_resource: dict[tuple[str, str], set[str]] = {}
    for actions, resource in needed:
        service, _, names = actions.partition(":")
        # The right to pass a role has a condition, so it stands apart.
        kind = "PassRole" if names == "PassRole" else service
        granted = {f"{service}:{name}" for name in names.split()}
        by_resource.setdefault((kind, resource), set()).update(granted)
    return [
        {"Effect": "Allow", "Action": sorted(granted), "Resource": _named(resource)}
        | (
            {"Condition": {"StringEquals": {"iam:PassedToService": _ROLES_MAY_GO_TO}}}
            if kind == "PassRole"
            else {}
        )
        for (kind, resource), granted in sorted(by_resource.items())
    ]


def _named(resource: str) -> Any:
    return {"Fn::Sub": resource} if "${" in resource else resource


def template(stage: str, templates: Iterable[Json]) -> Json:
    """Return the template of a stage's deployment role and its managed policies."""
    policies = {
        f"DeploymentPolicy{number}": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "ManagedPolicyName": f"{stage}-service-menu-deployment-{number}",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": together},
            },
        }
        for number, together in enumerate(_packed(statements(rights(templates))), start=1)
    }
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": f"{stage}-service-menu-deployment",
            "Description": f"Deploys the stage {stage} of service-menu.",
            "MaxSessionDuration": 7200,
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [trust | {"Principal": {"AWS": {"Ref": "TrustedPrincipal"}}}],
            },
            "ManagedPolicyArns": [{"Ref": name} for name in policies],
        },
    }
    described = {
        "Stage": f"The stage; another value than {stage} has no meaning.",
        "ArtifactBucket": "Bucket that holds the code of the functions.",
        "SenderDomain": "Domain that e-mails are sent from.",
        "TrustedPrincipal": "ARN of the user or role that may deploy.",
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            name: {"Type": "String", "Description": text}
            | ({"Default": stage, "AllowedValues": [stage]} if name == "Stage" else {})
            for name, text in described.items()
        },
        "Resources": {"DeploymentRole": role, **policies},
        "Outputs": {"DeploymentRoleArn": {"Value": {"Fn::GetAtt": ["DeploymentRole", "Arn"]}}},
    }


def _packed(granted: list[Json]) -> list[list[Json]]:
    """Return statements in as few groups as fit into a managed policy each."""
    groups: list[list[Json]] = []
    for statement in sorted(granted, key=size, reverse=True):
        fitting = (group for group in groups if size([*group, statement]) <= MOST_CHARACTERS - 100)
        group = next(fitting, None)
        if group is None:
            groups.append([statement])
        else:
            group.append(statement)
    return groups


def size(value: Any) -> int:
    """Return the most characters that IAM counts for a part of a policy."""
    longest = {
        "Stage": "s" * 12,
        "AWS::AccountId": "0" * 12,
        "AWS::Region": "ap-southeast-2",
        "AWS::Partition": "aws-us-gov",
        "ArtifactBucket": "b" * 63,
        "SenderDomain": "d" * 100,
    }
    text = json.dumps(value, separators=(",", ":"))
    for name, replacement in longest.items():
        text = text.replace(f"${{{name}}}", replacement)
    return len(text)


def main(arguments: list[str] | None = None) -> int:
    """Print the template; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.deployment_role")
    options.add_argument("stage")
    chosen = options.parse_args(arguments)
    print(json.dumps(template(chosen.stage, stacks.synthesise().values()), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
