"""Recognition of items in receipts, and matching with ``Номенклатура`` of 1C."""

import functools
import re
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime.model import Model, example
from chalicelib.services.integration_1c.enterprise_data.gtin import gtin, gtin_of
from chalicelib.services.integration_1c.enterprise_data.reference import reference
from chalicelib.services.integration_1c.enterprise_data.units import PIECE, unit_of

LONGEST_NAME = 1024
NAMELESS = "Товар без наименования"
_SERVICES = (3, 4)
"""Values of tag 1212 for work and services."""
_QUOTES = str.maketrans(dict.fromkeys("«»„“”‟″'’‘`", '"') | {"ё": "е"})
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not permit."""


class ItemMatch(Model):
    """An item of receipts and, once known, the matching item of 1C."""

    key: str
    """What identifies the item in receipts: see ``key_of``."""
    item_id: uuid.UUID
    """Identifier given by this application: UUIDv5 of the owner's ИНН and the key."""
    name: str
    """The name in the first receipt with this item."""
    unit: str
    """ОКЕИ code of the unit, such as ``796`` for pieces."""
    is_service: bool = False
    onec_id: uuid.UUID | None = None
    onec_name: str | None = None
    settled: bool = False
    """Whether a user chose the match. Messages of 1C do not change such a match."""

    @property
    def reference(self) -> uuid.UUID:
        """The ``Ссылка`` to send: the identifier of 1C, if known."""
        return self.onec_id or self.item_id

    @property
    def shown_name(self) -> str:
        """The name of the matching item of 1C, if known, else the name in receipts."""
        return self.onec_name or self.name


class OnecItem(Model):
    """An item of 1C (``Номенклатура``) with its barcodes."""

    model_config = example(
        name="Чай чёрный", full_name="Чай чёрный байховый", unit="796", barcodes=["4601234567893"]
    )

    id: uuid.UUID
    name: str
    full_name: str | None = None
    unit: str | None = None
    """ОКЕИ code of the unit."""
    barcodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The effect of items that 1C sent on known matches."""

    changed: Mapping[str, ItemMatch]
    """New matches by key, to replace the known ones."""
    conflicts: Mapping[str, tuple[OnecItem, ...]]
    """Several items of 1C by key of the item they match. A user has to choose one of them."""


def text(value: Any) -> str:
    """Return a text of a receipt in one line, without characters that XML does not permit."""
    if not isinstance(value, str):
        return ""
    return " ".join(_UNWRITABLE.sub("", value).split())[:LONGEST_NAME]


def key_of(item: Mapping[str, Any]) -> str:
    """Return what identifies an item of a receipt, given in the JSON of the tax service.

    The key is ``gtin:`` and 14 digits if the item has a barcode or a marking code with a GTIN,
    else ``name:``, the ОКЕИ code of the unit, ``:`` and the normalised name.
    """
    code = gtin_of(item)
    return f"gtin:{code}" if code else _by_name(text(item.get("name")), unit_of(item))


@functools.lru_cache(maxsize=10_000)
def _by_name(name: str, unit: str) -> str:
    """Return the key of a name, in which case, spaces, quotes and ё are normalised."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_QUOTES)
    return f"name:{unit}:{' '.join(folded.split())}"


def item_id(inn: str, key: str) -> uuid.UUID:
    """Return the identifier of an item of the organisation with this ИНН."""
    return reference("Номенклатура", inn, key)


def match_of(inn: str, item: Mapping[str, Any]) -> ItemMatch:
    """Return the match of a new item of a receipt, without an item of 1C."""
    key = key_of(item)
    return ItemMatch(
        key=key,
        item_id=item_id(inn, key),
        name=text(item.get("name")) or NAMELESS,
        unit=unit_of(item),
        is_service=item.get("productType") in _SERVICES,
    )


def reconcile(known: Mapping[str, ItemMatch], sent: Iterable[OnecItem]) -> Reconciliation:
    """Match items of 1C with known items by identifier, else barcode, else name and unit.

    A match that a user chose changes only in its name. Otherwise a single matching item of 1C
    becomes the match, and several are a conflict. The item matched before is one of them.

    Args:
        known: the known matches by key.
        sent: the items that 1C sent.
    """
    index = _Index(known)
    candidates: dict[str, dict[uuid.UUID, OnecItem]] = defaultdict(dict)
    for item in sent:
        for key in index.keys_of(item):
            candidates[key][item.id] = item
    changed: dict[str, ItemMatch] = {}
    conflicts: dict[str, tuple[OnecItem, ...]] = {}
    for key, matching in candidates.items():
        match = known[key]
        if match.onec_id and match.onec_id not in matching and not match.settled:
            matching[match.onec_id] = OnecItem(id=match.onec_id, name=match.shown_name)
        if match.settled:
            chosen = matching.get(match.reference)
        elif len(matching) > 1:
            conflicts[key], chosen = tuple(matching.values()), None
        else:
            (chosen,) = matching.values()
        if chosen and (match.onec_id, match.onec_name) != (chosen.id, chosen.name):
            changed[key] = match.model_copy(update={"onec_id": chosen.id, "onec_name": chosen.name})
    return Reconciliation(changed, conflicts)


class _Index:
    """Known items by identifier, barcode and name."""

    def __init__(self, known: Mapping[str, ItemMatch]) -> None:
        self._by_id: dict[uuid.UUID, list[str]] = defaultdict(list)
        self._by_key: dict[str, list[str]] = defaultdict(list)
        for key, match in known.items():
            for identifier in {match.item_id, match.reference}:
                self._by_id[identifier].append(key)
            for shared_key in {key, _by_name(match.name, match.unit)}:
                self._by_key[shared_key].append(key)

    def keys_of(self, item: OnecItem) -> list[str]:
        """Return the keys of the known items that match an item of 1C."""
        if same := self._by_id.get(item.id):
            return same
        barcodes = [f"gtin:{code}" for code in map(gtin, item.barcodes) if code]
        if same := [key for code in barcodes for key in self._by_key.get(code, ())]:
            return same
        names = {item.name, item.full_name or item.name}
        name_keys = {_by_name(text(name), item.unit or PIECE) for name in names}
        return [key for name_key in sorted(name_keys) for key in self._by_key.get(name_key, ())]


def settle(match: ItemMatch, chosen: OnecItem | None) -> ItemMatch:
    """Return the match with the item of 1C that a user chose; None stands for no item."""
    return match.model_copy(
        update={
            "onec_id": chosen.id if chosen else None,
            "onec_name": chosen.name if chosen else None,
            "settled": True,
        }
    )
