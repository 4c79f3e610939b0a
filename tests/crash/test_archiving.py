"""Archiving interrupted at every call to the cloud loses no document and doubles none."""

import datetime as dt
from typing import Any

import pytest

from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.archive import consumer, store
from chalicelib.core.fiscal.documents import find_document, list_documents
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import FISCAL, FISCAL_DOCUMENTS
from chalicelib.runtime.table import every
from tests.support import receipts, steps
from tests.support.crash import How, Scenario, Side, survive
from tests.support.world import World, Worlds

NUMBERS = [*range(1, 6)]


def arrange(world: World) -> list[StoredDocument]:
    steps.know_register(world)
    for number in NUMBERS:
        document = receipts.document(
            fiscalDocumentNumber=number,
            fiscalSign=number,
            dateTime=f"2026-07-15T10:0{number}:00",
            kktRegId=steps.REGISTER["register_id"],
        )
        world.send(FISCAL_DOCUMENTS, document)
    world.drain()
    return listed()


def listed() -> list[StoredDocument]:
    since = dt.date(2026, 7, 1)
    return list_documents(receipts.DRIVE, 1, 99, since=since, most=99)


def check(world: World, before: list[StoredDocument], _: Any) -> None:
    assert [document.number for document in before] == NUMBERS
    assert listed() == before
    assert [find_document(receipts.DRIVE, number) for number in NUMBERS] == before
    assert every(fiscal.receipts(receipts.DRIVE), most=99) == []
    archives = every(store.archives(receipts.DRIVE), most=99)
    assert sum(archive.documents for archive in archives) == len(NUMBERS), "each in one archive"
    assert not [item for item in world.items(FISCAL) if "drive-months" in item["client_id"]]


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("how", ["death", "silence"])
def test_no_document_is_lost_wherever_archiving_is_interrupted(
    side: Side, how: How, worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "MOST_ARCHIVED", 3)
    monkeypatch.setattr(consumer, "SHARDS", 2)
    monkeypatch.setattr(store, "SHARDS", 2)
    scenario = Scenario(arrange, lambda world, _: world.run("request_archives"), check)
    assert survive(worlds, scenario, side, how) > 20
