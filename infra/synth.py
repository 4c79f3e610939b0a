"""Synthesises the production template: plain CloudFormation, from the code's own declarations.

    python -m infra.synth build/template.json

Chalice says what the API is (``chalice package``, the only route table); ``infra/resources.yaml``
says what there is to keep; the declarations say what each function needs. The result runs
unmodified in production, in the end-to-end tests and on a developer's machine.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from chalicelib.runtime.action import HEADERS
from chalicelib.runtime.log import NAMESPACE as METRICS
from infra import functions, gateway, parameters
from infra.dashboard import dashboard
from infra.functions import Function, Json

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "infra" / "resources.yaml"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""The Lambda runtime: the Python that packages is the Python that runs."""

LOG_DAYS = 90
RECEIVES = 5
"""Deliveries of a message before it goes to the dead-letter queue."""
QUEUE_AGE_ALARM_SECONDS = 900
LATENCY_ALARM_MS = 5000
"""What one call of a hundred may take; a cold start and a signature together take less."""

API_NAME = "${Stage}-service-menu"
API_STAGE = "api"

_API = "Api"
_GATEWAY_ROLE = "GatewayRole"
_METHODS = {"get", "put", "post", "delete", "patch"}


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
    """Return ``infra/resources.yaml`` in CloudFormation's long form."""
    read: Json = yaml.load(RESOURCES.read_text(encoding="utf-8"), _Loader)  # noqa: S506
    # Through JSON, so that what YAML's anchors share becomes each resource's own.
    parted: Json = json.loads(json.dumps(read))
    return parted


def synthesise() -> Json:
    """Return the template."""
    template = {"AWSTemplateFormatVersion": "2010-09-09", **resources()}
    kept = template["Resources"]
    queues = [name for name, one in kept.items() if one["Type"] == "AWS::SQS::Queue"]
    for name in queues:
        kept |= _dead_letters(name, kept[name])
    for name in [name for name, one in kept.items() if one["Type"] == "AWS::S3::Bucket"]:
        kept[f"{name}Policy"] = _tls_only(name)
    everything = functions.all_functions([name.removesuffix("Queue") for name in queues])
    settings = functions.settings_of(everything)
    template["Parameters"] |= parameters.parameters(settings)
    template["Conditions"] |= parameters.conditions(settings)
    for function in everything:
        kept |= _function(function)
    kept |= _api(everything)
    kept["Dashboard"] = dashboard(
        API_NAME, {"ApiName": API_NAME, "Stage": API_STAGE}, kept, everything
    )
    template["Outputs"] = _outputs(queues)
    return template


def _tls_only(bucket: str) -> Json:
    arn = {"Fn::GetAtt": [bucket, "Arn"]}
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
                        "Resource": [arn, {"Fn::Sub": ["${Arn}/*", {"Arn": arn}]}],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        },
    }


def _dead_letters(name: str, queue: Json) -> Json:
    """Give a queue its dead-letter queue, an alarm on it, and one on the age of what waits."""
    dead = _dead_letter_id(name)
    queue["Properties"]["RedrivePolicy"] = {
        "deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]},
        "maxReceiveCount": RECEIVES,
    }
    return {
        dead: {
            "Type": "AWS::SQS::Queue",
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "Properties": {"MessageRetentionPeriod": 1_209_600, "SqsManagedSseEnabled": True},
        },
        f"{dead}Alarm": _alarm(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": {"Fn::GetAtt": [dead, "QueueName"]}},
            "Maximum",
            threshold=1,
            what=f"{name}: messages could not be processed; see them, mend, redrive",
        ),
        f"{name}AgeAlarm": _alarm(
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}},
            "Maximum",
            threshold=QUEUE_AGE_ALARM_SECONDS,
            what=f"{name}: a message has waited for a quarter of an hour",
        ),
    }


def _dead_letter_id(queue: str) -> str:
    return queue.removesuffix("Queue") + "DeadLetterQueue"


def _alarm(
    namespace: str,
    metric: str,
    dimensions: Json,
    statistic: str,
    *,
    threshold: int,
    what: str,
    period: int = 300,
    periods: int = 1,
) -> Json:
    percentile = statistic.startswith("p")
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": what,
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            # Of a few calls a percentile is but the slowest one.
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
            "AlarmActions": [{"Ref": "AlarmTopic"}],
        },
    }


def _function(function: Function) -> Json:
    """Return a Lambda with its role, log group, alarm and whatever triggers it."""
    name = {"Fn::Sub": f"${{Stage}}-{function.kebab}"}
    this = f"{function.logical_id}Function"
    made = {
        this: {
            "Type": "AWS::Lambda::Function",
            "DependsOn": [f"{function.logical_id}Log"],
            "Properties": {
                "FunctionName": name,
                "Runtime": RUNTIME,
                "Handler": function.handler,
                "Code": {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ArtifactKey"}},
                "Role": _arn(f"{function.logical_id}Role"),
                "Timeout": function.timeout,
                "MemorySize": function.memory,
                "Architectures": [{"Ref": "Architecture"}],
                "Environment": {"Variables": function.variables},
            },
        },
        f"{function.logical_id}Role": _role("lambda.amazonaws.com", functions.statements(function)),
        f"{function.logical_id}Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "LogGroupName": {"Fn::Sub": f"/aws/lambda/${{Stage}}-{function.kebab}"},
                "RetentionInDays": LOG_DAYS,
            },
        },
        f"{function.logical_id}Alarm": _alarm(
            "AWS/Lambda",
            "Errors",
            {"FunctionName": name},
            "Sum",
            threshold=1,
            what=f"{function.kebab} failed",
        ),
    }
    return made | _triggers(function, this)


def _role(service: str, statements: Sequence[Json]) -> Json:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    declared = {"Version": "2012-10-17", "Statement": statements}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "declared", "PolicyDocument": declared}],
        },
    }


def _arn(resource: str) -> Json:
    return {"Fn::GetAtt": [resource, "Arn"]}


def _triggers(function: Function, this: str) -> Json:
    arn = _arn(this)
    if function.queue:
        mapping = {
            "EventSourceArn": {"Fn::GetAtt": [function.queue.logical_id, "Arn"]},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "BatchSize": function.batch_size,
        }
        if function.window:
            mapping["MaximumBatchingWindowInSeconds"] = function.window
        return {f"{function.logical_id}Source": _source(this, mapping)}
    if function.relays:
        sources = {
            f"{table.name}{function.logical_id}Source": _source(
                this,
                {
                    "EventSourceArn": {"Fn::GetAtt": [table.logical_id, "StreamArn"]},
                    "StartingPosition": "TRIM_HORIZON",
                    "BatchSize": 100,
                    "FilterCriteria": {
                        "Filters": [{"Pattern": json.dumps(gateway.OUTBOX_PATTERN)}]
                    },
                },
            )
            for table in functions.RELAYED
        }
        lag = _alarm(
            "AWS/Lambda",
            "IteratorAge",
            {"FunctionName": {"Ref": this}},
            "Maximum",
            threshold=60_000,
            what="the relay lags: messages wait in the outbox or the receipt feed",
        )
        return {**sources, f"{function.logical_id}LagAlarm": lag}
    if function.rate:
        rule = f"{function.logical_id}Schedule"
        reported = {
            f"{metric}Alarm": _alarm(
                METRICS,
                metric,
                {"service": function.section},
                "Maximum",
                threshold=threshold,
                what=f"{function.kebab} reports {metric}",
                period=3600,
            )
            for metric, threshold in function.alarms.items()
        }
        return reported | {
            rule: {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "ScheduleExpression": function.rate,
                    "Targets": [{"Id": "function", "Arn": arn}],
                },
            },
            f"{function.logical_id}Permission": _permission(
                this, "events.amazonaws.com", {"Fn::GetAtt": [rule, "Arn"]}
            ),
        }
    return {}


def _source(function: str, mapping: Json) -> Json:
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": {"Ref": function}, **mapping},
    }


def _permission(function: str, principal: str, source: Json) -> Json:
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": function},
            "Principal": principal,
            "SourceArn": source,
        },
    }


def _api(everything: Sequence[Function]) -> Json:
    """Return the REST API whose every method goes to the function of its own."""
    serving = {
        (route.path, route.method.lower()): f"{function.logical_id}Function"
        for function in everything
        for route in function.routes
    }
    body = _chalice_definition()
    for path, methods in body["paths"].items():
        methods["options"] = _preflight(path)
        for method, operation in methods.items():
            if method in _METHODS:
                integration = operation["x-amazon-apigateway-integration"]
                integration |= _invoking(serving.pop((path, method)))
    if serving:
        raise LookupError(f"not routed by Chalice: {sorted(serving)}")
    for scheme in body.get("securityDefinitions", {}).values():
        scheme["x-amazon-apigateway-authorizer"] |= {
            "authorizerUri": _invocation("AuthorizerFunction"),
            "authorizerCredentials": _arn(_GATEWAY_ROLE),
        }
    answers = gateway.responses(_API, HEADERS)
    behind = [f"{one.logical_id}Function" for one in everything if one.behind_gateway]
    made = {
        _GATEWAY_ROLE: _role(
            "apigateway.amazonaws.com",
            [functions.allow(["lambda:InvokeFunction"], *(_arn(one) for one in behind))],
        ),
        _API: {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": {"Fn::Sub": API_NAME},
                "Body": body,
                # Whatever a client accepts, a file leaves the gateway as bytes.
                "BinaryMediaTypes": ["*/*"],
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
            },
        },
        **answers,
    }
    fingerprint = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:12]
    deployment = f"ApiDeployment{fingerprint}"
    made[deployment] = {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": sorted(answers),
        "Properties": {"RestApiId": {"Ref": _API}},
    }
    dimensions = {"ApiName": {"Fn::Sub": API_NAME}, "Stage": API_STAGE}
    # An action answers 500 rather than fail, so its function's errors alone would not tell.
    made["ApiAlarm"] = _alarm(
        "AWS/ApiGateway",
        "5XXError",
        dimensions,
        "Sum",
        threshold=1,
        what="callers were answered 5xx",
    )
    made["ApiLatencyAlarm"] = _alarm(
        "AWS/ApiGateway",
        "Latency",
        dimensions,
        "p99",
        threshold=LATENCY_ALARM_MS,
        periods=3,
        what="for a quarter of an hour one call of a hundred took 5 s",
    )
    made["ApiStage"] = {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": {"Ref": _API},
            "DeploymentId": {"Ref": deployment},
            "StageName": API_STAGE,
            "MethodSettings": [
                _settings("/*", "*", 500),
                *(
                    _settings(gateway.settings_path(route.path), route.method, route.rate_limit)
                    for function in everything
                    for route in function.routes
                    if route.rate_limit
                ),
            ],
        },
    }
    return made


def _settings(path: str, method: str, calls_a_second: int) -> Json:
    return {
        "ResourcePath": path,
        "HttpMethod": method,
        "ThrottlingRateLimit": calls_a_second,
        "ThrottlingBurstLimit": 2 * calls_a_second,
        "MetricsEnabled": True,
    }


def _invoking(function: str) -> Json:
    return {
        "uri": _invocation(function),
        "credentials": _arn(_GATEWAY_ROLE),
    }


def _invocation(function: str) -> Json:
    return {
        "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/"
        f"functions/${{{function}.Arn}}/invocations"
    }


def _preflight(path: str) -> Json:
    names = re.findall(r"{(\w+)}", path)
    return {
        "parameters": [
            {"name": name, "in": "path", "required": True, "type": "string"} for name in names
        ],
        "responses": {"204": {"description": "CORS preflight"}},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            **_invoking("PreflightFunction"),
        },
    }


def _chalice_definition() -> Json:
    """Return the API as Chalice packages it, from a copy that has nothing to install."""
    with tempfile.TemporaryDirectory() as folder:
        project, out = Path(folder, "project"), Path(folder, "out")
        project.mkdir()
        shutil.copy(ROOT / "app.py", project)
        shutil.copytree(ROOT / ".chalice", project / ".chalice")
        shutil.copytree(
            ROOT / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("*.pyc")
        )
        (project / "requirements.txt").touch()
        command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", "api"]
        environment = os.environ | {"STAGE": "build", "AWS_DEFAULT_REGION": "ru-central1"}
        subprocess.run(
            [*command, str(out)],
            cwd=project,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        sam = json.loads(Path(out, "sam.json").read_text())
    body: Json = sam["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    body.pop("x-amazon-apigateway-binary-media-types", None)
    return body


def _outputs(queues: Sequence[str]) -> Json:
    address = f"https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{API_STAGE}"
    outputs: Json = {
        "ApiUrl": {"Value": {"Fn::Sub": address}},
        "RestApiId": {"Value": {"Ref": _API}},
    }
    for bucket in ("TrustBucket", "EdoBucket"):  # what is put in and taken from beside the product
        outputs[f"{bucket}Name"] = {"Value": {"Ref": bucket}}
    outputs["OutboxTableName"] = {"Value": {"Ref": "OutboxTable"}}
    for name in queues:
        outputs |= {f"{one}Url": {"Value": {"Ref": one}} for one in (name, _dead_letter_id(name))}
    return outputs


def write(target: Path) -> None:
    """Write the template to ``target``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(synthesise(), ensure_ascii=False, indent=1, sort_keys=True)
    # In one step, since tests that run side by side read what one of them writes.
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    unfinished.write_text(re.sub(r"[ ]+\n", "\n", text) + "\n", encoding="utf-8")
    unfinished.replace(target)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
