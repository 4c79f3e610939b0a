"""The plan of a deployment says what a person should know before agreeing."""

from typing import Any

from infra.plan import lost_rights

Json = dict[str, Any]


def template(**rights: list[tuple[str, str]]) -> Json:
    """A template with roles, each with pairs of action and resource."""
    return {
        "Resources": {
            name: {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "Policies": [
                        {
                            "PolicyDocument": {
                                "Statement": [
                                    {"Action": [action], "Resource": [{"Fn::Sub": resource}]}
                                    for action, resource in pairs
                                ]
                            }
                        }
                    ]
                },
            }
            for name, pairs in rights.items()
        }
    }


def test_names_the_rights_that_live_versions_lose() -> None:
    former = template(
        ReadRole=[("dynamodb:Query", "orders"), ("dynamodb:Query", "drives")],
        WriteRole=[("dynamodb:PutItem", "orders")],
        GoneRole=[("sqs:SendMessage", "mail")],
    )
    changed = template(
        ReadRole=[("dynamodb:Query", "orders"), ("dynamodb:GetItem", "orders")],
        WriteRole=[("dynamodb:PutItem", "orders")],
        NewRole=[("sqs:SendMessage", "mail")],
    )
    assert lost_rights(former, changed) == ["ReadRole dynamodb:Query"]
    assert lost_rights(changed, changed) == []


def test_reads_the_rights_of_all_roles_of_the_product(templates: dict[str, Json]) -> None:
    nothing = {"Resources": {}}
    for each in templates.values():
        assert lost_rights(each, each) == []
        assert lost_rights(nothing, each) == []
    stripped = {
        name: {**role, "Properties": {"Policies": []}}
        for name, role in templates["billing"]["Resources"].items()
        if role["Type"] == "AWS::IAM::Role"
    }
    lost = lost_rights(templates["billing"], {"Resources": stripped})
    assert {line.split()[0] for line in lost} == set(stripped)
