"""Retail reports: what a register sold in a shift, item by item, equal to its receipts."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from chalicelib.core.fiscal.document import Operation
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.services.integration_1c.message.nomenclature import Match
from chalicelib.services.integration_1c.message.vat import Rate


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose receipts they are."""

    inn: str
    name: str
    kpp: str | None = None
    full_name: str | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """Where the register stands: 1С's ``Склад``."""

    id: str
    """What is unique and stable among the organisation's shops."""
    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Sales (or returns) of one item at one price and VAT rate."""

    item: Match
    unit: str
    """Code by ОКЕИ."""
    price: int
    rate: Rate
    quantity: int
    """Millionths of the unit."""
    sum: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Receipts of one operation, in kopecks."""

    count: int = 0
    total: int = 0
    cash: int = 0
    electronic: int = 0
    prepaid: int = 0
    credit: int = 0
    provision: int = 0


@dataclass(frozen=True, slots=True)
class RetailReport:
    """A register's shift on one fiscal drive."""

    organisation: Organisation
    shop: Shop
    register_id: str
    fiscal_drive: str
    shift: int
    at: dt.datetime
    """When the shift was closed; of its last document while it is open."""
    closed: bool
    lines: Mapping[Operation, tuple[Line, ...]]
    totals: Mapping[Operation, Totals]
    days: Mapping[dt.date, int]
    """Turnover (income less returns) by the receipts' own dates."""
    corrections: tuple[int, ...]
    """Numbers of correction receipts, which are in the sums of their operations."""
    rates: Mapping[Rate, tuple[int, ...]] = field(repr=False)
    """Numbers of the receipts that have a rate."""
    fingerprint: str
    """Changes if and only if the receipts of the shift do."""

    @property
    def reference(self) -> uuid.UUID:
        """``Ссылка`` of the report."""
        raise NotImplementedError

    @property
    def items(self) -> Iterable[Match]:
        """The items of its lines, each once."""
        raise NotImplementedError

    @property
    def turnover(self) -> int:
        """Income less what was returned of it, as the feed counts it."""
        raise NotImplementedError


def retail_reports(
    documents: Iterable[StoredDocument],
    nomenclature: Mapping[str, Match],
    *,
    organisation: Organisation | None = None,
    shops: Mapping[str, Shop] | None = None,
) -> Iterator[RetailReport]:
    """Yield a report a shift that has receipts, holding one shift in memory at a time.

    Args:
        documents: whole shifts, the documents of each together, in any order (as a drive lists
            them by number); the opening and closing of the shift may be among them.
        nomenclature: items known, by key; others are taken as seen for the first time.
        organisation: as the cabinet knows it; otherwise as the receipts say.
        shops: by register; otherwise the place of payment that the receipts say.

    Raises:
        ValueError: a shift came in two pieces, and the second would replace the first in 1С.
    """
    raise NotImplementedError
