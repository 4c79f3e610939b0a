"""The dashboard of a deployment: its state at a glance, the worst first.

The body is written by "Dashboard body structure and syntax" of the CloudWatch API reference. Where
there are more lines than anybody reads, each is fetched but only the ten highest are drawn.
"""

import dataclasses
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence

from infra import names
from infra.functions import Function, Json
from infra.stacks.data import dead_letter_id

_SHOWN = 10
_MOST_FETCHED = 100
"""Metrics of one graph that METRICS() of a metric math expression takes."""
_COLUMNS, _HEIGHT = 3, 6
_PERIOD = 300
_PAGE = 24
"""Units of width that a dashboard has."""


@dataclasses.dataclass(frozen=True)
class Graph:
    """One graph: its metrics as ``[namespace, name, dimension, value...]`` with a statistic."""

    title: str
    metrics: Sequence[tuple[Sequence[str], str]]


def dashboard(
    name: str,
    api: Mapping[str, str],
    data: Json,
    alarms: Sequence[str],
    everything: Sequence[Function],
) -> Json:
    """Return the dashboard of a template.

    Args:
        name: of the dashboard and, as it shows one deployment, of what it shows.
        api: the dimensions of the API's metrics.
        data: the resources of the data stack, whose queues and tables are shown.
        alarms: the logical ids of the alarms of all stacks.
        everything: the functions of all stacks.
    """
    graphs = [
        *_of_the_api(api),
        *_of_functions("Actions", [each for each in everything if each.behind_gateway]),
        *_of_functions("Consumers", [each for each in everything if not each.behind_gateway]),
        *_of_queues(_named(data, "AWS::SQS::Queue")),
        *_of_the_relay(everything),
        *_of_schedules(everything),
        *_of_tables(_named(data, "AWS::DynamoDB::Table")),
    ]
    widgets = [_alarms(alarms, everything)]
    for number, graph in enumerate(graphs):
        row, column = divmod(number, _COLUMNS)
        width = _PAGE // _COLUMNS
        place = {"x": column * width, "y": (row + 1) * _HEIGHT, "width": width, "height": _HEIGHT}
        widgets.append({"type": "metric", **place, "properties": _properties(graph)})
    body = json.dumps({"start": "-PT12H", "widgets": widgets}, ensure_ascii=False)
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardName": {"Fn::Sub": name}, "DashboardBody": {"Fn::Sub": body}},
    }


def _named(resources: Json, kind: str) -> list[str]:
    return sorted(name for name, resource in resources.items() if resource["Type"] == kind)


def _alarms(alarms: Sequence[str], everything: Sequence[Function]) -> Json:
    """Return the state of each alarm but those of single functions, whose errors are a graph."""
    of_functions = {f"{function.logical_id}Alarm" for function in everything}
    arns = [names.arn(alarm) for alarm in sorted(alarms) if alarm not in of_functions]
    place = {"x": 0, "y": 0, "width": _PAGE, "height": _HEIGHT}
    return {"type": "alarm", **place, "properties": {"title": "Alarms", "alarms": arns}}


def _of_the_api(api: Mapping[str, str]) -> Iterable[Graph]:
    where = [*itertools.chain(*api.items())]

    def line(metric: str, statistic: str) -> tuple[Sequence[str], str]:
        return ["AWS/ApiGateway", metric, *where], statistic

    calls = [line(metric, "Sum") for metric in ("Count", "4XXError", "5XXError")]
    yield Graph("API: calls and refusals", calls)
    waiting = [line("Latency", "p50"), line("Latency", "p99"), line("IntegrationLatency", "p99")]
    yield Graph("API: latency, ms", waiting)
    running = [
        (["AWS/Lambda", "ConcurrentExecutions"], "Maximum"),
        (["AWS/Lambda", "Throttles"], "Sum"),
    ]
    yield Graph("The account: functions running at once, and throttled", running)


def _of_functions(kind: str, functions: list[Function]) -> Iterable[Graph]:
    for metric, statistic in (("Errors", "Sum"), ("Duration", "p99"), ("Throttles", "Sum")):
        lines = [
            (["AWS/Lambda", metric, "FunctionName", names.function_name(function.kebab)], statistic)
            for function in sorted(functions, key=lambda function: function.name)
        ]
        unit = ", ms" if metric == "Duration" else ""
        yield Graph(f"{kind}: {metric.lower()}, {statistic}{unit}", lines)


def _of_queues(queues: list[str]) -> Iterable[Graph]:
    dead_letters = [*map(dead_letter_id, queues), names.RELAY_DEAD_LETTERS]
    for title, metric, dead in (
        ("Queues: messages that wait", "ApproximateNumberOfMessagesVisible", False),
        ("Queues: age of the oldest message, s", "ApproximateAgeOfOldestMessage", False),
        ("Dead letters", "ApproximateNumberOfMessagesVisible", True),
    ):
        lines = [
            (["AWS/SQS", metric, "QueueName", names.name(queue)], "Maximum")
            for queue in (dead_letters if dead else queues)
        ]
        yield Graph(title, lines)


def _of_the_relay(everything: Sequence[Function]) -> Iterable[Graph]:
    lines = [
        (
            ["AWS/Lambda", "IteratorAge", "FunctionName", names.function_name(function.kebab)],
            "Maximum",
        )
        for function in everything
        if function.relays
    ]
    yield Graph("Outbox and receipt feed: lag of the relay, ms", lines)


def _of_schedules(everything: Sequence[Function]) -> Iterable[Graph]:
    lines = [
        ([names.metrics_namespace(), metric, "service", function.section], "Maximum")
        for function in everything
        for metric in function.alarms
    ]
    yield Graph("Moderation overdue, age of what is provisioned, revocation lists", lines)


def _of_tables(tables: list[str]) -> Iterable[Graph]:
    for title, metric in (
        ("Tables: write units", "ConsumedWriteCapacityUnits"),
        ("Tables: throttled writes", "WriteThrottleEvents"),
    ):
        lines = [
            (["AWS/DynamoDB", metric, "TableName", names.name(table)], "Sum") for table in tables
        ]
        yield Graph(title, lines)


def _properties(graph: Graph) -> Json:
    crowded = len(graph.metrics) > _SHOWN
    metrics: list[list[object]] = [
        [*metric, {"stat": statistic} | ({"visible": False} if crowded else {})]
        for metric, statistic in graph.metrics
    ]
    if len(metrics) > _MOST_FETCHED:
        raise ValueError(f"too many metrics to sort: {graph.title}")
    if crowded:
        highest = f"SORT(METRICS(), MAX, DESC, {_SHOWN})"
        metrics = [[{"expression": highest, "label": "", "id": "highest"}], *metrics]
    return {
        "title": graph.title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "period": _PERIOD,
        "yAxis": {"left": {"min": 0}},
        "metrics": metrics,
    }
