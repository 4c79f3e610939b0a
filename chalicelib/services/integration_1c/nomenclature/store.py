"""Items of nomenclature in the table: ``item#<item_id>`` in the client's partition."""

from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime.table import Get, Item, Query, Write, to_item
from chalicelib.services.integration_1c.enterprise_data.item_matching import ItemMatch
from chalicelib.services.integration_1c.nomenclature.model import CatalogueItem
from chalicelib.services.integration_1c.resources import INTEGRATION_1C
from chalicelib.services.integration_1c.rules import ItemChanged


def item(client_id: str, item_id: str) -> Get[CatalogueItem]:
    """Describe the read of an item."""
    return INTEGRATION_1C.get(client_id, f"item#{item_id}", _from_item)


def items(client_id: str) -> Query[CatalogueItem]:
    """Describe the list of all items of a client."""
    return INTEGRATION_1C.list(client_id, "item#", _from_item)


def put_new(client_id: str, match: ItemMatch) -> Write:
    """Describe the write of an item that was not stored when it was read.

    The write has no condition: two readers of the same receipts write the same item, and 1C sends
    a match only for items that it has received.
    """
    return INTEGRATION_1C.put(_to_item(client_id, CatalogueItem(match=match)))


def put(client_id: str, changed: CatalogueItem, current: CatalogueItem) -> Write:
    """Describe the write of a changed item.

    Raises:
        ItemChanged: on commit, the match differs from that of ``current``.
    """
    onec_id = to_item(current.match).get("onec_id")
    unchanged = Attr("onec_id").eq(onec_id) if onec_id else Attr("onec_id").not_exists()
    unchanged &= Attr("settled").eq(current.match.settled)
    return INTEGRATION_1C.put(_to_item(client_id, changed), when=unchanged, otherwise=ItemChanged())


def _to_item(client_id: str, catalogue_item: CatalogueItem) -> Item:
    match = catalogue_item.match
    stored = to_item(match) | {"client_id": client_id, "sk": f"item#{match.item_id}"}
    if catalogue_item.candidates:
        stored["candidates"] = [to_item(candidate) for candidate in catalogue_item.candidates]
    return stored


def _from_item(stored: dict[str, Any]) -> CatalogueItem:
    return CatalogueItem(
        match=ItemMatch.model_validate(stored), candidates=stored.get("candidates", ())
    )
