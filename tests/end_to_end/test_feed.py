"""Eight workers on an engine that is really concurrent, every document twice: totals exact."""

import datetime as dt
import json
import os
import queue
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.fiscal import register_documents
from chalicelib.core.fiscal.consumer import follow_fiscal_documents
from chalicelib.core.fiscal.document import MOST_DOCUMENTS
from chalicelib.core.fiscal.documents import list_documents
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation.store import ORGANISATION, own_register
from chalicelib.runtime import aws
from chalicelib.runtime.commit import transact
from infra.local.api import Api
from infra.local.cloud import REGION, Cloud
from infra.local.personas import PERSONAS
from infra.local.product import Product
from tests.support.cloud import create_table, physical_name

CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))
WORKERS = 8
BATCH = 10
DRIVES = {"0004817236006552": "9960440300412358", "0006120945006811": "9961440300846120"}
DAYS = (dt.date(2026, 11, 23), dt.date(2026, 11, 24))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Tables as production has them, on the local cloud, where this process's clients go."""
    with Cloud(CLOUD_PYTHON) as cloud:
        for name, value in {
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_CA_BUNDLE": str(cloud.ca_bundle),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "DELIVERIES_QUEUE": "unused",
        }.items():
            monkeypatch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
            monkeypatch.delenv(name, raising=False)
        for table in (FISCAL, ORGANISATION):
            create_table(cloud.client("dynamodb"), table.logical_id)
            monkeypatch.setenv(table.variable, physical_name(table.logical_id))
        for remembered in (aws.client, aws._session):
            remembered.cache_clear()
        yield cloud
    for remembered in (aws.client, aws._session):
        remembered.cache_clear()


def documents() -> list[dict[str, Any]]:
    chance = random.Random(17)  # noqa: S311 - the same documents each time
    return [
        {
            "code": 3,
            "kktRegId": f"{register}    ",
            "fiscalDriveNumber": drive,
            "fiscalDocumentNumber": first + number,
            "fiscalSign": chance.randrange(2**32),
            "shiftNumber": day.day,
            "dateTime": f"{day}T{8 + number // 6:02}:00:00",
            "operationType": chance.choice([1, 1, 1, 2, 3, 4]),
            "totalSum": chance.randrange(100_000),
        }
        for register, drive in DRIVES.items()
        for first, day in zip((980, 1040), DAYS, strict=True)
        for number in range(60)
    ]


def work(waiting: "queue.SimpleQueue[list[dict[str, Any]]]") -> Counter[str]:
    """Do what the queue does: deliver a batch, and what failed of it once more."""
    happened = Counter[str]()
    while True:
        try:
            batch = waiting.get_nowait()
        except queue.Empty:
            return happened
        records = [
            {"messageId": str(n), "body": json.dumps(document)} for n, document in enumerate(batch)
        ]
        answer = follow_fiscal_documents({"Records": records}, None)
        again = [batch[int(failure["itemIdentifier"])] for failure in answer["batchItemFailures"]]
        happened["delivered"] += len(batch) - len(again)
        if again:
            happened["again"] += len(again)
            waiting.put(again)


def test_totals_are_exact_under_eight_workers(engine: Cloud) -> None:
    for register in DRIVES:
        transact([own_register(register, "client-1", None)])
    told = documents()
    arriving = told * 2
    random.Random(7).shuffle(arriving)  # noqa: S311 - the same order each time
    waiting: queue.SimpleQueue[list[dict[str, Any]]] = queue.SimpleQueue()
    for start in range(0, len(arriving), BATCH):
        waiting.put(arriving[start : start + BATCH])
    with ThreadPoolExecutor(WORKERS) as pool:
        happened = sum(pool.map(work, [waiting] * WORKERS), Counter[str]())
    assert happened["delivered"] == len(arriving), happened

    for register, drive in DRIVES.items():
        totals = register_documents.read_turnover("client-1", register, *DAYS)
        assert [(item.day, item.fiscal_drive) for item in totals] == [(day, drive) for day in DAYS]
        for turnover in totals:
            ours = [
                message
                for message in told
                if message["fiscalDriveNumber"] == drive
                and message["dateTime"].startswith(str(turnover.day))
            ]
            sums = Counter[int]()
            for document in ours:
                sums[document["operationType"]] += document["totalSum"]
            assert turnover.turnover == sums[1] - sums[2]
            assert turnover.expense == sums[3] - sums[4]
            assert turnover.receipts == len(
                [document for document in ours if document["operationType"] == 1]
            )
            numbers = [document["fiscalDocumentNumber"] for document in ours]
            assert turnover.numbers == (min(numbers), max(numbers))
            assert all(map(turnover.has, numbers))
        listed = list_documents(drive, 1, MOST_DOCUMENTS, since=DAYS[0], most=1000)
        assert {document.owner for document in listed} == {"client-1"}
        assert len(listed) == len(
            [document for document in told if document["fiscalDriveNumber"] == drive]
        )


def test_a_document_on_the_queue_is_counted(running: Product) -> None:
    """Through the deployed function, under its own role, and the stream of its table."""
    organisation = PERSONAS["romashka"].organisation
    assert organisation is not None
    register = organisation.registers[0]
    document = documents()[0] | {
        "kktRegId": register.register_id,
        "fiscalDriveNumber": register.fiscal_drive_number,
        "operationType": 1,
    }
    origin = Api(running.origin.url, running.cloud.http)
    origin.post("/local/fiscal-documents", document, expect=202)
    database = running.cloud.client("dynamodb")
    (table,) = (
        name for name in database.list_tables()["TableNames"] if name.endswith("-fiscal-table")
    )
    client_id = PERSONAS["romashka"].client_id
    name = f"turnover#{register.register_id}#2026-11-23#{register.fiscal_drive_number}"
    key = {"client_id": {"S": client_id}, "sk": {"S": name}}
    item = eventually(lambda: database.get_item(TableName=table, Key=key).get("Item"))
    assert item["operations"]["M"]["1"]["M"]["total"] == {"N": str(document["totalSum"])}


def test_an_old_document_is_archived_and_its_page_stays(running: Product) -> None:
    """Through the deployed functions, under their own roles, into a bucket under object lock."""
    organisation = PERSONAS["romashka"].organisation
    assert organisation is not None
    drive = "9960440300777777"
    document = documents()[0] | {
        "kktRegId": organisation.registers[0].register_id,
        "fiscalDriveNumber": drive,
        "operationType": 1,
        "dateTime": "2020-07-15T10:00:00",
    }
    origin = Api(running.origin.url, running.cloud.http)
    origin.post("/local/fiscal-documents", document, expect=202)
    number, sign = document["fiscalDocumentNumber"], document["fiscalSign"]
    page = f"{running.origin.url}/api/r/{drive}/{number}/{sign}"

    def shown() -> Any:
        answer = running.cloud.http.request("GET", page)
        return answer.data if answer.status == 200 else None

    before = eventually(shown)
    database, functions = running.cloud.client("dynamodb"), running.cloud.client("lambda")
    tables = database.list_tables()["TableNames"]
    (table,) = (name for name in tables if name.endswith("-fiscal-table"))

    def items() -> list[str]:
        answer = database.query(
            TableName=table,
            KeyConditionExpression="client_id = :drive",
            ExpressionAttributeValues={":drive": {"S": f"drive#{drive}"}},
        )
        return [item["sk"]["S"].partition("#")[0] for item in answer["Items"]]

    (name,) = (
        function["FunctionName"]
        for function in functions.list_functions(MaxItems=1000)["Functions"]
        if function["FunctionName"].endswith("-request-archives")
    )
    eventually(lambda: functions.invoke(FunctionName=name)["StatusCode"] == 200)
    eventually(lambda: items() == ["archive"])
    assert shown() == before
    s3 = running.cloud.client("s3")
    (bucket,) = (
        entry["Name"]
        for entry in s3.list_buckets()["Buckets"]
        if "fiscal-archive-bucket" in entry["Name"]
    )
    (file,) = s3.list_objects_v2(Bucket=bucket, Prefix=drive)["Contents"]
    assert s3.head_object(Bucket=bucket, Key=file["Key"])["ObjectLockMode"] == "GOVERNANCE"


def eventually(look: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return value
