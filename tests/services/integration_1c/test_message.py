"""Retail documents in the cabinet, and messages as files."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest

from chalicelib.core.fiscal.register_documents import read_turnover
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.services.integration_1c import actions, consumer
from chalicelib.services.integration_1c.resources import EXCHANGES, INTEGRATION_1C
from tests.support import cloud, onec, steps
from tests.support.world import World

DAY = {"from": "2026-11-24", "to": "2026-11-24"}
OURS = {"register_id": onec.REGISTER, **DAY}


@pytest.fixture
def fed(world: World) -> World:
    """A world with a register on trial and three closed shifts of one day."""
    onec.know_register(world)
    onec.begin_trial(world)
    onec.feed(
        world,
        *onec.shift(59, first=700),
        *onec.shift(60, first=710, sales=2, at="2026-11-24T15:{minute:02}:00"),
    )
    refund = onec.shift(61, first=720, sales=1, at="2026-11-24T19:{minute:02}:00")
    refund[1] |= {"operationType": 2, "cashTotalSum": 128521, "ecashTotalSum": 0}
    onec.feed(world, *refund)
    return world


def test_documents_list_each_shift_with_its_sums(fed: World) -> None:
    documents = fed.get("/integration-1c/documents", query=OURS)["items"]
    assert [(document["shift"], document["receipts"]) for document in documents] == [
        (59, 3),
        (60, 2),
        (61, 1),
    ]
    assert [document["turnover_kopecks"] for document in documents] == [
        3 * 128521,
        2 * 128521,
        -128521,
    ]
    assert (documents[2]["returns_kopecks"], documents[2]["cash_kopecks"]) == (128521, -128521)
    assert all(document["closed"] for document in documents)
    with clock.at(fed.moment):
        day = dt.date(2026, 11, 24)
        (turnover,) = read_turnover("client-1", onec.REGISTER, day, day)
    assert sum(document["turnover_kopecks"] for document in documents) == turnover.turnover


def test_listed_documents_are_those_in_the_message(fed: World) -> None:
    documents = fed.get("/integration-1c/documents", query=OURS)["items"]
    answer = fed.call("GET /integration-1c/message", query=DAY)
    assert answer.status == 200
    assert onec.documents_of(answer.body) == [document["document_id"] for document in documents]
    assert answer.headers["Content-Type"] == "application/xml"
    assert "attachment" in answer.headers["Content-Disposition"]
    again = fed.call("GET /integration-1c/message", query=DAY).body
    created = rb"<msg:CreationDate>.*?</msg:CreationDate>"
    assert re.sub(created, b"", again) == re.sub(created, b"", answer.body), "always the same"
    assert b"Confirmation" not in answer.body


def test_message_names_the_shop_without_listing_shops_or_registers(fed: World) -> None:
    shop = {"name": "На углу", "address": "г. Москва, ул. Образцовая, д. 17"}
    made = fed.ok("POST /organisation/shops", shop)
    fed.ok(f"PUT /organisation/shops/{made['shop_id']}/registers/{onec.REGISTER}")
    fed.calls.clear()
    assert shop["name"] in fed.call("GET /integration-1c/message", query=DAY).body.decode()
    reads = [call for call in fed.calls if ORGANISATION.physical_name in call.resources]
    assert {call.operation for call in reads} == {"GetItem", "BatchGetItem"}


def test_exchange_and_file_contain_the_same_documents(fed: World) -> None:
    by_file = fed.call("GET /integration-1c/message", query=DAY).body
    by_exchange = onec.OneC.connect(fed).fetch()
    assert by_file.partition(b"<Body")[2] == by_exchange.partition(b"<Body")[2]


def test_archived_shifts_are_in_the_same_message(fed: World) -> None:
    before = fed.call("GET /integration-1c/message", query=DAY).body
    listed = fed.get("/integration-1c/documents", query=OURS)
    fed.advance(days=130)
    fed.run("request_archives")
    fed.drain()
    assert not [item for item in fed.items(FISCAL) if item["sk"].startswith("document#")]
    created = rb"<msg:CreationDate>.*?</msg:CreationDate>"
    after = fed.call("GET /integration-1c/message", query=DAY).body
    assert re.sub(created, b"", after) == re.sub(created, b"", before)
    assert fed.get("/integration-1c/documents", query=OURS) == listed


def test_reading_documents_writes_nothing(fed: World) -> None:
    before = fed.items(INTEGRATION_1C)
    fed.call("GET /integration-1c/message", query=DAY)
    fed.get("/integration-1c/documents", query=OURS)
    assert fed.items(INTEGRATION_1C) == before


def test_day_without_shifts_has_nothing_to_load(fed: World) -> None:
    day = {"from": "2026-11-23", "to": "2026-11-23"}
    assert fed.call("GET /integration-1c/message", query=day).problem == "nothing-to-load"
    assert fed.get("/integration-1c/documents", query={**OURS, **day})["items"] == []


def test_other_clients_get_no_documents(fed: World) -> None:
    steps.know_organisation(fed, "client-2")
    refused = fed.call("GET /integration-1c/message", query=DAY, who="other_client")
    assert refused.problem == "nothing-to-load"
    listed = fed.get("/integration-1c/documents", query=OURS, who="other_client")
    assert listed["items"] == []
    assert fed.get("/integration-1c/nomenclature", who="other_client")["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-24"},
        {"from": "2026-11-25", "to": "2026-11-24"},
        {"from": "2026-11-01", "to": "2026-12-02"},
        {"from": "yesterday", "to": "2026-11-24"},
        {**DAY, "version": "1.9"},
    ],
)
def test_invalid_period_is_refused(world: World, query: dict[str, str]) -> None:
    assert world.call("GET /integration-1c/message", query=query).problem == "payload-invalid"


def test_rate_that_version_1_8_cannot_express_is_refused(world: World) -> None:
    onec.know_register(world)
    onec.begin_trial(world)
    items = [onec.receipts.document()["items"][0] | {"nds": 11}]
    onec.feed(world, *onec.shift(59, items=items))
    answer = world.call("GET /integration-1c/message", query={**DAY, "version": "1.8"})
    assert answer.problem == "rate-not-in-version"
    assert [receipt.split()[-1] for receipt in answer.json["receipts"]] == ["701", "702", "703"]
    assert world.call("GET /integration-1c/message", query=DAY).status == 200


def test_large_period_is_prepared_in_the_background(
    fed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_MOST_INLINE", 3)
    assert fed.call("GET /integration-1c/message", query=DAY).problem == "message-too-large"
    asked = fed.call("POST /integration-1c/messages", DAY, key="one")
    assert (asked.status, asked.json["state"]) == (202, "preparing")
    assert fed.call("POST /integration-1c/messages", DAY, key="one").json == asked.json
    path = f"/integration-1c/messages/{asked.json['message_id']}"
    assert fed.get(path)["link"] is None
    fed.drain()
    ready = fed.get(path)
    assert (ready["state"], ready["receipts"]) == ("ready", 6)
    assert ready["link"].startswith("https://")
    assert fed.call(f"GET {path}", who="other_client").problem == "message-unknown"
    content = stored(ready["message_id"])
    assert len(content) == ready["size"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        message = archive.read("Message.xml")
    inline = onec.documents_of(message)
    monkeypatch.undo()
    assert onec.documents_of(fed.call("GET /integration-1c/message", query=DAY).body) == inline


def stored(file_id: str) -> bytes:
    stored_object = cloud.client("s3").get_object(
        Bucket=EXCHANGES.physical_name, Key=f"client-1/{file_id}"
    )
    content: bytes = stored_object["Body"].read()
    return content


def test_file_that_cannot_be_prepared_states_the_reason(
    fed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "MOST_RECEIPTS", 3)

    def ask(period: dict[str, Any]) -> Any:
        asked = fed.ok("POST /integration-1c/messages", period)
        fed.drain()
        return fed.get(f"/integration-1c/messages/{asked['message_id']}")

    assert "Сократите период" in ask(DAY)["reason"]
    nothing = ask({"from": "2026-11-23", "to": "2026-11-23"})
    assert (nothing["state"], nothing["link"]) == ("failed", None)
    assert "нет закрытых смен" in nothing["reason"]


def test_period_with_too_many_documents_is_refused(
    fed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_MOST_LISTED", 3)
    refused = fed.call("GET /integration-1c/documents", query=OURS)
    assert refused.problem == "period-too-large"


def test_nomenclature_is_listed_in_pages(world: World) -> None:
    onec.know_register(world)
    onec.begin_trial(world)
    documents = onec.shift(59, sales=5)
    for number, document in enumerate(documents[1:-1]):
        item = {"name": f"Товар {number}", "price": 100, "quantity": 1, "sum": 100, "nds": 6}
        document |= {"items": [item], "totalSum": 100, "ecashTotalSum": 100}
    onec.feed(world, *documents)
    assert world.walk("/integration-1c/nomenclature", limit=2) == []
    onec.OneC.connect(world).fetch()
    items = world.walk("/integration-1c/nomenclature", limit=2)
    assert sorted(item["name"] for item in items) == [f"Товар {number}" for number in range(5)]
    assert {item["recognised_by"] for item in items} == {"name"}
