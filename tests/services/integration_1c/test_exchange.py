"""The exchange, performed by a SOAP client that is generated from the WSDL of the service."""

import re
import uuid
from typing import Any

import pytest
from zeep.exceptions import Fault, TransportError

from chalicelib.core.fiscal.store import FISCAL
from chalicelib.services.integration_1c.exchange import outgoing
from chalicelib.services.integration_1c.exchange.files import MOST_PART_BYTES
from chalicelib.services.integration_1c.resources import INTEGRATION_1C
from tests.support import onec, steps
from tests.support.onec import OneC
from tests.support.world import World


@pytest.fixture
def base(world: World) -> OneC:
    """An infobase of 1C that is set up with a client whose register is on trial."""
    onec.know_register(world)
    onec.begin_trial(world)
    return OneC.connect(world)


def test_supported_versions_of_an_interface_are_returned(world: World) -> None:
    made = world.ok("POST /integration-1c/credentials")
    client = onec.client(
        world, onec.basic(made["login"], made["password"]), service="InterfaceVersion"
    )
    assert client.service.GetVersions("DataExchange") == ["3.0.1.1"]
    assert not client.service.GetVersions("Another")


def test_parameters_describe_this_side_of_the_exchange(world: World, base: OneC) -> None:
    parameters = base.parameters()
    assert parameters["ИмяПланаОбмена"] == onec.PLAN
    assert parameters["ПланОбменаСуществует"] is True
    assert parameters["УзелСуществует"] is True
    assert parameters["ВерсииФорматаОбмена"].Value == ["1.17", "1.8"]
    table = parameters["ПоддерживаемыеОбъектыФормата"]
    rows = [row.Value for row in table.row]
    assert ["1.17", "Документ.ОтчетОРозничныхПродажах", True, False] in rows
    assert ["1.17", "Справочник.Номенклатура", True, True] in rows
    assert [column.Name for column in table.column] == ["Версия", "Объект", "Отправка", "Получение"]


def test_ping_and_test_connection(world: World, base: OneC) -> None:
    assert not base.service.Ping()
    assert base.service.TestConnection(onec.PLAN, base.code)["return"] is True
    unknown = base.service.TestConnection(onec.PLAN, "another")
    assert unknown["return"] is False
    assert "«another»" in unknown["Result"]


def test_whole_exchange(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59, first=700), *onec.shift(60, first=710, sales=2))
    taken = base.fetch(block_kilobytes=1)
    assert onec.number_of(taken) == 1
    assert f"<msg:To>{base.code}</msg:To>".encode() in taken
    assert len(onec.documents_of(taken)) == 2
    again = base.fetch()
    assert onec.number_of(again) == 2
    assert onec.documents_of(again) == onec.documents_of(taken), "not confirmed: sent again"

    base.received = 2
    base.send()
    assert onec.documents_of(base.synchronise()) == [], "confirmed: nothing is left"

    late = onec.shift(60, first=710, sales=3)[3]
    onec.feed(world, late | {"fiscalDocumentNumber": 714, "fiscalSign": 9})
    changed = base.synchronise()
    assert onec.documents_of(changed) == onec.documents_of(taken)[1:], "the changed shift only"
    assert onec.documents_of(base.synchronise()) == []


def test_documents_are_sent_again_until_confirmed(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59, first=700))
    first = base.fetch()
    onec.feed(world, *onec.shift(60, first=710))
    both = base.synchronise()
    assert onec.documents_of(both)[:1] == onec.documents_of(first)
    assert len(onec.documents_of(both)) == 2
    assert onec.documents_of(base.synchronise()) == []


def test_confirmation_of_an_old_message_confirms_its_documents_only(
    world: World, base: OneC
) -> None:
    onec.feed(world, *onec.shift(59, first=700))
    first = base.fetch()
    base.received = onec.number_of(first)
    onec.feed(world, *onec.shift(60, first=710))
    both = base.fetch()
    base.send()
    left = onec.documents_of(base.fetch())
    assert left == [
        document for document in onec.documents_of(both) if document not in onec.documents_of(first)
    ]
    assert len(left) == 1


def test_open_shift_is_sent_after_its_end(world: World, base: OneC) -> None:
    *opened, closing = onec.shift(59)
    onec.feed(world, *opened)
    assert onec.documents_of(base.fetch()) == []
    onec.feed(world, closing)
    assert len(onec.documents_of(base.fetch())) == 1


def test_shift_with_lost_closing_is_sent_when_it_must_have_ended(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59)[:-1])
    world.advance(days=2)
    assert len(onec.documents_of(base.fetch())) == 1


def test_only_shifts_on_days_with_access_are_sent(world: World, base: OneC) -> None:
    onec.feed(
        world,
        *onec.shift(58, first=690, at="2026-11-23T10:{minute:02}:00"),
        *onec.shift(59, first=700),
    )
    world.advance(days=20)
    onec.feed(world, *onec.shift(60, first=710, at="2026-12-14T10:{minute:02}:00"))
    assert len(onec.documents_of(base.fetch())) == 1
    onec.pay(world, onec.subscribe(world))
    onec.feed(world, *onec.shift(61, first=720, at="2026-12-14T15:{minute:02}:00"))
    assert len(onec.documents_of(base.fetch())) == 3


def test_other_client_gets_nothing_of_the_exchange(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    file_id = base.service.UploadData(onec.PLAN, base.code, None, None, None, False)["FileID"]
    steps.know_organisation(world, "client-2")
    theirs = OneC.connect(world, "other_client")
    assert onec.documents_of(theirs.fetch()) == []
    with pytest.raises(Fault, match="не найден"):
        theirs.get_file(file_id)
    assert len(onec.documents_of(base.get_file(file_id))) == 1


def test_two_infobases_of_a_client_are_independent(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    second = OneC(base.service, "БП-2")
    second.set_up()
    assert len(onec.documents_of(base.synchronise())) == 1
    assert len(onec.documents_of(second.synchronise())) == 1
    assert onec.documents_of(base.synchronise()) == []


def test_large_message_is_prepared_in_the_background(
    world: World, base: OneC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "INLINE_DOCUMENTS", 3)
    onec.feed(world, *onec.shift(59, first=700), *onec.shift(60, first=710))
    begun = base.service.UploadData(onec.PLAN, base.code, None, None, None, True)
    assert begun["ContinuousOperation"] is True
    status = base.service.GetContinuousOperationStatus
    assert status(begun["Operation"])["return"] == "Active"
    with pytest.raises(Fault, match="не найден"):
        base.get_file(begun["FileID"])
    world.drain()
    assert status(begun["Operation"])["return"] == "Completed"
    assert len(onec.documents_of(base.get_file(begun["FileID"]))) == 2
    assert status(str(uuid.uuid4()))["return"] == "Canceled"


@pytest.mark.parametrize("at_once", [1_000, 3])
def test_archived_shifts_are_exchanged(
    world: World, base: OneC, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """On the first day of March November is archived, and the exchange looks back at it."""
    monkeypatch.setattr(outgoing, "INLINE_DOCUMENTS", at_once)
    onec.feed(world, *onec.shift(59, first=700), *onec.shift(60, first=710))
    world.advance(days=97)
    world.run("request_archives")
    world.drain()
    assert not [item for item in world.items(FISCAL) if item["sk"].startswith("document#")]
    begun = base.service.UploadData(onec.PLAN, base.code, None, None, None, True)
    world.drain()
    assert len(onec.documents_of(base.get_file(begun["FileID"]))) == 2


def test_infobase_that_cannot_wait_gets_a_large_message_in_parts(
    world: World, base: OneC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "INLINE_DOCUMENTS", 5)
    onec.feed(world, *onec.shift(59, first=700), *onec.shift(60, first=710))
    first, second = base.synchronise(), base.synchronise()
    assert len(onec.documents_of(first)) == len(onec.documents_of(second)) == 1
    assert onec.documents_of(first) != onec.documents_of(second)


def test_second_exchange_at_the_same_time_is_refused(
    world: World, base: OneC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "INLINE_REGISTERS", 0)
    onec.feed(world, *onec.shift(59))
    upload = base.service.UploadData
    first = upload(onec.PLAN, base.code, None, None, None, True)
    with pytest.raises(Fault, match="уже выполняется"):
        upload(onec.PLAN, base.code, None, None, None, True)
    world.advance(minutes=36)
    status = base.service.GetContinuousOperationStatus(first["Operation"])
    assert status["return"] == "Failed"
    second = upload(onec.PLAN, base.code, None, None, None, True)
    world.drain()
    assert world.dead == []
    status = base.service.GetContinuousOperationStatus(second["Operation"])
    assert status["return"] == "Completed"
    assert onec.number_of(base.get_file(second["FileID"])) == 2
    with pytest.raises(Fault):
        base.get_file(first["FileID"])


def test_inexpressible_rate_is_refused_with_its_receipts(world: World, base: OneC) -> None:
    base.set_up("1.8")
    document = onec.receipts.document()
    items = [document["items"][0] | {"nds": 11}]
    onec.feed(world, *onec.shift(59, items=items))
    with pytest.raises(Fault, match=r"1\.8 нет ставки НДС чеков: .*ФД 701"):
        base.fetch()
    base.set_up("1.17")
    assert len(onec.documents_of(base.fetch())) == 1


def test_infobase_set_up_again_gets_everything_again(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    before = base.synchronise()
    base.synchronise()
    base.set_up()
    again = base.synchronise()
    assert onec.number_of(again) == 1
    assert onec.documents_of(again) == onec.documents_of(before)
    assert onec.documents_of(base.synchronise()) == []


def test_removed_node_is_unknown(world: World, base: OneC) -> None:
    base.service.RemoveExchangeNode(onec.PLAN, base.code)
    assert base.parameters()["УзелСуществует"] is False
    with pytest.raises(Fault, match="не найдена"):
        base.fetch()
    with pytest.raises(Fault, match="не найдена"):
        base.service.RemoveExchangeNode(onec.PLAN, base.code)


# --- messages of 1C


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"MessageNo": 1}, "устарело"),
        ({"ReceivedNo": 7}, "подтверждает сообщение № 7"),
        ({"MessageNo": -1}, "целым"),
        ({"MessageNo": "9" * 20}, "целым"),
        ({"From": "БП"}, "другой базой"),
        ({"To": "ЦБ"}, "другому получателю"),
    ],
)
def test_message_with_wrong_numbers_or_codes_changes_nothing(
    world: World, base: OneC, fields: dict[str, Any], why: str
) -> None:
    onec.feed(world, *onec.shift(59))
    base.fetch()
    base.sent = 1
    base.send()
    before = world.items(INTEGRATION_1C, "node#")
    base.sent = 3
    with pytest.raises(Fault, match=why):
        base.put(base.message(**fields))
    assert world.items(INTEGRATION_1C, "node#") == before


def test_message_repeated_after_a_lost_answer_is_accepted(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    base.received = onec.number_of(base.fetch())
    base.send()
    before = world.items(INTEGRATION_1C, "node#"), world.items(INTEGRATION_1C, "loaded#")
    base.put(base.message())
    assert before == (world.items(INTEGRATION_1C, "node#"), world.items(INTEGRATION_1C, "loaded#"))


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Message>&b;</Message>'
)
EXTERNAL = b'<!DOCTYPE m [<!ENTITY f SYSTEM "file:///etc/passwd">]><Message>&f;</Message>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no archive", "Архив"),
        (onec.zipped(b""), "XML"),
        (onec.zipped(b"<a/>"), "не Message"),
        (onec.zipped(BOMB), "DTD"),
        (onec.zipped(EXTERNAL), "DTD"),
        (onec.zipped(b"<Message>" + b" " * 70_000_000 + b"</Message>"), "слишком большое"),
        (onec.zipped(b"<Message/>", "Message.exe"), "один файл XML"),
    ],
    ids=["no zip", "empty", "no message", "entities", "external", "zip bomb", "no xml"],
)
def test_hostile_files_are_refused(world: World, base: OneC, content: bytes, why: str) -> None:
    file_id = base.put_file(content, 100_000)
    with pytest.raises(Fault, match=why):
        base.service.DownloadData(onec.PLAN, base.code, file_id, None, None, True)


def test_number_and_size_of_parts_are_limited(world: World, base: OneC) -> None:
    transfer = str(uuid.uuid4())
    put, join = base.service.PutFilePart, base.service.SaveFileFromParts
    for number in (-1, 65):
        with pytest.raises(Fault, match="Часть файла"):
            put(transfer, number, b"x")
    for excess in (1, 1_100_000):  # the second does not fit into a request body
        with pytest.raises(Fault, match="больше 2 МБ"):
            put(transfer, 1, b"x" * (MOST_PART_BYTES + excess))
    put(transfer, 1, b"x")
    for quantity in (0, 2, 10**6):
        with pytest.raises(Fault, match="не получена"):
            join(transfer, quantity)
    for number in range(1, 10):
        put(transfer, number, b"x" * MOST_PART_BYTES)
    with pytest.raises(Fault, match="16 МБ"):
        join(transfer, 9)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_missing_part_is_refused(world: World, base: OneC, number: int) -> None:
    file_id = base.service.UploadData(onec.PLAN, base.code, None, None, None, False)["FileID"]
    sending = base.service.PrepareGetFile(file_id, 0)
    assert sending["PartQuantity"] == 1
    with pytest.raises(Fault, match="Часть файла"):
        base.service.GetFilePart(sending["TransferId"], number)
    base.service.ReleaseFile(sending["TransferId"])
    with pytest.raises(Fault, match="не найден"):
        base.service.GetFilePart(sending["TransferId"], 1)


def test_exchange_without_parts_is_refused(world: World, base: OneC) -> None:
    with pytest.raises(Fault, match="частями"):
        base.service.Upload(onec.PLAN, base.code)
    with pytest.raises(Fault, match="план"):
        base.service.TestConnection("Другой", base.code)


def test_revoked_password_ends_the_exchange(world: World, base: OneC) -> None:
    world.ok("DELETE /integration-1c/credentials")
    with pytest.raises(TransportError) as refused:
        base.service.Ping()
    assert refused.value.status_code == 401


ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body>'
    "</s:Envelope>"
)
NAMESPACE = "http://www.1c.ru/SSL/Exchange_3_0_1_1"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"<a/>",
        EXTERNAL,
        BOMB,
        b"\xff\xfe<",
        ENVELOPE.format("").encode(),
        ENVELOPE.format("<Ping/>").encode(),
        ENVELOPE.format(f'<Drop xmlns="{NAMESPACE}"/>').encode(),
        ENVELOPE.format(f'<Ping xmlns="{NAMESPACE}"/><Ping xmlns="{NAMESPACE}"/>').encode(),
        ENVELOPE.format(f'<TestConnection xmlns="{NAMESPACE}"/>').encode(),
        ENVELOPE.format(
            f'<GetFilePart xmlns="{NAMESPACE}"><TransferId>../x</TransferId>'
            "<PartNumber>1</PartNumber></GetFilePart>"
        ).encode(),
        ENVELOPE.format(
            f'<GetFilePart xmlns="{NAMESPACE}"><TransferId>{onec.CODE}</TransferId>'
            "<PartNumber>one</PartNumber></GetFilePart>"
        ).encode(),
        ENVELOPE.format(
            f'<PutFilePart xmlns="{NAMESPACE}"><TransferId>{onec.CODE}</TransferId>'
            "<PartNumber>1</PartNumber><PartData>!</PartData></PutFilePart>"
        ).encode(),
    ],
)
def test_invalid_call_is_answered_with_a_fault(world: World, content: bytes) -> None:
    made = world.ok("POST /integration-1c/credentials")
    authorization = onec.basic(made["login"], made["password"])
    answer = onec.call(world, "/ws/Exchange_3_0_1_1", content, authorization)
    assert answer.status == 500
    assert b"<s:Fault><faultcode>s:Client</faultcode>" in answer.body


def test_soap_12_is_answered_with_soap_12(world: World) -> None:
    made = world.ok("POST /integration-1c/credentials")
    envelope = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        f'<Ping xmlns="{NAMESPACE}"/></s:Body></s:Envelope>'
    )
    answer = onec.call(
        world,
        "/ws/Exchange_3_0_1_1",
        envelope.encode(),
        onec.basic(made["login"], made["password"]),
        **{"Content-Type": "application/soap+xml; charset=utf-8"},
    )
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/soap+xml")
    assert re.search(rb"<s:Envelope[^>]*2003/05/soap-envelope", answer.body)


# --- nomenclature

ITEM = (
    "<Справочник.Номенклатура><КлючевыеСвойства><Ссылка>{id}</Ссылка>"
    "<НаименованиеПолное>{name}</НаименованиеПолное><Наименование>{name}</Наименование>"
    "</КлючевыеСвойства><ЕдиницаИзмерения><ДанныеКлассификатора><Код>166</Код>"
    "<Наименование>кг</Наименование></ДанныеКлассификатора></ЕдиницаИзмерения>"
    "</Справочник.Номенклатура>"
)
THEIRS, OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def cottage_cheese(identifier: str, name: str = "Творог &lt;5%&gt; &amp; «Ко»") -> str:
    return ITEM.format(id=identifier, name=name)


def test_identifier_and_name_of_1c_are_stored_and_sent(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    ours = base.synchronise(cottage_cheese(THEIRS))
    (item,) = world.get("/integration-1c/nomenclature")["items"]
    assert item["item_id"].encode() in ours
    assert (item["onec_id"], item["candidates"]) == (THEIRS, [])
    onec.feed(world, *onec.shift(60, first=710))
    later = base.synchronise()
    assert THEIRS.encode() in later
    assert item["item_id"].encode() not in later


def test_conflict_is_listed_and_can_be_settled(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    base.synchronise(cottage_cheese(THEIRS) + cottage_cheese(OTHER))
    (item,) = world.get("/integration-1c/nomenclature")["items"]
    assert {candidate["id"] for candidate in item["candidates"]} == {THEIRS, OTHER}
    assert item["onec_id"] is None

    path = f"/integration-1c/nomenclature/{item['item_id']}"
    stranger = "33333333-3333-4333-8333-333333333333"
    assert world.call(f"PUT {path}", {"onec_id": stranger}).problem == "choice-unknown"
    refused = world.call(f"PUT {path}", {"onec_id": OTHER}, who="other_client")
    assert refused.problem == "item-unknown"
    settled = world.ok(f"PUT {path}", {"onec_id": OTHER})
    assert (settled["onec_id"], settled["settled"]) == (OTHER, True)
    assert world.get("/integration-1c/nomenclature")["items"] == [settled]

    base.send(cottage_cheese(THEIRS))
    assert world.get("/integration-1c/nomenclature")["items"] == [settled], "a choice stands"


def test_conflict_can_be_settled_with_none_of_the_candidates(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    base.synchronise(cottage_cheese(THEIRS) + cottage_cheese(OTHER))
    (item,) = world.get("/integration-1c/nomenclature")["items"]
    path = f"PUT /integration-1c/nomenclature/{item['item_id']}"
    settled = world.ok(path, {"onec_id": None})
    assert (settled["onec_id"], settled["settled"]) == (None, True)
    again = world.ok(path, {"onec_id": THEIRS})
    assert (again["onec_id"], again["candidates"]) == (THEIRS, item["candidates"])


def test_message_for_data_matching_is_accepted_with_any_number(world: World, base: OneC) -> None:
    onec.feed(world, *onec.shift(59))
    base.fetch()
    file_id = base.put_file(onec.zipped(base.message(cottage_cheese(THEIRS))))
    base.service.PutMessageForDataMatching(onec.PLAN, base.code, file_id)
    (item,) = world.get("/integration-1c/nomenclature")["items"]
    assert item["onec_id"] == THEIRS
