"""Recognising the items of receipts, and 1С's ``Номенклатура`` as one of them."""

import functools
import re
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime.model import Model, example
from chalicelib.services.integration_1c.message.gtin import gtin, gtin_of
from chalicelib.services.integration_1c.message.reference import reference
from chalicelib.services.integration_1c.message.unit import PIECE, unit_of

LONGEST_NAME = 1024
NAMELESS = "Товар без наименования"
_SERVICES = (3, 4)
"""Tag 1212: work and services."""
_QUOTES = str.maketrans(dict.fromkeys("«»„“”‟″'’‘`", '"') | {"ё": "е"})
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold."""


class Match(Model):
    """An item of receipts, and what 1С calls it once it is known."""

    key: str
    """What it is recognised by: see :func:`key_of`."""
    item_id: uuid.UUID
    """Ours: UUIDv5 of the owner's ИНН and the key, so always the same."""
    name: str
    """As the receipt that it was first seen in says."""
    unit: str
    """Code of its unit by ОКЕИ, such as ``796`` for pieces."""
    is_service: bool = False
    onec_id: uuid.UUID | None = None
    onec_name: str | None = None
    settled: bool = False
    """Whether a person chose the match: then it stands, whatever 1С sends."""

    @property
    def reference(self) -> uuid.UUID:
        """``Ссылка`` to send: 1С's own identifier once it is known."""
        return self.onec_id or self.item_id

    @property
    def shown_name(self) -> str:
        """1С's name once it is known."""
        return self.onec_name or self.name


class SentItem(Model):
    """A ``Справочник.Номенклатура`` that 1С sent, with its barcodes."""

    model_config = example(
        name="Чай чёрный", full_name="Чай чёрный байховый", unit="796", barcodes=["4601234567893"]
    )

    id: uuid.UUID
    name: str
    full_name: str | None = None
    unit: str | None = None
    """Code by ОКЕИ."""
    barcodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What 1С's items change."""

    changed: Mapping[str, Match]
    """Matches to keep in place of the known ones, by key."""
    conflicts: Mapping[str, tuple[SentItem, ...]]
    """By key: several items of 1С that one of ours may be. The match stays until one is chosen."""


def text(value: Any) -> str:
    """Return a text of a receipt in one line, without what XML cannot hold."""
    if not isinstance(value, str):
        return ""
    return " ".join(_UNWRITABLE.sub("", value).split())[:LONGEST_NAME]


def key_of(item: Mapping[str, Any]) -> str:
    """Return what an item of a receipt (in the tax service's JSON) is recognised by.

    ``gtin:`` and 14 digits if it has a barcode or a marking code with a GTIN; otherwise ``name:``
    with the code of the unit and the folded name.
    """
    found = gtin_of(item)
    return f"gtin:{found}" if found else _by_name(text(item.get("name")), unit_of(item))


@functools.lru_cache(maxsize=10_000)
def _by_name(name: str, unit: str) -> str:
    """Fold what tills write differently: case, spaces, quotes, ё."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_QUOTES)
    return f"name:{unit}:{' '.join(folded.split())}"


def item_id(inn: str, key: str) -> uuid.UUID:
    """Return our identifier of an organisation's item."""
    return reference("Номенклатура", inn, key)


def match_of(inn: str, item: Mapping[str, Any]) -> Match:
    """Return an item seen for the first time, which 1С does not know yet."""
    key = key_of(item)
    return Match(
        key=key,
        item_id=item_id(inn, key),
        name=text(item.get("name")) or NAMELESS,
        unit=unit_of(item),
        is_service=item.get("productType") in _SERVICES,
    )


def reconcile(known: Mapping[str, Match], sent: Iterable[SentItem]) -> Reconciled:
    """Recognise 1С's items among ours (by key): identifier, then barcode, then name and unit.

    A match that a person settled changes only in its name. Otherwise one item of 1С is taken, and
    several are a conflict; an item matched before counts among them.
    """
    index = _Index(known)
    candidates: dict[str, dict[uuid.UUID, SentItem]] = defaultdict(dict)
    for item in sent:
        for key in index.keys_of(item):
            candidates[key][item.id] = item
    changed: dict[str, Match] = {}
    conflicts: dict[str, tuple[SentItem, ...]] = {}
    for key, found in candidates.items():
        match = known[key]
        if match.onec_id and match.onec_id not in found and not match.settled:
            found[match.onec_id] = SentItem(id=match.onec_id, name=match.shown_name)
        if match.settled:
            taken = found.get(match.reference)
        elif len(found) > 1:
            conflicts[key], taken = tuple(found.values()), None
        else:
            (taken,) = found.values()
        if taken and (match.onec_id, match.onec_name) != (taken.id, taken.name):
            changed[key] = match.model_copy(update={"onec_id": taken.id, "onec_name": taken.name})
    return Reconciled(changed, conflicts)


class _Index:
    """Known items by what one of 1С may share with them."""

    def __init__(self, known: Mapping[str, Match]) -> None:
        self._by_id: dict[uuid.UUID, list[str]] = defaultdict(list)
        self._by_key: dict[str, list[str]] = defaultdict(list)
        for key, match in known.items():
            for identifier in {match.item_id, match.reference}:
                self._by_id[identifier].append(key)
            for alike in {key, _by_name(match.name, match.unit)}:
                self._by_key[alike].append(key)

    def keys_of(self, item: SentItem) -> list[str]:
        if same := self._by_id.get(item.id):
            return same
        barcodes = [f"gtin:{code}" for code in map(gtin, item.barcodes) if code]
        if same := [key for code in barcodes for key in self._by_key.get(code, ())]:
            return same
        names = {item.name, item.full_name or item.name}
        named = {_by_name(text(name), item.unit or PIECE) for name in names}
        return [key for name in sorted(named) for key in self._by_key.get(name, ())]


def settle(match: Match, chosen: SentItem | None) -> Match:
    """Return the match as a person chose it: that item of 1С, or none of them (ours)."""
    return match.model_copy(
        update={
            "onec_id": chosen.id if chosen else None,
            "onec_name": chosen.name if chosen else None,
            "settled": True,
        }
    )
