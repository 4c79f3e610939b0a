"""The catalogue of a client's items: look up items of receipts, learn items of 1C."""

from collections.abc import Iterable, Mapping

from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime.commit import put_all, transact
from chalicelib.runtime.table import every, fetch_all
from chalicelib.services.integration_1c.enterprise_data import item_matching
from chalicelib.services.integration_1c.enterprise_data.item_matching import ItemMatch, OnecItem
from chalicelib.services.integration_1c.nomenclature import store
from chalicelib.services.integration_1c.nomenclature.model import CatalogueItem

MOST_ITEMS = 50_000
"""Maximum number of a client's items that are compared with items of 1C."""
_BATCH = 100
"""Maximum number of items in one read or write."""


class ItemMatches:
    """The matches of items in a client's receipts. Each item is read once.

    Args:
        client_id: the client.
        inn: ИНН of the client's organisation.
        store_new: whether to add items to the catalogue that are not there.
    """

    def __init__(self, client_id: str, inn: str, *, store_new: bool) -> None:
        self._store_new = store_new
        self._client_id = client_id
        self._inn = inn
        self._matches: dict[str, ItemMatch] = {}

    def of(self, documents: Iterable[StoredDocument]) -> Mapping[str, ItemMatch]:
        """Return the matches by key for the items of these receipts and of all earlier calls."""
        missing: dict[str, ItemMatch] = {}
        for document in documents:
            for sold in document.content.get("items") or ():
                key = item_matching.key_of(sold)
                if key not in self._matches and key not in missing:
                    missing[key] = item_matching.match_of(self._inn, sold)
        new = list(missing.values())
        for start in range(0, len(new), _BATCH):
            self._look_up(new[start : start + _BATCH])
        return self._matches

    def _look_up(self, batch: list[ItemMatch]) -> None:
        gets = [store.item(self._client_id, str(match.item_id)) for match in batch]
        stored = fetch_all(gets)
        if self._store_new:
            put_all(
                [
                    store.put_new(self._client_id, match)
                    for match, current in zip(batch, stored, strict=True)
                    if current is None
                ]
            )
        for match, current in zip(batch, stored, strict=True):
            self._matches[match.key] = current.match if current else match


def learn(client_id: str, sent: Iterable[OnecItem]) -> int:
    """Store identifiers and names of 1C for the items that match.

    The same items sent again change nothing.

    Returns:
        How many items of the catalogue changed.

    Raises:
        ItemChanged: a user chose a match at the same time; earlier batches stay stored.
    """
    items = every(store.items(client_id), most=MOST_ITEMS)
    by_key = {item.match.key: item for item in items}
    reconciliation = item_matching.reconcile(
        {key: item.match for key, item in by_key.items()}, sent
    )
    changed = {
        # A choice can be made again, so the candidates of a chosen match stay.
        key: CatalogueItem(match=match, candidates=by_key[key].candidates if match.settled else ())
        for key, match in reconciliation.changed.items()
    }
    for key, candidates in reconciliation.conflicts.items():
        changed[key] = CatalogueItem(match=by_key[key].match, candidates=candidates)
    writes = [
        store.put(client_id, item, by_key[key])
        for key, item in changed.items()
        if item != by_key[key]
    ]
    for start in range(0, len(writes), _BATCH):
        transact(writes[start : start + _BATCH])
    return len(writes)


def choose(item: CatalogueItem, choice: OnecItem | None) -> CatalogueItem:
    """Return the item with the match that a user chose; None stands for no item of 1C."""
    return CatalogueItem(match=item_matching.settle(item.match, choice), candidates=item.candidates)
