"""The deployment's role may deploy its stage, whatever is in the templates, and nothing else."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import deployment_role, names
from infra.deploy import deploy
from infra.deployment_role import MOST_CHARACTERS, TYPES, rights, size, statements
from infra.local.cloud import REGION, Cloud
from infra.migrate import Migrator
from infra.release import Canary, Releases
from infra.stacks.data import KEEPING
from tests.infra.test_deploy import TOPIC, little
from tests.infra.test_release import code

Json = dict[str, Any]

CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))
ARN_OF = {
    "AWS::CloudWatch::Alarm": names.arn,
    "AWS::DynamoDB::Table": names.arn,
    "AWS::S3::Bucket": names.arn,
    "AWS::SNS::Topic": names.arn,
    "AWS::SQS::Queue": names.arn,
}
UNBOUND = {
    "acm:DescribeCertificate",
    "cloudwatch:DescribeAlarms",
    "lambda:CreateEventSourceMapping",
    "lambda:DeleteEventSourceMapping",
    "lambda:GetEventSourceMapping",
    "lambda:ListEventSourceMappings",
    "lambda:ListTags",
    "lambda:TagResource",
    "lambda:UpdateEventSourceMapping",
    "logs:DescribeLogGroups",
}
"""Actions that take no resource, or on resources whose ids are random: beside the gateway's."""


@pytest.fixture(scope="module")
def granted(templates: dict[str, Json]) -> list[Json]:
    return statements(rights(templates.values()))


def resource_of(statement: Json) -> str:
    resource = statement["Resource"]
    return str(resource if isinstance(resource, str) else resource["Fn::Sub"])


def test_every_type_of_resource_is_covered(templates: dict[str, Json]) -> None:
    assert rights(templates.values())
    new = {"Resources": {"New": {"Type": "AWS::Kinesis::Stream"}}}
    with pytest.raises(LookupError, match="AWS::Kinesis::Stream"):
        rights([*templates.values(), new])


def test_every_resource_with_a_name_is_within_the_bounds(
    templates: dict[str, Json], granted: list[Json]
) -> None:
    for template in templates.values():
        for logical_id, resource in template["Resources"].items():
            if arn_of := ARN_OF.get(resource["Type"]):
                patterns = {pattern for _, pattern in TYPES[resource["Type"]] if pattern != "*"}
                arn = arn_of(logical_id)
                assert any(covers(pattern, arn) for pattern in patterns), arn


def covers(pattern: str, arn: str) -> bool:
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), arn))


def test_no_action_is_a_pattern(granted: list[Json]) -> None:
    for statement in granted:
        assert not any("*" in action or "?" in action for action in statement["Action"])


def test_only_what_has_no_name_is_not_bound_to_the_stage(granted: list[Json]) -> None:
    for statement in granted:
        resource = resource_of(statement)
        if "${Stage}" in resource or "${ArtifactBucket}" in resource:
            continue
        if "${SenderDomain}" in resource or ":apigateway:" in resource:
            continue
        assert set(statement["Action"]) <= UNBOUND, resource


def test_what_keeps_data_is_bound_and_cannot_be_deleted(templates: dict[str, Json]) -> None:
    for kind in KEEPING:
        for actions, resource in TYPES[kind]:
            assert "${Stage}-" in resource or resource.endswith("identity/${SenderDomain}")
            for action in actions.partition(":")[2].split():
                assert not action.startswith(("Delete", "Purge", "Remove")), action
                assert "Object" not in action or action.endswith("LockConfiguration"), action


def test_roles_are_passed_to_the_services_that_take_them(
    templates: dict[str, Json], granted: list[Json]
) -> None:
    (passing,) = (statement for statement in granted if statement["Action"] == ["iam:PassRole"])
    assert resource_of(passing).endswith(":role/${Stage}-service-menu/*")
    trusted = set()
    for template in templates.values():
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::IAM::Role":
                assert resource["Properties"]["Path"] == {"Fn::Sub": "/${Stage}-service-menu/"}
                (trust,) = resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
                trusted.add(trust["Principal"]["Service"])
    assert set(passing["Condition"]["StringEquals"]["iam:PassedToService"]) == trusted


def test_the_policies_are_within_the_limits_of_iam(templates: dict[str, Json]) -> None:
    made = deployment_role.template("prod", templates.values())
    policies = [
        resource["Properties"]
        for resource in made["Resources"].values()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
    ]
    assert 1 <= len(policies) <= 8, "of ten that a role may have"
    for policy in policies:
        assert size(policy["PolicyDocument"]) <= MOST_CHARACTERS
    packed = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    key = json.dumps
    assert sorted(packed, key=key) == sorted(statements(rights(templates.values())), key=key)


@pytest.fixture(scope="module")
def deploying(templates: dict[str, Json]) -> Iterator[tuple[Cloud, Callable[[str], Any]]]:
    """A cloud, and the clients of who has taken on the role that deploys the stage ``narrow``."""
    with Cloud(CLOUD_PYTHON) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(
            Bucket="test-artifacts", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        values = {
            "ArtifactBucket": "test-artifacts",
            "SenderDomain": "example.ru",
            "TrustedPrincipal": "arn:aws:iam::000000000000:root",
        }
        cloudformation = cloud.client("cloudformation")
        cloudformation.create_stack(
            StackName="role",
            TemplateBody=json.dumps(deployment_role.template("narrow", templates.values())),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
            ],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="role", WaiterConfig={"Delay": 1}
        )
        role = (cloud.outputs("role") or {})["DeploymentRoleArn"]
        taken = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="deploy")
        session = boto3.Session(
            aws_access_key_id=taken["Credentials"]["AccessKeyId"],
            aws_secret_access_key=taken["Credentials"]["SecretAccessKey"],
            aws_session_token=taken["Credentials"]["SessionToken"],
            region_name=REGION,
        )

        def client(service: str) -> Any:
            return session.client(
                service,  # type: ignore[call-overload]
                endpoint_url=cloud.endpoint,
                verify=str(cloud.ca_bundle),
            )

        yield cloud, client


def test_deploys_its_stage_and_no_other(
    deploying: tuple[Cloud, Callable[[str], Any]], tmp_path: Path
) -> None:
    _, client = deploying
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "narrow-organisation-table",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "client_id", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": "client_id", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        },
    }
    build = little(tmp_path, data={"Table": table}, billing={"A": TOPIC}, api={"B": TOPIC})

    def run(stage: str) -> None:
        values = {"Stage": stage, "ArtifactBucket": "test-artifacts"}
        deploy(client, build, values, description="test", poll_seconds=0.02)

    run("narrow")
    run("narrow")
    migrator = Migrator(client("dynamodb"), "narrow")
    for migration in migrator.pending():
        migrator.run(migration)
        migrator.forget(migration)
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        run("other")
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        client("dynamodb").delete_table(TableName="narrow-organisation-table")


def test_releases_its_functions_and_no_others(
    deploying: tuple[Cloud, Callable[[str], Any]],
) -> None:
    cloud, client = deploying
    cloud.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")
    for stage in ("narrow", "other"):
        cloud.client("lambda").create_function(
            FunctionName=f"{stage}-a",
            Runtime="python3.11",
            Handler="code.handler",
            Role="arn:aws:iam::000000000000:role/any",
            Code={"ZipFile": code("first")},
        )
        cloud.client("lambda").create_alias(
            FunctionName=f"{stage}-a", Name="live", FunctionVersion="$LATEST"
        )
    releases = Releases(client, "narrow", "test-artifacts")
    versions = releases.publish(["narrow-a"], "test")
    releases.shift(versions, [], Canary(seconds=0.1, poll_seconds=0.02))
    releases.record(versions, "test")
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        releases.publish(["other-a"], "test")
