"""Each stack stays far from the limits of the cloud, and the data stack loses nothing."""

import json
import re
from typing import Any

import pytest

from infra import stacks
from infra.build import Build
from infra.stacks.data import KEEPING, STACK_POLICY

Json = dict[str, Any]

SHARE = 0.8
"""Of each limit: what is left is for the next features."""
LONGEST = {
    "Stage": "s" * 12,
    "AWS::AccountId": "0" * 12,
    "AWS::Region": "ap-southeast-2",
    "AWS::Partition": "aws-us-gov",
    "AWS::URLSuffix": "amazonaws.com.cn",
}
LONGEST_SELLER = 1500
"""Characters of the requisites in JSON, of which a description in a bank's form has half."""


def text(value: Any) -> Any:
    """Return a value of a template with the longest text in place of each reference."""
    match value:
        case {"Ref": "Seller"}:
            return "x" * LONGEST_SELLER
        case {"Ref": _} | {"Fn::GetAtt": _}:
            return "x" * 100
        case {"Fn::If": [_, chosen, _]}:
            return text(chosen)
        case {"Fn::Sub": str(pattern)}:
            return re.sub(r"\$\{([\w:]+)\}", lambda m: LONGEST.get(m[1], "x" * 100), pattern)
        case dict():
            return {key: text(part) for key, part in value.items()}
        case list():
            return [text(part) for part in value]
        case _:
            return value


def of_type(template: Json, kind: str) -> dict[str, Json]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def test_every_stack_is_far_from_the_limits_of_cloudformation(
    built: Build, templates: dict[str, Json]
) -> None:
    for part, template in templates.items():
        assert len(template["Resources"]) <= SHARE * 500, part
        assert built.templates[part].stat().st_size <= SHARE * 1_000_000, part
        assert len(template["Parameters"]) <= SHARE * 200, part
        assert len(template.get("Outputs", {})) <= SHARE * 200, part


def test_every_role_is_far_from_the_limit_of_its_policies(production: Json) -> None:
    for name, role in of_type(production, "AWS::IAM::Role").items():
        documents = [text(policy["PolicyDocument"]) for policy in role["Policies"]]
        # IAM does not count white space.
        size = sum(len(json.dumps(document, separators=(",", ":"))) for document in documents)
        assert size <= SHARE * 10_240, f"{name}: {size}"


def test_every_environment_is_far_from_its_limit(production: Json) -> None:
    for name, function in of_type(production, "AWS::Lambda::Function").items():
        variables = text(function["Environment"]["Variables"])
        size = sum(len(key) + len(value.encode()) for key, value in variables.items())
        assert size <= SHARE * 4096, f"{name}: {size}"


def test_the_gateway_is_far_from_its_limits(production: Json) -> None:
    (api,) = of_type(production, "AWS::ApiGateway::RestApi").values()
    resources = {"/"}
    for path in api["Body"]["paths"]:
        steps = path.strip("/").split("/")
        resources |= {"/".join(steps[:length]) for length in range(1, len(steps) + 1)}
    assert len(resources) <= SHARE * 300
    (stage,) = of_type(production, "AWS::ApiGateway::Stage").values()
    assert len(stage["MethodSettings"]) <= SHARE * 100


def test_a_dashboard_is_far_from_its_limit(production: Json) -> None:
    (dashboard,) = of_type(production, "AWS::CloudWatch::Dashboard").values()
    body = json.loads(dashboard["DashboardBody"]["Fn::Sub"])
    assert len(body["widgets"]) <= SHARE * 500


def test_data_is_in_the_data_stack_and_code_is_not(templates: dict[str, Json]) -> None:
    for part, template in templates.items():
        kinds = {resource["Type"] for resource in template["Resources"].values()}
        assert bool(kinds & set(KEEPING)) == (part == stacks.DATA), part
        assert ("AWS::Lambda::Function" in kinds) == (part != stacks.DATA), part


def test_no_stack_refers_to_a_resource_of_another(templates: dict[str, Json]) -> None:
    def references(value: Any) -> set[str]:
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
                return {name} - {name for name in [name] if name.startswith("AWS::")}
            case {"Fn::Sub": str(pattern)}:
                return set(re.findall(r"\$\{(\w+)\}", pattern))
            case dict():
                return set().union(*map(references, value.values()))
            case list():
                return set().union(*map(references, value))
            case _:
                return set()

    for part, template in templates.items():
        assert "Fn::ImportValue" not in json.dumps(template), part
        own = set(template["Resources"]) | set(template["Parameters"])
        assert references(template) <= own, part


def test_a_parameter_that_a_stack_does_not_use_is_not_declared(templates: dict[str, Json]) -> None:
    for part, template in templates.items():
        body = json.dumps({key: template[key] for key in template if key != "Parameters"})
        for name in template["Parameters"]:
            assert f'"{name}"' in body or f"${{{name}}}" in body, f"{part}: {name}"


def test_the_stack_policy_forbids_to_replace_or_delete_what_keeps_data() -> None:
    allowed, denied = STACK_POLICY["Statement"]
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "Update:*")
    assert (denied["Effect"], denied["Action"]) == ("Deny", ["Update:Replace", "Update:Delete"])
    assert denied["Condition"] == {"StringEquals": {"ResourceType": list(KEEPING)}}


def test_the_data_is_deployed_first_and_the_api_last(templates: dict[str, Json]) -> None:
    first, sections, last = stacks.phases(list(templates))
    assert (first, last) == ([stacks.DATA], [stacks.API])
    assert "relay" in sections
    assert sorted([*first, *sections, *last]) == sorted(templates)


def test_a_stack_name_fits(templates: dict[str, Json]) -> None:
    for part in templates:
        assert len(stacks.stack_name("s" * 12, part)) <= 128


@pytest.mark.parametrize("part", ["billing", "edo", "rent"])
def test_a_section_has_a_stack_of_its_own(templates: dict[str, Json], part: str) -> None:
    assert of_type(templates[part], "AWS::Lambda::Function")
