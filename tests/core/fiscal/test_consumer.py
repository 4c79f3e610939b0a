"""The feed stores each document once and adds it to the turnover once."""

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.fiscal import register_documents, store
from chalicelib.core.fiscal.consumer import BATCH, follow_fiscal_documents
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import DELIVERIES, FISCAL, FISCAL_DOCUMENTS
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.runtime.table import fetch
from tests.support import cloud, steps
from tests.support.crash import Died
from tests.support.world import World, Worlds

DRIVE, REGISTER = steps.REGISTER["fiscal_drive_number"], steps.REGISTER["register_id"]
DAY = dt.date(2026, 11, 24)


def feed(world: World, *documents: Any) -> None:
    for document in documents:
        world.send(FISCAL_DOCUMENTS, document)
    world.drain()


def turnover(world: World, client_id: str = "client-1", register: str = REGISTER) -> list[Turnover]:
    return register_documents.read_turnover(
        client_id, register, DAY - dt.timedelta(3), DAY + dt.timedelta(3)
    )


def kept(number: int, drive: str = DRIVE) -> StoredDocument:
    document = fetch(store.receipt(drive, number))
    assert document is not None
    return document


def to_deliver() -> list[Any]:
    return [json.loads(body) for body in cloud.waiting(DELIVERIES)]


def event(documents: list[Any]) -> dict[str, Any]:
    records = [
        {"messageId": f"message-{n}", "body": json.dumps(document)}
        for n, document in enumerate(documents)
    ]
    return {"Records": records}


def test_receipt_is_stored_with_its_fields(world: World, receipt: Any) -> None:
    steps.know_register(world)
    content = receipt(5, unknownField=[1], operationType=2)
    feed(world, content)
    stored = kept(5)
    assert stored.content == content
    assert (stored.owner, stored.register_id, stored.shift) == ("client-1", REGISTER, 7)
    assert (stored.fiscal_drive, stored.number, stored.fiscal_sign) == (DRIVE, 5, 1_000_005)
    assert (stored.day, stored.operation, stored.total, stored.cash) == (DAY, 2, 100_00, 100_00)
    assert not stored.has_delivery
    assert to_deliver() == []


def test_returns_are_subtracted_and_expenses_summed_separately(world: World, receipt: Any) -> None:
    steps.know_register(world)
    feed(
        world,
        receipt(1, code=2),
        receipt(2, totalSum=500, cashTotalSum=200, ecashTotalSum=300),
        receipt(3, totalSum=100, cashTotalSum=0, ecashTotalSum=100, operationType=2),
        receipt(4, totalSum=40, operationType=3),
        receipt(5, totalSum=15, operationType=4),
        receipt(6, totalSum=7, code=31, dateTime="2026-11-24T18:00:00"),
        receipt(7, totalSum=2, code=41, operationType=2),
        receipt(8, code=5, dateTime="2026-11-24T21:00:00"),
        receipt(9, code=21),
    )
    (day,) = turnover(world)
    assert (day.turnover, day.cash, day.electronic) == (405, 205, 200)
    assert (day.expense, day.receipts, day.returns, day.corrections) == (25, 2, 2, 2)
    assert day.last_document_at == dt.datetime.fromisoformat("2026-11-24T18:00:00+03:00")
    assert (day.shifts[7].first, day.shifts[7].last, day.shifts[7].closed) == (1, 8, True)
    assert [n for n in range(1, 10) if day.has(n)] == [*range(1, 9)]
    assert kept(9).kind == 21


def test_day_is_the_date_of_the_receipt_in_moscow(world: World, receipt: Any) -> None:
    steps.know_register(world)
    times = ["2026-11-24T23:59:00", "2026-11-24T21:00:00Z", "2026-11-22T10:00:00"]
    feed(world, *(receipt(n, dateTime=time) for n, time in enumerate(times, start=1)))
    assert [(day_total.day.day, day_total.receipts) for day_total in turnover(world)] == [
        (22, 1),
        (24, 1),
        (25, 1),
    ]


def test_repeated_document_changes_nothing(world: World, receipt: Any) -> None:
    steps.know_register(world)
    content = receipt(5, buyerPhoneOrAddress="+79161234567")
    feed(world, content, content)
    before = world.items(FISCAL)
    already = len(world.calls)
    feed(world, content, content | {"kktRegId": REGISTER})
    assert world.items(FISCAL) == before
    assert [call.operation for call in world.calls[already:]] == ["BatchGetItem"] * 2
    assert turnover(world)[0].receipts == 1
    assert len(to_deliver()) == 1


def test_repeat_does_not_change_day_or_owner(world: World, receipt: Any) -> None:
    """The repeat has the same time in another zone; the register has moved to another client."""
    steps.know_register(world)
    feed(world, receipt(5, dateTime="2026-11-24T01:00:00"))
    steps.know_register(world, client_id="client-2")
    feed(world, receipt(5, dateTime="2026-11-23T20:00:00Z"), receipt(6))
    assert [(day_total.day, day_total.receipts) for day_total in turnover(world)] == [(DAY, 1)]
    assert [day_total.receipts for day_total in turnover(world, "client-2")] == [1]
    assert (kept(5).owner, kept(6).owner) == ("client-1", "client-2")


def test_invalid_documents_fail_without_failing_the_batch(world: World, receipt: Any) -> None:
    steps.know_register(world)
    feed(world, receipt(1))
    refused = [
        receipt(1, fiscalSign=7),
        receipt(2, kktRegId="0000000000000001"),
        receipt(3, totalSum=-1),
        {"ticket": "none"},
    ]
    written = ["not JSON", json.dumps(receipt(6, retailPlace="half a character: \ud800"))]
    feed(world, receipt(4), *refused, *written, receipt(5))
    assert [n for n in range(1, 6) if turnover(world)[0].has(n)] == [1, 4, 5]
    assert {name for name, _ in world.dead} == {FISCAL_DOCUMENTS.name}
    bodies = [json.dumps(message, ensure_ascii=False) for message in refused]
    assert sorted(body for _, body in world.dead) == sorted([*bodies, *written])
    assert kept(1).fiscal_sign == 1_000_001


@pytest.mark.parametrize("poison", [{"fiscalSign": 10**39}, {"code": 99}])
def test_poison_goes_alone_to_the_dead_letters(
    world: World, receipt: Any, poison: dict[str, Any]
) -> None:
    steps.know_register(world)
    bad = receipt(5, **poison)
    for number in range(1, 11):
        world.send(FISCAL_DOCUMENTS, bad if number == 5 else receipt(number))
    world.drain()
    assert [n for n in range(1, 11) if turnover(world)[0].has(n)] == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert [json.loads(body) for _, body in world.dead] == [bad]


def test_message_that_makes_the_batch_raise_fails_alone(
    world: World, receipt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = store.put_receipt

    def raise_on_third(document: StoredDocument) -> Any:
        if document.number == 3:
            raise ArithmeticError
        return put(document)

    steps.know_register(world)
    monkeypatch.setattr(store, "put_receipt", raise_on_third)
    batch = event([receipt(number) for number in range(1, 6)])
    with world.running("follow_fiscal_documents"):
        answer = follow_fiscal_documents(batch, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-2"}]}
    assert [n for n in range(1, 6) if turnover(world)[0].has(n)] == [1, 2, 4, 5]


def test_throttled_batch_is_not_handled_message_by_message(world: World, receipt: Any) -> None:
    throttling = {"Error": {"Code": "ThrottlingException", "Message": ""}}

    def refuse(perform: Any) -> Any:
        raise ClientError(throttling, "BatchGetItem")

    steps.know_register(world)
    already, world.around = len(world.calls), refuse
    with world.running("follow_fiscal_documents"):
        answer = follow_fiscal_documents(event([receipt(1), receipt(2)]), None)
    assert len(answer["batchItemFailures"]) == 2
    assert len(world.calls) == already + 1


def test_of_two_documents_with_one_number_in_a_batch_one_is_counted(
    world: World, receipt: Any
) -> None:
    steps.know_register(world)
    feed(world, receipt(1), receipt(1, fiscalSign=7, dateTime="2026-11-23T12:00:00"))
    assert [day_total.receipts for day_total in turnover(world)] == [1]
    assert len(world.dead) == 1


def test_outage_fails_the_batch_and_loses_no_document(world: World, receipt: Any) -> None:
    def fail(perform: Any) -> Any:
        raise ConnectionError

    steps.know_register(world)
    world.send(FISCAL_DOCUMENTS, receipt(1))
    world.send(FISCAL_DOCUMENTS, "not JSON")
    world.around = fail
    world.deliver()
    assert world.items(FISCAL) == []
    world.around = lambda perform: perform()
    world.drain()
    assert turnover(world)[0].receipts == 1
    assert [body for _, body in world.dead] == ["not JSON"]


def test_document_is_delivered_again_until_its_register_is_known(
    world: World, receipt: Any
) -> None:
    world.send(FISCAL_DOCUMENTS, receipt(1))
    world.deliver()
    assert world.items(FISCAL) == []
    steps.know_register(world)
    assert turnover(world)[0].receipts == 1
    assert world.dead == []


def test_receipt_with_a_contact_requests_a_delivery(world: World, receipt: Any) -> None:
    steps.know_register(world)
    feed(
        world,
        receipt(1, buyerPhoneOrAddress="buyer@example.ru"),
        receipt(2, buyerPhoneOrAddress=" "),
        receipt(3, code=5, buyerPhoneOrAddress="buyer@example.ru"),
    )
    assert to_deliver() == [{"client_id": "client-1", "fiscal_drive": DRIVE, "document_number": 1}]
    assert kept(1).buyer_contact == "buyer@example.ru"
    assert DELIVERIES.variable == "DELIVERIES_QUEUE"


def test_log_contains_no_data_of_a_document(
    world: World, receipt: Any, logged: list[dict[str, Any]]
) -> None:
    steps.know_register(world)
    feed(
        world,
        receipt(1, buyerPhoneOrAddress="+79161234567", operator="Смирнова"),
        receipt(2, dateTime="Смирнова", kktRegId="+79161234567"),
    )
    lines = json.dumps(logged, ensure_ascii=False)
    assert "message failed" in lines
    assert "batch done" in lines
    for personal in ("мирнова", "9161234567", "Ромашка"):
        assert personal not in lines


def test_batch_needs_two_reads_and_few_writes(world: World, receipt: Any) -> None:
    steps.know_register(world)
    feed(world, receipt(BATCH + 1))
    already = len(world.calls)
    feed(world, *(receipt(n) for n in range(1, BATCH + 1)))
    calls = Counter(call.operation for call in world.calls[already:])
    assert calls == {"BatchGetItem": 2, "BatchWriteItem": BATCH // 25, "PutItem": 1}


def history(receipt: Any, chance: random.Random) -> list[dict[str, Any]]:
    """Return documents of two drives on two days, with returns, expenses and corrections."""
    return [
        receipt(
            number,
            fiscalDriveNumber=f"996044030000000{drive}",
            dateTime=f"2026-11-{chance.choice([23, 24])}T{chance.randint(0, 23):02}:00:00",
            code=chance.choice([3, 3, 3, 31, 4, 41, 2, 5]),
            operationType=chance.choice([1, 1, 1, 2, 3, 4]),
            totalSum=chance.randint(0, 10_000),
            **chance.choice([{}, {"buyerPhoneOrAddress": "buyer@example.ru"}]),
        )
        for drive in (1, 2)
        for number in chance.sample(range(1, 60), 15)
    ]


def check(world: World, documents: list[dict[str, Any]]) -> None:
    """Compare the turnover with sums calculated from the documents."""
    expected: dict[tuple[str, int], Counter[int]] = {}
    marks: dict[tuple[str, int], set[int]] = {}
    for document in documents:
        name = document["fiscalDriveNumber"], int(document["dateTime"][8:10])
        marks.setdefault(name, set()).add(document["fiscalDocumentNumber"])
        sums = expected.setdefault(name, Counter())
        if document["code"] not in (2, 5):
            sums[document["operationType"]] += document["totalSum"]
    days = {(day_total.fiscal_drive, day_total.day.day): day_total for day_total in turnover(world)}
    assert {name: {n for n in range(1, 60) if day.has(n)} for name, day in days.items()} == marks
    for name, sums in expected.items():
        assert days[name].turnover == sums[1] - sums[2], name
        assert days[name].expense == sums[3] - sums[4], name
    assert len(world.items(FISCAL, "document#")) == len(documents)
    deliveries = Counter(delivery["document_number"] for delivery in to_deliver())
    with_contact = [
        document
        for document in documents
        if "buyerPhoneOrAddress" in document and document["code"] not in (2, 5)
    ]
    assert set(deliveries) == {document["fiscalDocumentNumber"] for document in with_contact}
    assert world.dead == []


@pytest.mark.parametrize("seed", range(12))
def test_turnover_is_exact_in_every_schedule(seed: int, worlds: Worlds, receipt: Any) -> None:
    """Documents arrive twice and unordered; workers interleave and crash at any call."""
    chance, world = random.Random(seed), worlds()  # noqa: S311 - a reproducible schedule
    steps.know_register(world)
    documents = history(receipt, chance)
    arriving = documents * 2
    chance.shuffle(arriving)
    batches = [arriving[start : start + 7] for start in range(0, len(arriving), 7)]
    left, depth, happened = list(batches), 0, Counter[str]()

    def interfere(perform: Callable[[], Any]) -> Any:
        """Run another worker at this call, crash before or after the call, or lose its answer."""
        nonlocal depth
        if left and depth < 3 and chance.random() < 0.2:
            happened["interleaved"] += 1
            depth += 1
            work(left.pop())
            depth -= 1
        fate = chance.choices(["well", "death", "silence"], [90, 6, 4])[0]
        happened[fate] += 1
        if fate == "well":
            return perform()
        if chance.random() < 0.5:
            perform()
        raise Died if fate == "death" else ConnectionError

    def work(batch: list[Any]) -> None:
        """Process a batch as the queue does: failed messages, or all after a crash, come again."""
        try:
            failed = follow_fiscal_documents(event(batch), None)["batchItemFailures"]
            again = [batch[int(failure["itemIdentifier"].partition("-")[2])] for failure in failed]
        except Died:
            again = batch
        if again:
            left.append(again)

    world.around = interfere
    with world.running("follow_fiscal_documents"):
        while left:
            work(left.pop(chance.randrange(len(left))))
    world.around = lambda perform: perform()
    world.drain()
    assert happened["interleaved"] >= 3
    assert happened["death"] + happened["silence"] >= 3
    check(world, documents)
