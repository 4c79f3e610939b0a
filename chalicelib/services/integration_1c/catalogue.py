"""Nomenclature: the items that receipts sold, each with what 1С calls it.

In the client's partition, ``item#<id>``: its match, and the items of 1С that it might be as long
as nobody has chosen.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime.commit import put_all, transact
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.table import Get, Item, Query, Write, every, fetch_all, to_item
from chalicelib.services.integration_1c.message import nomenclature
from chalicelib.services.integration_1c.message.nomenclature import Match, SentItem
from chalicelib.services.integration_1c.rules import ItemChanged
from chalicelib.services.integration_1c.store import INTEGRATION_1C

MOST_ITEMS = 50_000
"""Items of one client that 1С's are compared with."""
_AT_ONCE = 100
"""Items of one read or one write."""


class CatalogueItem(Model):
    """An item of nomenclature: its match, and the conflict that waits for a person, if any."""

    match: Match
    candidates: tuple[SentItem, ...] = ()
    """Items of 1С that it may be, one of which is to be chosen, or was."""


class NomenclatureItem(Model):
    """An item of nomenclature as the cabinet shows it."""

    model_config = example(
        name="Чай чёрный",
        unit="796",
        recognised_by="name",
        onec_id=None,
        onec_name=None,
        settled=False,
    )

    item_id: uuid.UUID
    name: str
    unit: str
    """Code by ОКЕИ."""
    recognised_by: str
    """``gtin`` or ``name``."""
    onec_id: uuid.UUID | None
    onec_name: str | None
    settled: bool
    """Whether a person chose the match."""
    candidates: tuple[SentItem, ...]
    """What 1С has that it may be: choose one, or another one later."""

    @classmethod
    def of(cls, item: CatalogueItem) -> "NomenclatureItem":
        """Return an item as it is shown."""
        match = item.match
        return cls(
            **match.model_dump(include={"item_id", "name", "unit", "onec_id", "onec_name"}),
            recognised_by=match.key.partition(":")[0],
            settled=match.settled,
            candidates=item.candidates,
        )


class Choice(Payload):
    """Which item of 1С an item of receipts is; null for none of them, so that it stays ours."""

    model_config = example(onec_id="11111111-1111-4111-8111-111111111111")

    onec_id: uuid.UUID | None


def item(client_id: str, item_id: str) -> Get[CatalogueItem]:
    """One item."""
    return INTEGRATION_1C.get(client_id, f"item#{item_id}", _read)


def items(client_id: str) -> Query[CatalogueItem]:
    """All items of a client."""
    return INTEGRATION_1C.list(client_id, "item#", _read)


def put(client_id: str, changed: CatalogueItem, seen: CatalogueItem) -> Write:
    """Keep an item that was ``seen`` otherwise."""
    before = to_item(seen.match).get("onec_id")
    same = Attr("onec_id").eq(before) if before else Attr("onec_id").not_exists()
    same &= Attr("settled").eq(seen.match.settled)
    return INTEGRATION_1C.put(_item(client_id, changed), when=same, otherwise=ItemChanged())


class Seen:
    """The items of one client's receipts, each read once."""

    def __init__(self, client_id: str, inn: str, *, keep: bool) -> None:
        self._keep = keep
        self._client_id = client_id
        self._inn = inn
        self._known: dict[str, Match] = {}

    def of(self, documents: Iterable[StoredDocument]) -> Mapping[str, Match]:
        """Return the items of these receipts, and of those before; new ones may be kept."""
        wanted: dict[str, Match] = {}
        for document in documents:
            for said in document.content.get("items") or ():
                key = nomenclature.key_of(said)
                if key not in self._known and key not in wanted:
                    wanted[key] = nomenclature.match_of(self._inn, said)
        fresh = list(wanted.values())
        for start in range(0, len(fresh), _AT_ONCE):
            some = fresh[start : start + _AT_ONCE]
            found = fetch_all([item(self._client_id, str(one.item_id)) for one in some])
            # Two that meet here put the same; 1С's word comes only after an item was sent to it.
            put_all(
                [
                    INTEGRATION_1C.put(_item(self._client_id, CatalogueItem(match=one)))
                    for one, known in zip(some, found, strict=True)
                    if known is None and self._keep
                ]
            )
            for one, known in zip(some, found, strict=True):
                self._known[one.key] = known.match if known else one
        return self._known


def learn(client_id: str, sent: Iterable[SentItem]) -> int:
    """Take 1С's identifiers and names for the items recognised; return how many changed.

    Taken again, the same items change nothing.

    Raises:
        ItemChanged: a person settled one meanwhile; what was learned before it stays.
    """
    kept = every(items(client_id), most=MOST_ITEMS)
    by_key = {one.match.key: one for one in kept}
    found = nomenclature.reconcile({key: one.match for key, one in by_key.items()}, sent)
    changed = {
        # A choice may be made again, so what it was made of stays.
        key: CatalogueItem(match=match, candidates=by_key[key].candidates if match.settled else ())
        for key, match in found.changed.items()
    }
    for key, candidates in found.conflicts.items():
        changed[key] = CatalogueItem(match=by_key[key].match, candidates=candidates)
    writes = [
        put(client_id, one, by_key[key]) for key, one in changed.items() if one != by_key[key]
    ]
    for start in range(0, len(writes), _AT_ONCE):
        transact(writes[start : start + _AT_ONCE])
    return len(writes)


def _item(client_id: str, said: CatalogueItem) -> Item:
    kept = to_item(said.match) | {
        "client_id": client_id,
        "sk": f"item#{said.match.item_id}",
    }
    if said.candidates:
        kept["candidates"] = [to_item(one) for one in said.candidates]
    return kept


def _read(kept: dict[str, Any]) -> CatalogueItem:
    return CatalogueItem(match=Match.model_validate(kept), candidates=kept.get("candidates", ()))
