"""The tests' short way into moto answers as moto does."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.support import quick_moto

KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}
ITEM = {
    **KEY,
    "binary": {"B": b"\x00\xff"},
    "binaries": {"BS": [b"1", b"2"]},
    "number": {"N": "1.50"},
    "nested": {"M": {"list": {"L": [{"S": "ж"}, {"NULL": True}, {"BOOL": False}, {"B": b"3"}]}}},
    "indexed": {"S": "x"},
}


def conversation() -> list[Any]:
    """Call each operation that the product uses, also with errors; return the answers."""
    keys = {"region_name": "eu-west-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    database = boto3.client("dynamodb", **keys)
    database.create_table(
        TableName="Things",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "indexed")
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-indexed",
                "KeySchema": [{"AttributeName": "indexed", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    put = {"TableName": "Things", "Item": ITEM}
    new = {"ConditionExpression": "attribute_not_exists(pk)"}
    change = {
        "TableName": "Things",
        "Key": KEY,
        "UpdateExpression": "SET #n = #n + :one REMOVE binaries",
        "ExpressionAttributeNames": {"#n": "number"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    two = {"pk": {"S": "a"}, "sk": {"S": "2"}}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("put_item", put),
        ("put_item", {**put, **new, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
        ("get_item", {"TableName": "Things", "Key": KEY, "ConsistentRead": True}),
        ("get_item", {"TableName": "Things", "Key": two}),
        ("update_item", {**change, "ReturnValues": "ALL_NEW"}),
        (
            "transact_write_items",
            {
                "TransactItems": [
                    {"Put": {"TableName": "Things", "Item": {**ITEM, **two}, **new}},
                    {"Update": change},
                ]
            },
        ),
        (
            "transact_write_items",
            {
                "TransactItems": [
                    {"Put": {**put, **new, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
                    {"Delete": {"TableName": "Things", "Key": two}},
                ]
            },
        ),
        ("batch_get_item", {"RequestItems": {"Things": {"Keys": [KEY, two]}}}),
        ("query", _query("pk", "a", Limit=1)),
        ("query", _query("pk", "a", ScanIndexForward=False)),
        ("query", _query("indexed", "x", IndexName="by-indexed")),
        ("query", {**_query("pk", "a"), "KeyConditionExpression": "nonsense"}),
        ("batch_write_item", {"RequestItems": {"Things": [{"DeleteRequest": {"Key": two}}]}}),
        ("delete_item", {"TableName": "Things", "Key": KEY, "ReturnValues": "ALL_OLD"}),
        ("get_item", {"TableName": "absent", "Key": KEY}),
    ]
    return [_answer(getattr(database, operation), given) for operation, given in calls]


def _query(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {
        "TableName": "Things",
        "KeyConditionExpression": "#k = :v",
        "ExpressionAttributeNames": {"#k": name},
        "ExpressionAttributeValues": {":v": {"S": value}},
        **more,
    }


def _answer(call: Callable[..., dict[str, Any]], given: dict[str, Any]) -> Any:
    try:
        answer = call(**given)
    except ClientError as error:
        answer = dict(error.response)
    answer["ResponseMetadata"] = answer["ResponseMetadata"]["HTTPStatusCode"]
    return answer


def test_answers_are_those_of_moto() -> None:
    answers = []
    for way in (nullcontext(), quick_moto.shortened()):
        with way, mock_aws():
            answers.append(conversation())
    long, short = answers
    assert short == long
