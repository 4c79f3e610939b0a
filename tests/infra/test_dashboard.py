"""The dashboard shows the whole deployment, within the limits of what shows it."""

import json
import re
from typing import Any

import pytest

from infra import declarations, names

Json = dict[str, Any]


@pytest.fixture(scope="session")
def body(production: Json) -> str:
    return str(production["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])


@pytest.fixture(scope="session")
def graphs(body: str) -> dict[str, Json]:
    widgets = json.loads(body)["widgets"]
    return {widget["properties"]["title"]: widget["properties"] for widget in widgets}


def shown(graph: Json) -> list[list[str]]:
    """The metrics of a graph, without how they are drawn."""
    return [
        [part for part in metric if isinstance(part, str)]
        for metric in graph.get("metrics", [])
        if isinstance(metric[0], str)
    ]


def test_refers_to_nothing_but_the_stage_by_parameter(body: str) -> None:
    assert set(re.findall(r"\$\{(\w+)\}", body)) == {"Stage"}


def test_shows_every_queue_its_dead_letters_and_every_table(production: Json, body: str) -> None:
    for name, resource in production["Resources"].items():
        if resource["Type"] == "AWS::SQS::Queue":
            times = 1 if name.endswith("DeadLetterQueue") else 2
            assert body.count(f'"QueueName", "{names.name(name)}"') == times, name
        if resource["Type"] == "AWS::DynamoDB::Table":
            assert body.count(f'"TableName", "{names.name(name)}"') == 2, name


@pytest.mark.parametrize("metric", ["Errors", "Duration", "Throttles"])
def test_shows_every_function(production: Json, graphs: dict[str, Json], metric: str) -> None:
    undrawn = [
        line[3]
        for graph in graphs.values()
        for line in shown(graph)
        if line[:3] == ["AWS/Lambda", metric, "FunctionName"]
    ]
    functions = [
        resource["Properties"]["FunctionName"]["Fn::Sub"]
        for resource in production["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert sorted(undrawn) == sorted(functions)


def test_shows_what_schedules_report(body: str) -> None:
    for schedule in declarations.schedules():
        for metric in schedule.alarms:
            assert f'["ServiceMenu/${{Stage}}", "{metric}", "service", "{schedule.section}"' in body


def test_shows_what_rings_but_errors_of_single_functions(
    production: Json, graphs: dict[str, Json]
) -> None:
    alarms = {
        names.arn(name): resource["Properties"]["MetricName"]
        for name, resource in production["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    listed = set(graphs["Alarms"]["alarms"])
    assert {alarm for alarm, metric in alarms.items() if metric != "Errors"} == listed
    assert len(listed) <= 100


def test_draws_no_more_than_can_be_read(graphs: dict[str, Json]) -> None:
    for title, graph in graphs.items():
        if title == "Alarms":
            continue
        drawn = [metric for metric in graph["metrics"] if metric[-1].get("visible", True)]
        assert drawn, title
        if len(shown(graph)) > 10:
            assert drawn == [
                [{"expression": "SORT(METRICS(), MAX, DESC, 10)", "label": "", "id": "highest"}]
            ], title
