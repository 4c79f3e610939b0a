"""Documents older than a quarter move to archives and are read as before."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.fiscal import register_documents
from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.archive import consumer, files, store
from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.archive.store import FISCAL_ARCHIVING
from chalicelib.core.fiscal.document import MOST_DOCUMENTS
from chalicelib.core.fiscal.documents import find_document, list_documents
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import FISCAL, FISCAL_DOCUMENTS
from chalicelib.runtime import object_store
from chalicelib.runtime.commit import write_alone
from chalicelib.runtime.table import every, fetch
from tests.core.fiscal.conftest import Make
from tests.support import cloud, steps
from tests.support.world import World

DRIVE, REGISTER = steps.REGISTER["fiscal_drive_number"], steps.REGISTER["register_id"]
JULY, AUGUST = dt.date(2026, 7, 15), dt.date(2026, 8, 15)


def feed(world: World, *contents: Any) -> None:
    for content in contents:
        world.send(FISCAL_DOCUMENTS, content)
    world.drain()


def july(receipt: Make, number: int, **changes: Any) -> dict[str, Any]:
    return receipt(number, **({"dateTime": f"2026-07-15T10:{number % 60:02}:00"} | changes))


def archive(world: World) -> None:
    world.run("request_archives")
    world.drain()


def rows(drive: str = DRIVE) -> list[int]:
    return [document.number for document in every(fiscal.receipts(drive), most=1000)]


def listed(drive: str = DRIVE) -> list[StoredDocument]:
    return list_documents(drive, 1, MOST_DOCUMENTS, since=JULY, most=1000)


def archives(drive: str = DRIVE) -> list[tuple[int, int, int]]:
    return [
        (entry.first, entry.last, entry.documents)
        for entry in every(store.archives(drive), most=100)
    ]


def months(world: World) -> list[str]:
    return [item["sk"] for item in world.items(FISCAL) if "drive-months" in item["client_id"]]


@pytest.fixture(autouse=True)
def known_register(world: World) -> None:
    steps.know_register(world)


def test_documents_of_a_due_month_move(world: World, receipt: Make) -> None:
    feed(world, *(july(receipt, n) for n in range(1, 101)))
    feed(world, receipt(101, dateTime="2026-08-01T00:10:00"), receipt(102))
    before = listed()
    archive(world)
    assert rows() == [101, 102]
    assert archives() == [(1, 100, 100)]
    assert listed() == before
    assert find_document(DRIVE, 70) == before[69]
    assert find_document(DRIVE, 999) is None
    assert list_documents(DRIVE, 60, 70, since=JULY, most=5) == before[59:64]
    assert months(world) == [f"2026-08#{DRIVE}", f"2026-11#{DRIVE}"]
    assert world.dead == []


def test_turnover_stays(world: World, receipt: Make) -> None:
    feed(world, *(july(receipt, n) for n in range(1, 4)))
    before = register_documents.read_turnover("client-1", REGISTER, JULY, JULY)
    archive(world)
    assert register_documents.read_turnover("client-1", REGISTER, JULY, JULY) == before


def test_the_month_follows_when_its_time_has_come(world: World, receipt: Make) -> None:
    feed(world, receipt(1, dateTime="2026-08-15T10:00:00"))
    archive(world)
    assert rows() == [1]
    world.advance(days=7)
    archive(world)
    assert rows() == []
    assert archives() == [(1, 1, 1)]


def test_documents_outside_shifts_move_too(world: World, receipt: Make) -> None:
    registration = july(receipt, 1, code=1, shiftNumber=None, operationType=None)
    feed(world, registration)
    archive(world)
    assert rows() == []
    assert [document.kind for document in listed()] == [1]


def test_an_archived_receipt_has_its_page(world: World, receipt: Make) -> None:
    feed(world, july(receipt, 5, retailPlace="Магазин «На углу»"))
    page = f"/r/{DRIVE}/5/1000005"
    before = world.call(f"GET {page}", who="nobody")
    assert before.status == 200
    archive(world)
    assert rows() == []
    after = world.call(f"GET {page}", who="nobody")
    assert (after.status, after.body) == (200, before.body)
    assert world.call(f"GET /r/{DRIVE}/5/1000006", who="nobody").status == 404
    assert world.call(f"GET /r/{DRIVE}/6/1000006", who="nobody").status == 404


def test_one_receipt_is_read_by_a_part_of_its_file(world: World, receipt: Make) -> None:
    feed(world, *(july(receipt, n) for n in range(1, 201)))
    archive(world)
    (entry,) = every(store.archives(DRIVE), most=10)
    parts: list[int] = []
    get = object_store.get

    def counted(*where: Any, **part: Any) -> bytes | None:
        content = get(*where, **part)
        parts.append(len(content or b""))
        return content

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(object_store, "get", counted)
        document = find_document(DRIVE, 130)
    assert document is not None
    assert document.number == 130
    assert len(parts) == 1
    assert parts[0] < entry.size / 2


def test_a_late_document_is_archived_too(world: World, receipt: Make) -> None:
    feed(world, *(july(receipt, n) for n in (1, 2, 4)))
    archive(world)
    feed(world, july(receipt, 3))
    assert rows() == [3]
    assert [document.number for document in listed()] == [1, 2, 3, 4]
    archive(world)
    assert rows() == []
    assert archives() == [(1, 4, 3), (3, 3, 1)]
    assert [document.number for document in listed()] == [1, 2, 3, 4]
    assert months(world) == []


def test_a_repeat_of_an_archived_document_changes_nothing(world: World, receipt: Make) -> None:
    contents = [july(receipt, n, buyerPhoneOrAddress="a@example.ru") for n in (1, 2)]
    feed(world, *contents)
    archive(world)
    before = cloud.keep()
    feed(world, *contents)
    after = cloud.keep()
    assert rows() == []
    assert after.messages == before.messages, "the buyers are not written to again"
    assert after.tables["test-fiscal-table"].items == before.tables["test-fiscal-table"].items


def test_another_document_under_an_archived_number_is_refused(world: World, receipt: Make) -> None:
    feed(world, july(receipt, 1))
    archive(world)
    feed(world, july(receipt, 1, fiscalSign=5))
    assert [queue for queue, _ in world.dead] == ["FiscalDocuments"]
    assert rows() == []


def test_a_month_of_many_documents_takes_several_messages(
    world: World, receipt: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "MOST_ARCHIVED", 10)
    monkeypatch.setattr(consumer, "_PAGE", 4)
    feed(world, *(july(receipt, n) for n in range(1, 26)))
    archive(world)
    assert rows() == []
    assert archives() == [(1, 10, 10), (11, 20, 10), (21, 25, 5)]
    assert months(world) == []
    assert [document.number for document in listed()] == [*range(1, 26)]


def test_documents_before_a_wrong_clock_move(
    world: World, receipt: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_PAGE", 3)
    feed(
        world,
        receipt(1, dateTime="2031-01-01T10:00:00"),
        july(receipt, 2),
        receipt(3, dateTime="2017-01-01T10:00:00"),
        july(receipt, 4),
    )
    archive(world)
    assert rows() == [1]
    assert [document.number for document in listed()] == [1, 2, 3, 4]


def test_nothing_is_deleted_that_cannot_be_read_back(
    world: World, receipt: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(world, july(receipt, 1), july(receipt, 2))
    monkeypatch.setattr(files.object_store, "get", lambda *_, **__: b"FDA1FDA1")
    archive(world)
    assert rows() == [1, 2]
    assert [queue for queue, _ in world.dead] == ["FiscalArchiving"]
    assert archives() == []


@pytest.mark.parametrize("month", ["2026-08", "2026-11", "9999-12"])
def test_a_request_for_a_month_that_is_not_due_does_nothing(
    month: str, world: World, receipt: Make
) -> None:
    feed(world, receipt(1, dateTime="2026-08-15T10:00:00"), receipt(2))
    world.send(FISCAL_ARCHIVING, {"fiscal_drive": DRIVE, "month": month})
    world.drain()
    assert rows() == [1, 2]


def test_a_document_that_arrives_meanwhile_keeps_its_month(world: World, receipt: Make) -> None:
    feed(world, july(receipt, 1))
    month = fetch(store.drive_month(DRIVE, "2026-07"))
    assert month is not None
    feed(world, july(receipt, 2))
    with pytest.raises(store.Changed):
        write_alone(store.delete_drive_month(month))
    assert months(world) == [f"2026-07#{DRIVE}"]


def test_a_row_that_was_replaced_is_not_deleted(world: World, receipt: Make) -> None:
    feed(world, july(receipt, 1))
    document = fetch(fiscal.receipt(DRIVE, 1))
    assert document is not None
    with pytest.raises(store.Changed):
        write_alone(store.delete_document(document.model_copy(update={"packed": b"other"})))
    assert rows() == [1]


def drives(count: int) -> list[str]:
    return [f"99604403{n:08}" for n in range(count)]


def test_requests_go_on_where_the_previous_run_stopped(
    world: World, receipt: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "MOST_REQUESTED", 1)
    monkeypatch.setattr(consumer, "SHARDS", 2)
    monkeypatch.setattr(store, "SHARDS", 2)
    monkeypatch.setattr(World, "held", frozenset({"FiscalArchiving", "Deliveries"}))
    some = drives(9)
    feed(world, *(july(receipt, 1, fiscalDriveNumber=drive) for drive in some))

    def requested() -> list[str]:
        bodies = [
            body for name, body, *_ in cloud.keep().messages if name == "FiscalArchivingQueue"
        ]
        return [json.loads(body)["fiscal_drive"] for body in bodies]

    previous = -1
    while len(requested()) > previous:
        previous = len(requested())
        if set(requested()) == set(some):
            break
        archive(world)
    assert set(requested()) == set(some)
    assert max(map(requested().count, some)) <= 6, "no drive before the others"


def archive_watched(world: World, expected: list[int]) -> None:
    """Archive, and have everybody's reads find each document once around each call of the cloud."""
    checked = 0

    def check() -> None:
        assert [document.number for document in listed()] == expected
        assert [number for number in expected if find_document(DRIVE, number)] == expected

    def around(perform: Callable[[], Any]) -> Any:
        nonlocal checked
        function, world._function, world.around = world._function, None, lambda call: call()
        try:
            check()
            result = perform()
            check()
        finally:
            world._function, world.around = function, around
        checked += 1
        return result

    world.around = around
    archive(world)
    world.around = lambda perform: perform()
    assert checked > 5


def test_each_call_of_archiving_leaves_every_document_to_readers(
    world: World, receipt: Make
) -> None:
    feed(world, *(july(receipt, n) for n in (1, 2, 3, 5)), receipt(6))
    archive_watched(world, [1, 2, 3, 5, 6])
    feed(world, july(receipt, 4))
    archive_watched(world, [1, 2, 3, 4, 5, 6])
    assert rows() == [6]


def test_files_are_under_their_drive(world: World, receipt: Make) -> None:
    feed(world, july(receipt, 1))
    archive(world)
    (key,) = (key for name, key, _ in cloud.keep().files if name == FISCAL_ARCHIVE.physical_name)
    (entry,) = every(store.archives(DRIVE), most=10)
    assert key == entry.key
    assert key == f"{DRIVE}/2026-07-{entry.digest}"
    content = object_store.get(FISCAL_ARCHIVE, key)
    assert content is not None
    assert len(content) == entry.size
