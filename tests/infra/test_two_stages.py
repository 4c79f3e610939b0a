"""Two stages in one account share nothing by accident: no name, no metric, no data."""

import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import names, secret_store
from infra.build import Build
from infra.cloudformation import DeploymentError
from infra.deploy import deploy
from infra.local.cloud import Cloud
from tests.infra.test_deploy import SECRET, SETTINGS, VALUES
from tests.support.world import PERSONAS, gateway_event

Json = dict[str, Any]

CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))
STAGES = ("prod", "test")
NAMED = {
    "AWS::ApiGateway::ApiKey": "Name",
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::ApiGateway::UsagePlan": "UsagePlanName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SES::ConfigurationSet": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}
ACCOUNT_WIDE = {"AWS::SES::EmailIdentity": "EmailIdentity", "AWS::ApiGateway::DomainName": None}
"""Types whose names are the account's; a parameter names each, and its owner."""


def rendered(value: Any, stage: str) -> str:
    """A value of a template as it reads in a stage."""
    return json.dumps(value, sort_keys=True).replace("${Stage}", stage)


def test_every_name_carries_the_stage(production: Json) -> None:
    for logical_id, resource in production["Resources"].items():
        if name := NAMED.get(resource["Type"]):
            assert "${Stage}" in rendered(resource["Properties"][name], "${Stage}"), logical_id
        else:
            named = [key for key in resource.get("Properties", {}) if key.endswith("Name")]
            owned = {"FunctionName", "StageName", "DomainName", "ConfigurationSetName"}
            owned |= {"Name"} if resource["Type"] == "AWS::Lambda::Alias" else set()
            assert not set(named) - owned, f"{logical_id}: does {named} carry the stage?"
    for secret in re.findall(r"resolve:secretsmanager:([^:]*)", json.dumps(production)):
        assert secret.startswith("${Stage}/")


def test_no_alarm_hears_another_stage(production: Json) -> None:
    def heard(stage: str) -> set[str]:
        return {
            rendered([resource["Properties"][key] for key in ("Namespace", "Dimensions")], stage)
            for resource in production["Resources"].values()
            if resource["Type"] == "AWS::CloudWatch::Alarm"
        }

    assert heard("prod")
    assert not heard("prod") & heard("test")


def test_functions_report_into_the_namespace_that_alarms_and_dashboard_read(
    production: Json,
) -> None:
    namespace = {"Fn::Sub": names.metrics_namespace()}
    for logical_id, resource in production["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Function":
            variables = resource["Properties"]["Environment"]["Variables"]
            assert variables["POWERTOOLS_METRICS_NAMESPACE"] == namespace, logical_id
    watched = [
        resource["Properties"]["Namespace"]
        for resource in production["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert namespace in watched


@pytest.fixture(scope="module")
def cloud(built: Build) -> Iterator[Cloud]:
    """An account with the stages ``prod``, which owns the mail identity, and ``test``."""
    with Cloud(CLOUD_PYTHON) as started:
        s3 = started.client("s3")
        s3.create_bucket(
            Bucket="test-artifacts",
            CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
        )
        for stage in STAGES:
            secret_store.put(started.client("secretsmanager"), stage, "cursor_key", SECRET)
            values = VALUES | {"Stage": stage}
            values |= secret_store.versions(started.client("secretsmanager"), stage, SETTINGS)

            def run(**more: str) -> None:
                deploy(
                    started.client,
                    built,
                    values | more,  # noqa: B023
                    description="test",
                    poll_seconds=0.02,
                )

            if stage == "prod":
                with pytest.raises(DeploymentError, match="no stage owns the mail identity"):
                    run(MailIdentity="shared")
                run()
            else:
                with pytest.raises(DeploymentError, match=r"has the mail identity example\.ru"):
                    run()
                run(MailIdentity="shared")
        yield started


def call(cloud: Cloud, function: str, route: str, who: str, payload: Json | None = None) -> Json:
    """What a function answers to a call that its gateway passes on."""
    method, path = route.split()
    headers = {"Idempotency-Key": "first", "Content-Type": "application/json"}
    event = gateway_event(method, path, headers, json.dumps(payload).encode() if payload else None)
    event["requestContext"] |= {"requestId": "request-1", "authorizer": PERSONAS[who]}
    answer = cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    answered: Json = json.loads(answer["Payload"].read())
    body = answered["body"]
    read: Json = json.loads(base64.b64decode(body) if answered.get("isBase64Encoded") else body)
    assert answered["statusCode"] == 200, read
    return read


def test_each_stage_sees_its_own_data(cloud: Cloud) -> None:
    offer = {"title": "ФН", "months": 36, "price_kopecks": 100, "received": 1}
    offer["fits_register_models"] = ["Модель"]
    route = "PUT /fiscal-drives/fn-1"
    call(cloud, "test-put-drive-on-sale", route, "operator", offer)
    sold = {
        stage: call(cloud, f"{stage}-read-fiscal-drives", "GET /fiscal-drives", "client")["items"]
        for stage in STAGES
    }
    assert [drive["model"] for drive in sold["test"]] == ["fn-1"]
    assert sold["prod"] == []


def test_the_identity_stays_with_the_stage_that_owns_it(cloud: Cloud) -> None:
    stacks = cloud.client("cloudformation")
    owned = {
        stage: [
            resource["LogicalResourceId"]
            for resource in stacks.describe_stack_resources(StackName=f"{stage}-service-menu-data")[
                "StackResources"
            ]
            if resource["ResourceType"] == "AWS::SES::EmailIdentity"
        ]
        for stage in STAGES
    }
    assert owned == {"prod": ["SenderIdentity"], "test": []}
