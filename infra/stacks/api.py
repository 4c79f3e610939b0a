"""The stack of the API: the gateway, the authorizer, preflights, alarms and the dashboard."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from chalicelib.runtime.action import HEADERS
from infra import gateway, grants, names
from infra.chalice_definition import chalice_definition
from infra.dashboard import dashboard
from infra.functions import Function
from infra.stacks import section, throttling
from infra.stacks.template import alarm, get_arn, role

Json = dict[str, Any]

LATENCY_ALARM_MS = 5000
"""Longest call of a hundred before the alarm; a cold start and a signature together take less."""

API_NAME = "${Stage}-service-menu"
API_STAGE = "api"

_API = "Api"
_DOMAIN = "ApiDomain"
_GATEWAY_ROLE = "GatewayRole"
_METHODS = {"get", "put", "post", "delete", "patch"}


def template(
    everything: Sequence[Function],
    edge: Sequence[Function],
    data: Json,
    alarms: Sequence[str],
) -> Json:
    """Return the template of the API's stack.

    Args:
        everything: all functions of the deployment; the gateway invokes some, the dashboard shows
            all.
        edge: those of this stack: the authorizer and the answer to preflights.
        data: the resources of the data stack, for the dashboard.
        alarms: the logical ids of the other stacks' alarms, for the dashboard.
    """
    resources = section.template(edge)["Resources"] | _api(everything)
    resources["Dashboard"] = dashboard(
        API_NAME,
        {"ApiName": API_NAME, "Stage": API_STAGE},
        data,
        [*alarms, "ApiAlarm", "ApiLatencyAlarm"],
        everything,
    )
    gateways = f"https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{API_STAGE}"
    address = ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, {"Fn::Sub": gateways}]
    outputs = {
        "ApiUrl": {"Value": {"Fn::If": address}},
        "RestApiId": {"Value": {"Ref": _API}},
        "DomainTarget": {
            "Condition": "HasDomain",
            "Description": "What the DNS record of DomainName points at.",
            "Value": {"Fn::GetAtt": [_DOMAIN, "RegionalDomainName"]},
        },
    }
    return {"Resources": resources, "Outputs": outputs}


def _api(everything: Sequence[Function]) -> Json:
    """Return the REST API, each of whose methods invokes the function that serves its route."""
    answers = gateway.responses(_API, HEADERS)
    behind = [function for function in everything if function.behind_gateway]
    resources = {
        _GATEWAY_ROLE: role(
            "apigateway.amazonaws.com",
            [
                grants.allow(
                    ["lambda:InvokeFunction"],
                    *({"Fn::Sub": names.live_arn(function.kebab)} for function in behind),
                )
            ],
        ),
        _API: {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": {"Fn::Sub": API_NAME},
                "Body": _definition(everything),
                # A file leaves the gateway as bytes, whatever a client accepts.
                "BinaryMediaTypes": ["*/*"],
                # The authorizer tells the bucket of the client; what a caller sends is not read.
                "ApiKeySourceType": "AUTHORIZER",
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
                "DisableExecuteApiEndpoint": {"Fn::If": ["HasDomain", True, False]},
            },
        },
        **answers,
    }
    fingerprint = hashlib.sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()[:12]
    # Closing the gateway's own address takes effect with a new deployment: hence two.
    deployments = {
        f"ApiDeployment{fingerprint}": "HasNoDomain",
        f"ApiDeployment{fingerprint}Domain": "HasDomain",
    }
    for deployment, condition in deployments.items():
        resources[deployment] = {
            "Type": "AWS::ApiGateway::Deployment",
            "Condition": condition,
            "DependsOn": sorted(answers),
            "Properties": {"RestApiId": {"Ref": _API}},
        }
    without, within = ({"Ref": deployment} for deployment in deployments)
    resources["ApiStage"] = _stage({"Fn::If": ["HasDomain", within, without]}, everything)
    actions = [route for function in everything for route in function.routes]
    plan = throttling.resources(_API, "ApiStage", actions)
    return resources | plan | _domain() | _alarms()


def _domain() -> Json:
    """Return the API's own domain, which a stage has if its parameters name one."""
    return {
        _DOMAIN: {
            "Type": "AWS::ApiGateway::DomainName",
            "Condition": "HasDomain",
            "Properties": {
                "DomainName": {"Ref": "DomainName"},
                "RegionalCertificateArn": {"Ref": "CertificateArn"},
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
                "SecurityPolicy": "TLS_1_2",
            },
        },
        "ApiMapping": {
            "Type": "AWS::ApiGateway::BasePathMapping",
            "Condition": "HasDomain",
            "Properties": {
                "DomainName": {"Ref": _DOMAIN},
                "RestApiId": {"Ref": _API},
                "Stage": {"Ref": "ApiStage"},
            },
        },
    }


def _definition(everything: Sequence[Function]) -> Json:
    """Return Chalice's definition of the API with the functions that serve it."""
    serving = {
        (route.path, route.method.lower()): function.kebab
        for function in everything
        for route in function.routes
    }
    body = chalice_definition()
    for path, methods in body["paths"].items():
        methods["options"] = _preflight(path)
        for method, operation in methods.items():
            if method in _METHODS:
                integration = operation["x-amazon-apigateway-integration"]
                integration |= _invoking(serving.pop((path, method)))
    if serving:
        raise LookupError(f"not routed by Chalice: {sorted(serving)}")
    for scheme in body.get("securityDefinitions", {}).values():
        if "x-amazon-apigateway-authorizer" in scheme:
            scheme["x-amazon-apigateway-authorizer"] |= {
                "authorizerUri": _invocation("authorizer"),
                "authorizerCredentials": get_arn(_GATEWAY_ROLE),
            }
    return body


def _invoking(function: str) -> Json:
    return {"uri": _invocation(function), "credentials": get_arn(_GATEWAY_ROLE)}


def _invocation(function: str) -> Json:
    return {
        "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/"
        f"functions/{names.live_arn(function)}/invocations"
    }


def _preflight(path: str) -> Json:
    parameters = re.findall(r"{(\w+)}", path)
    return {
        "parameters": [
            {"name": name, "in": "path", "required": True, "type": "string"} for name in parameters
        ],
        "responses": {"204": {"description": "CORS preflight"}},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            **_invoking("preflight"),
        },
    }


def _stage(deployment: Json, everything: Sequence[Function]) -> Json:
    limited = [
        _method_settings(gateway.settings_path(route.path), route.method, route.rate_limit)
        for function in everything
        for route in function.routes
        if route.rate_limit
    ]
    return {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": {"Ref": _API},
            "DeploymentId": deployment,
            "StageName": API_STAGE,
            "MethodSettings": [_method_settings("/*", "*", 500), *limited],
        },
    }


def _method_settings(path: str, method: str, calls_a_second: int) -> Json:
    return {
        "ResourcePath": path,
        "HttpMethod": method,
        "ThrottlingRateLimit": calls_a_second,
        "ThrottlingBurstLimit": 2 * calls_a_second,
        "MetricsEnabled": True,
    }


def _alarms() -> Json:
    dimensions = {"ApiName": {"Fn::Sub": API_NAME}, "Stage": API_STAGE}
    return {
        # An action answers 500 rather than fails, so its function's errors alone do not show it.
        "ApiAlarm": alarm(
            "AWS/ApiGateway",
            "5XXError",
            dimensions,
            "Sum",
            threshold=1,
            description="callers were answered 5xx",
        ),
        "ApiLatencyAlarm": alarm(
            "AWS/ApiGateway",
            "Latency",
            dimensions,
            "p99",
            threshold=LATENCY_ALARM_MS,
            periods=3,
            description="for a quarter of an hour one call of a hundred took 5 s",
        ),
    }
