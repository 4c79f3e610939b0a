"""The id of a request is in each log line of all that the request causes, and in the answer."""

import json
from typing import Any

import pytest

from chalicelib.core.billing.consumer import PAYMENTS
from chalicelib.core.fiscal.store import FISCAL_DOCUMENTS
from chalicelib.runtime import request_id
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.table import to_wire
from infra import resend
from tests.support import cloud, giving, receipts, steps
from tests.support.world import World

OWN = "KJaXmPLvHcESHA="
FORGED = ["a\nb", "a b", "", "я", "x" * 129, '"},{"level":"ERROR"', "${context}", 17, None, ["a"]]
Lines = list[dict[str, Any]]


def functions(lines: Lines) -> set[str]:
    return {line["message"] for line in lines}


def ids(lines: Lines) -> set[str]:
    return {line["request_id"] for line in lines}


def test_payment_of_an_order_has_its_id_in_the_lines_of_all_functions(
    world: World, logged: Lines
) -> None:
    """The action, the relay, the consumer of the paid order, and the consumer of the mail."""
    steps.ready_to_order(world)
    placed = steps.order(world)
    world.drain()
    world.calls.clear()
    logged.clear()
    mails = len(world.mails())
    paid = world.call("POST /payments", steps.payment(placed), who="operator", request_id=OWN)
    world.drain()
    assert paid.headers["X-Request-Id"] == OWN
    assert len(world.mails()) == mails + 1
    ran = {call.function for call in world.calls}
    assert ran == {"allocate_payment", "relay", "follow_invoice", "send_mail"}
    assert len(logged) >= 5, logged
    assert ids(logged) == {OWN}, logged


def test_documents_of_one_batch_keep_their_ids(world: World, logged: Lines) -> None:
    """The stream of the receipts is relayed too, and the deliveries of a batch are told apart."""
    giving.prepare(world)
    giving.give(world, "client")
    world.drain()
    world.ok("PUT /e-receipts/channels/email", {"enabled": True})
    for number in (901, 902):
        sold = receipts.document(
            kktRegId=giving.register_id("client", 1),
            fiscalDriveNumber=f"99604403004123{giving.own('client', 1)}",
            fiscalDocumentNumber=number,
            buyerPhoneOrAddress=receipts.EMAIL,
        )
        cloud.client("sqs").send_message(
            QueueUrl=FISCAL_DOCUMENTS.physical_name,
            MessageBody=json.dumps(sold),
            MessageAttributes=request_id.attributes(f"feed-{number}"),
        )
    logged.clear()
    world.drain()
    (stored,) = [line for line in logged if line["message"] == "batch done"]
    assert stored["request_ids"] == ["feed-901", "feed-902"]
    assert stored["request_id"] not in stored["request_ids"]
    (relayed,) = [line for line in logged if line["message"] == "relayed"]
    assert relayed["request_ids"] == ["feed-901", "feed-902"]
    delivered = [line["request_id"] for line in logged if line["message"] == "message done"]
    assert delivered == ["feed-901", "feed-902"]


def test_failures_of_a_batch_have_the_ids_of_their_messages(world: World, logged: Lines) -> None:
    for body, cause in (("not JSON", "first"), ("[]", "second")):
        cloud.client("sqs").send_message(
            QueueUrl=PAYMENTS.physical_name,
            MessageBody=body,
            MessageAttributes=request_id.attributes(cause),
        )
    world.deliver()
    failed = [line["request_id"] for line in logged if line["message"] == "message failed"]
    assert failed == ["first", "second"]


def test_message_without_an_id_has_its_own(world: World, logged: Lines) -> None:
    payment = {
        "invoice_number": "СУ-0000000001",
        "amount_kopecks": 100,
        "bank_reference": "bank-1",
        "paid_on": "2026-11-24",
    }
    world.send(PAYMENTS, payment)
    world.drain()
    (line,) = [line for line in logged if line["message"] == "message done"]
    assert line["request_id"] == line["message_id"]


def test_item_kept_without_an_id_is_relayed_and_handled(world: World) -> None:
    steps.ready_to_order(world)
    placed = steps.order(world)
    world.drain()
    world.ok("POST /payments", steps.payment(placed), who="operator")
    (item,) = world.outbox()
    del item[request_id.NAME]
    cloud.client("dynamodb").put_item(TableName=OUTBOX.physical_name, Item=to_wire(item))
    (kept,) = resend.written(
        cloud.client("dynamodb"),
        {f"{table.logical_id}Name": table.physical_name for table in resend.RELAYED},
        world.moment.replace(year=2020),
        world.moment.replace(year=2030),
    )
    assert kept.request_id is None
    world.drain()
    (order,) = world.get("/fiscal-drives/orders")["items"]
    assert order["status"] == "paid"


def test_each_run_of_a_schedule_has_an_id(world: World, logged: Lines) -> None:
    steps.ready_to_order(world)
    steps.order(world)
    world.drain()
    world.advance(days=30)
    logged.clear()
    world.run("expire_invoices")
    world.drain()
    (cause,) = ids(logged)
    logged.clear()
    world.run("expire_invoices")
    assert len(ids(logged)) == 1
    assert ids(logged) != {cause}


def test_exchange_with_1c_is_traced(world: World, logged: Lines) -> None:
    answer = world.call("POST /ws/Exchange_3_0_1_1", raw=b"<", who="nobody", key="", request_id=OWN)
    assert answer.headers["X-Request-Id"] == OWN
    assert ids(logged) == {OWN}


@pytest.mark.parametrize("value", FORGED, ids=repr)
def test_malformed_id_is_replaced(value: Any) -> None:
    for made in (
        request_id.of_call({"extendedRequestId": value}),
        request_id.of_call({"requestId": value}),
        request_id.of_run(type("Context", (), {"aws_request_id": value})),
    ):
        assert made != value
        assert request_id._VALID.fullmatch(made)
    attribute = {request_id.NAME: {"stringValue": value}}
    record = {"messageId": "message-1", "messageAttributes": attribute}
    assert request_id.of_message(record) == "message-1"
    assert request_id.of_item({request_id.NAME: {"S": value}}) is None


def test_caller_does_not_choose_the_id(world: World, logged: Lines) -> None:
    """API Gateway takes ``X-Amzn-RequestId`` over as its ``requestId``, and no other header."""
    made = request_id.of_call({"requestId": "chosen", "extendedRequestId": OWN})
    assert made == OWN
    headers = {"X-Request-Id": "chosen", "X-Amzn-RequestId": "chosen", "X-Amzn-Trace-Id": "chosen"}
    answer = world.call("GET /organisation", headers=headers, request_id=OWN)
    assert answer.headers["X-Request-Id"] == OWN
    assert "chosen" not in json.dumps(logged)


def test_request_leaves_no_id_behind(world: World) -> None:
    world.call("GET /organisation", request_id=OWN)
    assert request_id.log_keys() == {}
    assert request_id.current() != OWN


def test_attributes_count_towards_the_size_of_a_message() -> None:
    """Amazon SQS counts name, type and value of an attribute, in bytes."""
    assert request_id.attributes_size("0123456789") == len("request_idString0123456789")
    assert request_id.attributes_size(None) == 0
