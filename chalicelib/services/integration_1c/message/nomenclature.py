"""Recognising the items of receipts, and 1С's ``Номенклатура`` as one of them."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class Match(BaseModel):
    """An item of receipts, and what 1С calls it once it is known."""

    model_config = ConfigDict(frozen=True)

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


class SentItem(BaseModel):
    """A ``Справочник.Номенклатура`` that 1С sent, with its barcodes."""

    model_config = ConfigDict(frozen=True)

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


def key_of(item: Mapping[str, Any]) -> str:
    """Return what an item of a receipt (in the tax service's JSON) is recognised by.

    ``gtin:`` and 14 digits if it has a barcode or a marking code with a GTIN; otherwise ``name:``
    with the folded name and the code of the unit.
    """
    raise NotImplementedError


def match_of(inn: str, item: Mapping[str, Any]) -> Match:
    """Return an item seen for the first time, which 1С does not know yet."""
    raise NotImplementedError


def reconcile(known: Mapping[str, Match], sent: Iterable[SentItem]) -> Reconciled:
    """Recognise 1С's items among ours (by key): identifier, then barcode, then name and unit."""
    raise NotImplementedError


def settle(match: Match, chosen: SentItem | None) -> Match:
    """Return the match as a person chose it: that item of 1С, or none of them (ours)."""
    raise NotImplementedError
