"""A client's items come back from the past of a table; nobody else's are touched.

The simulated cloud keeps no past: what is restored aside is what stands at that moment, so tests
restore first and damage afterwards.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra import restore

TEMPLATE = """{"Resources": {"RentTable": {"Type": "AWS::DynamoDB::Table", "Properties": {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "client_id", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"}],
    "KeySchema": [
        {"AttributeName": "client_id", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"}],
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}}}}"""
NOW = "2026-11-24T12:00Z"
NAMES = ("Смирнова", "Петрова", "Иванова")


@pytest.fixture
def dynamodb(environment: None) -> Iterator[Any]:
    with mock_aws():
        boto3.client("cloudformation").create_stack(
            StackName="test-service-menu-data", TemplateBody=TEMPLATE
        )
        yield boto3.client("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> str:
    (name,) = dynamodb.list_tables()["TableNames"]
    for client in ("client-1", "client-2"):
        for number, surname in enumerate(NAMES):
            dynamodb.put_item(TableName=name, Item=item(client, number, surname))
    return str(name)


def item(client: str, number: int, surname: str) -> dict[str, Any]:
    return {
        "client_id": {"S": client},
        "sk": {"S": f"grant#{number}"},
        "surname": {"S": surname},
        "size": {"N": str(number)},
    }


def everything(dynamodb: Any, table: str) -> list[Any]:
    items = dynamodb.scan(TableName=table)["Items"]
    return sorted(items, key=lambda row: (row["client_id"]["S"], row["sk"]["S"]))


def damage(dynamodb: Any, table: str) -> None:
    """Delete an item of each client, and spoil another."""
    for client in ("client-1", "client-2"):
        key = {"client_id": {"S": client}, "sk": {"S": "grant#0"}}
        dynamodb.delete_item(TableName=table, Key=key)
        dynamodb.put_item(TableName=table, Item=item(client, 1, "?"))


def run(*arguments: str) -> int:
    return restore.main([*arguments, "--stage", "test"])


def test_the_whole_way(dynamodb: Any, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    whole = everything(dynamodb, table)
    assert run("aside", "Rent", "--at", NOW) == 0
    aside = capsys.readouterr().out.strip()
    assert aside == f"{table}-at-20261124T120000Z"
    damage(dynamodb, table)
    damaged = everything(dynamodb, table)
    ours = ["compare", "RentTable", "--aside", aside, "--client", "client-1"]

    assert run(*ours) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines() == ["1 missing", "  grant#0", "1 changed", "  grant#1"]
    assert everything(dynamodb, table) == damaged, "only compared"

    assert run(*ours, "--put-back") == 0
    assert everything(dynamodb, table) == sorted(
        [*damaged, item("client-1", 0, NAMES[0])],
        key=lambda row: (row["client_id"]["S"], row["sk"]["S"]),
    )

    assert run(*ours, "--overwrite") == 0
    assert everything(dynamodb, table) == whole[:3] + damaged[2:], "another's damage is its own"
    assert not any(name in capsys.readouterr().out for name in NAMES)


def test_what_changes_meanwhile_stays(dynamodb: Any, table: str) -> None:
    aside = restore.aside(dynamodb, table, restore.moment(NOW))
    damage(dynamodb, table)
    difference = restore.compare(dynamodb, table, aside, "client-1")
    for number in (0, 1):
        dynamodb.put_item(TableName=table, Item=item("client-1", number, "новая"))
    assert restore.put_back(dynamodb, table, difference, overwrite=True) == ["grant#0", "grant#1"]
    assert [row["surname"]["S"] for row in everything(dynamodb, table)[:2]] == ["новая", "новая"]


def test_what_is_new_since_stays(dynamodb: Any, table: str) -> None:
    aside = restore.aside(dynamodb, table, restore.moment(NOW))
    dynamodb.put_item(TableName=table, Item=item("client-1", 9, "новая"))
    difference = restore.compare(dynamodb, table, aside, "client-1")
    assert difference == ({}, {})


def test_another_failure_is_told(dynamodb: Any, table: str) -> None:
    difference = restore.Difference({"grant#0": item("client-1", 0, "?")}, {})
    with pytest.raises(ClientError):
        restore.put_back(dynamodb, "gone", difference, overwrite=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["aside", "Rents", "--at", NOW], "Rents"),
        (["compare", "Rent", "--aside", "gone", "--client", "client-1"], "ResourceNotFound"),
    ],
)
@pytest.mark.usefixtures("table")
def test_says_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 1
    told = capsys.readouterr().err
    assert "Not restored" in told
    assert message in told


@pytest.mark.parametrize("arguments", [["aside", "Rent"], ["compare", "Rent", "--client", "a"]])
def test_half_a_command_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        run(*arguments)
