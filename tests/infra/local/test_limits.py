"""The local cloud refuses what AWS refuses. Each test fails where its limit is not enforced."""

import copy
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import urllib3
import yaml
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.cloud import REGION, Cloud
from infra.local.stack import DeploymentError

PAYLOAD = 6_291_556
MIB = 1024 * 1024


def refusal(call: Callable[..., Any], **request: Any) -> str:
    """Return the code with which the cloud refuses a request."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


# --- the gateway and the functions behind it


@pytest.mark.parametrize(
    ("size", "status"),
    [
        (4 * MIB, 200),
        (PAYLOAD - 10_000, 200),
        (PAYLOAD, 413),
        (10 * MIB, 413),
        (10 * MIB + 1, 413),
    ],
)
def test_body_reaches_a_function_only_within_an_event(product: Any, size: int, status: int) -> None:
    answer = product.call("POST", "/things/size", body=b"a" * size)
    assert answer.status == status
    if status == 200:
        assert answer.json()["bytes"] == size
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_body_that_travels_as_base64_has_three_quarters_of_an_event(product: Any) -> None:
    pdf = {"Content-Type": "application/pdf"}
    most = (PAYLOAD - 10_000) // 4 * 3
    assert product.call("POST", "/things/size", headers=pdf, body=b"a" * most).status == 200
    refused = product.call("POST", "/things/size", headers=pdf, body=b"a" * (PAYLOAD // 4 * 3))
    assert refused.status == 413


@pytest.mark.parametrize(
    ("text", "number", "status"),
    [
        ("a", PAYLOAD - 1_000, 200),
        ("a", PAYLOAD, 502),
        # The runtime of the functions here escapes a letter in six bytes.
        ("я", (PAYLOAD - 1_000) // 6, 200),
        ("я", PAYLOAD // 6, 502),
    ],
)
def test_answer_of_a_function_is_limited(product: Any, text: str, number: int, status: int) -> None:
    answer = product.call("GET", f"/things/long?text={text}&number={number}")
    assert answer.status == status
    if status == 200:
        assert answer.data.decode() == text * number


def test_invocation_by_name_has_the_same_limits(product: Any) -> None:
    functions = product.cloud.client("lambda")
    event = json.dumps({"body": "a" * PAYLOAD})
    code = refusal(functions.invoke, FunctionName="little-clock", Payload=event)
    assert code == "RequestTooLargeException"


def test_gateway_waits_no_longer_than_its_integration_says(product: Any) -> None:
    gateway, api = product.cloud.client("apigateway"), product.outputs["RestApiId"]
    (resource_id,) = (
        resource["id"]
        for resource in gateway.get_resources(restApiId=api)["items"]
        if resource["path"] == "/open"
    )
    patch = {"op": "replace", "path": "/timeoutInMillis", "value": "300"}
    gateway.update_integration(
        restApiId=api, resourceId=resource_id, httpMethod="GET", patchOperations=[patch]
    )
    started = time.monotonic()
    answer = product.call("GET", "/open?seconds=3")
    assert answer.status == 504
    assert time.monotonic() - started < 2.5
    assert answer.json()["kind"] == "INTEGRATION_TIMEOUT"


@pytest.mark.parametrize("accept", [None, "*/*", "text/html, */*", "application/json"])
def test_text_does_not_depend_on_accept(product: Any, accept: str | None) -> None:
    headers = {"Accept": accept} if accept else {}
    assert product.call("GET", "/things/x", headers=headers).json()["resource"]


def test_names_of_headers_have_any_case(product: Any) -> None:
    event = product.call("GET", "/things/x", headers={"IDEMPOTENCY-key": "k"}).json()
    assert event["headers"]["idempotency-key"] == "k"


# --- queues


@pytest.fixture(scope="module")
def queue(product: Any) -> str:
    return str(product.cloud.client("sqs").create_queue(QueueName="limits")["QueueUrl"])


def test_message_with_its_attributes_has_256_kilobytes(product: Any, queue: str) -> None:
    send = product.cloud.client("sqs").send_message
    send(QueueUrl=queue, MessageBody="a" * 262_144)
    assert refusal(send, QueueUrl=queue, MessageBody="a" * 262_145) == "InvalidParameterValue"
    note = {"trace": {"DataType": "String", "StringValue": "b" * 100}}
    body = "a" * 262_100
    code = refusal(send, QueueUrl=queue, MessageBody=body, MessageAttributes=note)
    assert code == "InvalidParameterValue"
    assert refusal(send, QueueUrl=queue, MessageBody="я" * 131_073) == "InvalidParameterValue"


def test_messages_of_a_call_have_256_kilobytes_together(product: Any, queue: str) -> None:
    send = product.cloud.client("sqs").send_message_batch

    def entries(size: int) -> list[dict[str, str]]:
        return [{"Id": str(number), "MessageBody": "a" * size} for number in range(10)]

    assert len(send(QueueUrl=queue, Entries=entries(26_214))["Successful"]) == 10
    code = refusal(send, QueueUrl=queue, Entries=entries(26_215))
    assert code.endswith("BatchRequestTooLong")


# --- tables


@pytest.fixture(scope="module")
def table(product: Any) -> str:
    dynamodb = product.cloud.client("dynamodb")
    dynamodb.create_table(
        TableName="limits",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    return "limits"


def test_item_has_400_kilobytes(product: Any, table: str) -> None:
    put = product.cloud.client("dynamodb").put_item

    def item(size: int) -> dict[str, Any]:
        return {"pk": {"S": "1"}, "text": {"S": "a" * (size - len("pk1text"))}}

    put(TableName=table, Item=item(400 * 1024))
    code = refusal(put, TableName=table, Item=item(400 * 1024 + 1))
    assert code == "ValidationException"


@pytest.mark.parametrize(("number", "size", "fits"), [(100, 10, True), (101, 10, False)])
def test_transaction_has_100_items(
    product: Any, table: str, number: int, size: int, fits: bool
) -> None:
    write = product.cloud.client("dynamodb").transact_write_items
    puts = transaction(table, number, size)
    if fits:
        write(TransactItems=puts)
    else:
        assert refusal(write, TransactItems=puts) == "ValidationException"


def test_transaction_has_4_megabytes(product: Any, table: str) -> None:
    write = product.cloud.client("dynamodb").transact_write_items
    write(TransactItems=transaction(table, 10, 390_000))
    code = refusal(write, TransactItems=transaction(table, 11, 390_000))
    assert code == "ValidationException"


def transaction(table: str, number: int, size: int) -> list[dict[str, Any]]:
    return [
        {"Put": {"TableName": table, "Item": {"pk": {"S": f"{n}"}, "text": {"S": "a" * size}}}}
        for n in range(number)
    ]


def test_one_index_a_time_is_created(product: Any, table: str) -> None:
    update = product.cloud.client("dynamodb").update_table
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in "ab"]
    changes = [{"Create": index("a")}, {"Create": index("b")}]
    code = refusal(
        update,
        TableName=table,
        AttributeDefinitions=attributes,
        GlobalSecondaryIndexUpdates=changes,
    )
    assert code == "LimitExceededException"
    update(
        TableName=table,
        AttributeDefinitions=attributes[:1],
        GlobalSecondaryIndexUpdates=changes[:1],
    )


# --- templates


@pytest.fixture(scope="module")
def cloud(cloud_python: Path) -> Iterator[Cloud]:
    """A cloud for stacks that fail."""
    with Cloud(cloud_python) as running:
        yield running


def index(name: str) -> dict[str, Any]:
    key = [{"AttributeName": name, "KeyType": "HASH"}]
    return {"IndexName": f"by-{name}", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}}


TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("pk", *"ab")],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    },
}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    },
}
IDENTITY = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "ofd.example.ru"}}


def function(**properties: Any) -> dict[str, Any]:
    code = {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ArtifactKey"}}
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.11",
            "Handler": "handlers.api",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": code,
            **properties,
        },
    }


def role(*documents: Mapping[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(ROLE)
    made["Properties"]["Policies"] = [  # type: ignore[index]
        {"PolicyName": f"p{n}", "PolicyDocument": document} for n, document in enumerate(documents)
    ]
    return made


def document(characters: int) -> dict[str, Any]:
    """Return a policy with that many characters without white space."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ""}
    made = {"Version": "2012-10-17", "Statement": [statement]}
    prefix = "arn:aws:s3:::bucket/"
    room = characters - len(json.dumps(made, separators=(",", ":"))) - len(prefix)
    statement["Resource"] = prefix + "a" * room
    return made


def environment(characters: int) -> dict[str, Any]:
    """Return an environment of that many characters as JSON."""
    return {"Environment": {"Variables": {"NAME": "a" * (characters - len('{"NAME":""}'))}}}


@pytest.mark.parametrize(
    ("name", "fits", "exceeds", "why"),
    [
        (
            "policies",
            {"Role": role(document(5_000), document(5_240))},
            {"Role": role(document(5_000), document(5_241))},
            "Maximum policy size of 10240",
        ),
        (
            "environment",
            {"Role": ROLE, "Function": function(**environment(4096))},
            {"Role": ROLE, "Function": function(**environment(4097))},
            "exceeded the 4KB limit",
        ),
        (
            "memory",
            {"Role": ROLE, "Function": function(MemorySize=10_240)},
            {"Role": ROLE, "Function": function(MemorySize=10_241)},
            "MemorySize",
        ),
    ],
)
def test_resource_within_its_limits_is_created_and_updated(
    cloud: Cloud, pack: Any, name: str, fits: Any, exceeds: Any, why: str
) -> None:
    deploy(cloud, pack, name, fits)
    with pytest.raises(DeploymentError, match=why):
        deploy(cloud, pack, name, exceeds)
    with pytest.raises(DeploymentError, match=why):
        deploy(cloud, pack, f"{name}-new", exceeds)


def test_update_of_a_stack_changes_one_index(cloud: Cloud, pack: Any) -> None:
    def with_indexes(*names: str) -> dict[str, Any]:
        made = copy.deepcopy(TABLE)
        if names:
            made["Properties"]["GlobalSecondaryIndexes"] = list(map(index, names))  # type: ignore[index]
        return {"Table": made}

    deploy(cloud, pack, "born-with-two", with_indexes("a", "b"))
    deploy(cloud, pack, "indexes", with_indexes())
    with pytest.raises(DeploymentError, match="more than one GSI"):
        deploy(cloud, pack, "indexes", with_indexes("a", "b"))
    deploy(cloud, pack, "indexes", with_indexes("a"))
    with pytest.raises(DeploymentError, match="more than one GSI"):
        deploy(cloud, pack, "indexes", with_indexes("b"))


def test_mail_identity_belongs_to_one_stack(cloud: Cloud, pack: Any) -> None:
    deploy(cloud, pack, "first-stage", {"Identity": IDENTITY})
    deploy(cloud, pack, "first-stage", {"Identity": IDENTITY})
    with pytest.raises(DeploymentError, match="already exist"):
        deploy(cloud, pack, "second-stage", {"Identity": IDENTITY})
    assert cloud.client("sesv2").get_email_identity(EmailIdentity="ofd.example.ru")


def deploy(cloud: Cloud, pack: Any, name: str, resources: Mapping[str, Any]) -> None:
    parameters = {part: {"Type": "String"} for part in ("ArtifactBucket", "ArtifactKey")}
    template = {"Parameters": parameters, "Resources": resources}
    cloud.deploy(yaml.safe_load(yaml.safe_dump(template)), artifact=pack(), stack_name=name)


# --- presigned forms

FORM = {"Content-Type": "application/pdf"}


@pytest.fixture(scope="module")
def bucket(product: Any) -> str:
    name = "forms"
    product.cloud.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return name


def form(product: Any, bucket: str, seconds: int = 600) -> tuple[str, dict[str, str]]:
    signed = boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=product.cloud.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    ).generate_presigned_post(
        bucket,
        "client-1/upload-1",
        Fields=dict(FORM),
        Conditions=[FORM, ["content-length-range", 1, 10]],
        ExpiresIn=seconds,
    )
    return str(signed["url"]), dict(signed["fields"])


@pytest.mark.parametrize(
    ("change", "content", "status"),
    [
        ({}, b"a" * 10, 204),
        ({}, b"a" * 11, 400),
        ({}, b"a" * 9 * MIB, 400),
        ({}, b"", 400),
        ({"Content-Type": "text/html"}, b"a", 403),
        ({"key": "client-2/upload-1"}, b"a", 403),
        ({"x-amz-meta-more": "a"}, b"a", 403),
        ({"x-amz-signature": "0" * 64}, b"a", 403),
    ],
)
def test_form_accepts_what_its_policy_says(
    product: Any, bucket: str, change: dict[str, str], content: bytes, status: int
) -> None:
    url, fields = form(product, bucket)
    sent = {**fields, **change, "file": ("a.pdf", content)}
    answer: urllib3.BaseHTTPResponse = product.cloud.http.request("POST", url, fields=sent)
    assert answer.status == status, answer.data
    stored = product.cloud.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    assert len(stored) == (status == 204)
    for entry in stored:
        product.cloud.client("s3").delete_object(Bucket=bucket, Key=entry["Key"])


def test_form_expires(product: Any, bucket: str) -> None:
    url, fields = form(product, bucket, seconds=1)
    time.sleep(1.5)
    answer = product.cloud.http.request("POST", url, fields={**fields, "file": ("a", b"a")})
    assert answer.status == 403
    assert b"expired" in answer.data
    assert urlsplit(url).path == f"/{bucket}"
