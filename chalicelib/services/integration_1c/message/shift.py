"""Retail reports: what a register sold in a shift, item by item, equal to its receipts."""

import datetime as dt
import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.fiscal.document import OperationType
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.services.integration_1c.message.nomenclature import Match, key_of, match_of, text
from chalicelib.services.integration_1c.message.number import shared_out, whole
from chalicelib.services.integration_1c.message.receipt import Sold, items_of, taxes_of
from chalicelib.services.integration_1c.message.reference import reference
from chalicelib.services.integration_1c.message.unit import unit_of
from chalicelib.services.integration_1c.message.vat import Rate

_SIGNS = {OperationType.INCOME: 1, OperationType.INCOME_RETURN: -1}
_PATENT = 32


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
    advance: int = 0
    """Part of the total that was paid in advance: the goods pass, and count again, later."""
    repayment: int = 0
    """Part of the total that repays credit: the goods passed, and counted, before."""
    agents: int = 0
    """Part of the total for items sold as an agent."""

    def plus(self, document: StoredDocument, items: Iterable[Sold]) -> "Totals":
        """Return these with a receipt more."""
        said = document.content
        return Totals(
            count=self.count + 1,
            total=self.total + document.total,
            cash=self.cash + document.cash,
            electronic=self.electronic + document.electronic,
            prepaid=self.prepaid + whole(said.get("prepaidSum")),
            credit=self.credit + whole(said.get("creditSum")),
            provision=self.provision + whole(said.get("provisionSum")),
            advance=self.advance + sum(one.sum for one in items if one.is_advance),
            repayment=self.repayment + sum(one.sum for one in items if one.is_repayment),
            agents=self.agents + sum(one.sum for one in items if one.is_agents),
        )


_NOTHING = Totals()


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
    on_patent: bool
    """Whether all receipts are of the patent system (tag 1055 is 32)."""
    lines: Mapping[OperationType, tuple[Line, ...]]
    totals: Mapping[OperationType, Totals]
    days: Mapping[dt.date, int]
    """Turnover (income less returns) by the receipts' own dates."""
    corrections: tuple[int, ...]
    """Numbers of correction receipts, which are in the sums of their operations."""
    rates: Mapping[Rate, tuple[int, ...]]
    """Numbers of the receipts that have a rate."""

    @property
    def reference(self) -> uuid.UUID:
        """``Ссылка`` of the report."""
        return self.document_id("ОтчетОРозничныхПродажах")

    def document_id(self, kind: str) -> uuid.UUID:
        """Return ``Ссылка`` of a document of that kind about the shift."""
        return reference(
            kind,
            self.organisation.inn,
            self.register_id,
            self.fiscal_drive,
            str(self.shift),
        )

    def of(self, operation: OperationType) -> Totals:
        """Return the totals of one operation."""
        return self.totals.get(operation, _NOTHING)

    @property
    def turnover(self) -> int:
        """Income less what was returned of it, as the feed counts it."""
        return self.net("total")

    def net(self, what: str) -> int:
        """Return a field of :class:`Totals` in income less the same in its returns."""
        income, returned = self.of(OperationType.INCOME), self.of(OperationType.INCOME_RETURN)
        difference: int = getattr(income, what) - getattr(returned, what)
        return difference


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
            them by number); the opening and closing of the shift may be among them. What stands in
            no shift is passed over.
        nomenclature: items known, by key; others are taken as seen for the first time.
        organisation: as the cabinet knows it; otherwise as the receipts say.
        shops: by register; otherwise the place of payment that the receipts say.

    Raises:
        ValueError: a shift came in two pieces, and the second would replace the first in 1С.
    """
    seen: dict[str, Match] = {}
    done: set[tuple[str, str, int | None]] = set()
    of_shifts = (one for one in documents if one.kind.is_of_a_shift)
    for shift, together in itertools.groupby(
        of_shifts, lambda one: (one.register_id, one.fiscal_drive, one.shift)
    ):
        if shift in done:
            raise ValueError(f"shift {shift[2]} of drive {shift[1]} came in pieces")
        done.add(shift)
        building = _Shift(nomenclature, seen, organisation)
        for document in together:
            building.add(document)
        if building.receipts:
            yield building.report((shops or {}).get(shift[0]))


_Alike = tuple[str, str, int, Rate]
"""Key, unit, price and rate: what tells lines apart."""


class _Lines:
    """Items of one operation, added up by what tells them apart."""

    def __init__(self) -> None:
        self.taxes: dict[Rate, int] = defaultdict(int)
        self._sums: dict[_Alike, list[int]] = {}
        self._items: dict[str, Match] = {}

    def add(self, match: Match, item: Sold) -> None:
        self._items[match.key] = match
        alike = self._sums.setdefault(
            (match.key, unit_of(item.said), item.price, item.rate), [0, 0]
        )
        alike[0] += item.quantity
        alike[1] += item.sum

    def summed(self) -> tuple[Line, ...]:
        """Return the lines by name, with the tax of each rate shared out among its lines."""
        ordered = sorted(self._sums, key=lambda one: (self._items[one[0]].shown_name, one))
        weights: dict[Rate, list[int]] = defaultdict(list)
        for one in ordered:
            weights[one[3]].append(self._sums[one][1])
        taxes = {rate: iter(shared_out(self.taxes[rate], sums)) for rate, sums in weights.items()}
        return tuple(self._line(one, next(taxes[one[3]])) for one in ordered)

    def _line(self, one: _Alike, vat: int) -> Line:
        key, unit, price, rate = one
        quantity, amount = self._sums[one]
        return Line(self._items[key], unit, price, rate, quantity, amount, vat)


class _Shift:
    """A shift, as it is added up."""

    def __init__(
        self,
        nomenclature: Mapping[str, Match],
        seen: dict[str, Match],
        organisation: Organisation | None,
    ) -> None:
        self.receipts: dict[int, tuple[OperationType, StoredDocument]] = {}
        self._nomenclature = nomenclature
        self._seen = seen
        self._organisation = organisation
        self._closed_at: dt.datetime | None = None

    def add(self, document: StoredDocument) -> None:
        if document.closes_shift:
            self._closed_at = document.at
        if document.is_settlement and document.operation is not None:
            self.receipts[document.number] = document.operation, document

    def report(self, shop: Shop | None) -> RetailReport:
        """Return the report; it is the same in whatever order the documents came."""
        receipts = [self.receipts[number] for number in sorted(self.receipts)]
        first = receipts[0][1]
        organisation = self._organisation or _organisation(first)
        totals: dict[OperationType, Totals] = defaultdict(Totals)
        lines: dict[OperationType, _Lines] = defaultdict(_Lines)
        days: dict[dt.date, int] = defaultdict(int)
        rates: dict[Rate, list[int]] = defaultdict(list)
        for operation, document in receipts:
            items = items_of(document)
            totals[operation] = totals[operation].plus(document, items)
            for rate, tax in taxes_of(document, items).items():
                rates[rate].append(document.number)
                lines[operation].taxes[rate] += tax
            for item in items:
                lines[operation].add(self._match(organisation.inn, item.said), item)
            days[document.day] += _SIGNS.get(operation, 0) * document.total
        return RetailReport(
            organisation=organisation,
            shop=shop or _shop(first),
            register_id=first.register_id,
            fiscal_drive=first.fiscal_drive,
            shift=first.shift or 0,
            at=self._closed_at or max(one.at for _, one in receipts),
            closed=self._closed_at is not None,
            on_patent=all(_taxation(one) == _PATENT for _, one in receipts),
            lines={operation: lines[operation].summed() for operation in sorted(lines)},
            totals=dict(totals),
            days=dict(days),
            corrections=tuple(one.number for _, one in receipts if one.kind.is_correction),
            rates={rate: tuple(numbers) for rate, numbers in rates.items()},
        )

    def _match(self, inn: str, item: Mapping[str, Any]) -> Match:
        key = key_of(item)
        found = self._nomenclature.get(key) or self._seen.get(key)
        if found is None:
            found = self._seen[key] = match_of(inn, item)
        return found


def _organisation(receipt: StoredDocument) -> Organisation:
    inn, name = text(receipt.content.get("userInn")), text(receipt.content.get("user"))
    return Organisation(inn, name or inn or "Организация без наименования")


def _shop(receipt: StoredDocument) -> Shop:
    address = text(receipt.content.get("retailPlaceAddress"))
    name = text(receipt.content.get("retailPlace")) or address or receipt.register_id
    return Shop(id=f"{name}\n{address}".casefold(), name=name, address=address or None)


def _taxation(receipt: StoredDocument) -> Any:
    said = receipt.content
    return said.get("appliedTaxationType") or said.get("taxationType")
