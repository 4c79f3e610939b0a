"""The stack of a section: its functions, each with role, log group, alarm and what triggers it."""

import json
from collections.abc import Sequence
from typing import Any

from chalicelib.runtime.postponement import LONGEST_WAIT_METRIC
from infra import gateway, grants, names
from infra.functions import RELAYED, Function
from infra.interpreter import RUNTIME
from infra.stacks.template import alarm, get_arn, role

Json = dict[str, Any]

LOG_DAYS = 90
LONGEST_WAIT_ALARM_SECONDS = 900
RELAY_RETRIES = 10
"""Repeats of a stream record before it is given up, so that those behind it are relayed."""


def template(functions: Sequence[Function]) -> Json:
    """Return the template of a stack of functions."""
    resources: Json = {}
    for function in functions:
        resources |= function_resources(function)
    if not any(function.relays for function in functions):
        return {"Resources": resources}
    streams = {
        names.stream_parameter(table): {
            "Type": "String",
            "Description": f"Stream of {table.logical_id}, an output of the data stack.",
        }
        for table in RELAYED
    }
    return {"Parameters": streams, "Resources": resources}


def function_resources(function: Function) -> Json:
    """Return a Lambda with its role, log group, alarm and whatever triggers it."""
    name = {"Fn::Sub": names.function_name(function.kebab)}
    logical_id = f"{function.logical_id}Function"
    resources = {
        logical_id: {
            "Type": "AWS::Lambda::Function",
            "DependsOn": [f"{function.logical_id}Log"],
            "Properties": {
                "FunctionName": name,
                "Runtime": RUNTIME,
                "Handler": function.handler,
                "Code": {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ArtifactKey"}},
                "Role": get_arn(f"{function.logical_id}Role"),
                "Timeout": function.timeout,
                "MemorySize": function.memory,
                "Architectures": [{"Ref": "Architecture"}],
                "Environment": {"Variables": function.variables},
            },
        },
        # Only a release moves the alias, so this says where a new function begins.
        _live(function): {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": logical_id},
                "FunctionVersion": "$LATEST",
                "Name": names.LIVE,
            },
        },
        f"{function.logical_id}Role": role("lambda.amazonaws.com", grants.statements(function)),
        f"{function.logical_id}Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "LogGroupName": {"Fn::Sub": names.log_group(function.kebab)},
                "RetentionInDays": LOG_DAYS,
            },
        },
        f"{function.logical_id}Alarm": alarm(
            "AWS/Lambda",
            "Errors",
            {"FunctionName": name},
            "Sum",
            threshold=1,
            description=f"{function.kebab} failed",
        ),
    }
    if function.queue:
        return resources | _queue_source(function)
    if function.relays:
        return resources | _stream_sources(function)
    if function.rate:
        return resources | _schedule(function)
    return resources


def _live(function: Function) -> str:
    return f"{function.logical_id}Live"


def _queue_source(function: Function) -> Json:
    assert function.queue  # noqa: S101
    mapping = {
        "EventSourceArn": {"Fn::Sub": names.arn(function.queue.logical_id)},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BatchSize": function.batch_size,
        "ScalingConfig": {"MaximumConcurrency": function.concurrency},
    }
    if function.window:
        mapping["MaximumBatchingWindowInSeconds"] = function.window
    return {f"{function.logical_id}Source": _source(function, mapping)} | _waiting(function)


def _waiting(function: Function) -> Json:
    """Return the alarm of a consumer that may postpone messages, since it writes its own queue.

    The alarm on the age of the queue does not see them: a postponed message is sent anew.
    """
    assert function.queue  # noqa: S101
    if function.queue.logical_id not in {resource.logical_id for resource in function.writes}:
        return {}
    return {
        f"{function.logical_id}WaitAlarm": alarm(
            {"Fn::Sub": names.metrics_namespace()},
            LONGEST_WAIT_METRIC,
            {"service": function.section, "queue": function.queue.name},
            "Maximum",
            threshold=LONGEST_WAIT_ALARM_SECONDS,
            description=f"{function.kebab}: messages wait for a system that is busy or down",
            period=3600,
        )
    }


def _stream_sources(function: Function) -> Json:
    sources = {
        f"{table.name}{function.logical_id}Source": _source(
            function,
            {
                "EventSourceArn": {"Ref": names.stream_parameter(table)},
                "StartingPosition": "TRIM_HORIZON",
                "BatchSize": 100,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "BisectBatchOnFunctionError": True,
                # Not a limit of age: while a record is repeated, those behind it grow as old.
                "MaximumRetryAttempts": RELAY_RETRIES,
                "DestinationConfig": {
                    "OnFailure": {"Destination": {"Fn::Sub": names.arn(names.RELAY_DEAD_LETTERS)}}
                },
                "FilterCriteria": {"Filters": [{"Pattern": json.dumps(gateway.OUTBOX_PATTERN)}]},
            },
        )
        for table in RELAYED
    }
    lag = alarm(
        "AWS/Lambda",
        "IteratorAge",
        {"FunctionName": {"Fn::Sub": names.function_name(function.kebab)}},
        "Maximum",
        threshold=60_000,
        description="the relay lags: messages wait in the outbox or the receipt feed",
    )
    return {**sources, f"{function.logical_id}LagAlarm": lag}


def _schedule(function: Function) -> Json:
    rule = f"{function.logical_id}Schedule"
    reported = {
        f"{metric}Alarm": alarm(
            {"Fn::Sub": names.metrics_namespace()},
            metric,
            {"service": function.section},
            "Maximum",
            threshold=threshold,
            description=f"{function.kebab} reports {metric}",
            period=3600,
        )
        for metric, threshold in function.alarms.items()
    }
    return reported | {
        rule: {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": function.rate,
                "Targets": [{"Id": "function", "Arn": {"Ref": _live(function)}}],
            },
        },
        f"{function.logical_id}Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": _live(function)},
                "Principal": "events.amazonaws.com",
                "SourceArn": get_arn(rule),
            },
        },
    }


def _source(function: Function, mapping: Json) -> Json:
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": {"Ref": _live(function)}, **mapping},
    }
