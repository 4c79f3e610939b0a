"""Retail reports: the sales of a register in a shift by item, equal to the receipts."""

import datetime as dt
import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.core.fiscal.document import OperationType
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.services.integration_1c.enterprise_data.item_matching import (
    ItemMatch,
    key_of,
    match_of,
    text,
)
from chalicelib.services.integration_1c.enterprise_data.numbers import distribute, whole
from chalicelib.services.integration_1c.enterprise_data.receipt_items import (
    SoldItem,
    items_of,
    taxes_of,
)
from chalicelib.services.integration_1c.enterprise_data.reference import reference
from chalicelib.services.integration_1c.enterprise_data.units import unit_of
from chalicelib.services.integration_1c.enterprise_data.vat import Rate

_SIGNS = {OperationType.INCOME: 1, OperationType.INCOME_RETURN: -1}
_PATENT = 32
"""Value of tag 1055 for the patent system of taxation."""


@dataclass(frozen=True, slots=True)
class ReportOrganisation:
    """The organisation that sold the goods (``Организация``)."""

    inn: str
    name: str
    kpp: str | None = None
    full_name: str | None = None


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The shop of a register (``Склад`` in 1C)."""

    id: str
    """A stable identifier, unique within the organisation."""
    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Sales or returns of an item at one price and one VAT rate. Amounts are in kopecks."""

    item: ItemMatch
    unit: str
    """ОКЕИ code of the unit."""
    price: int
    rate: Rate
    quantity: int
    """Millionths of the unit."""
    sum: int
    vat: int


@dataclass(frozen=True, slots=True)
class OperationTotals:
    """The totals of the receipts of one operation type. Amounts are in kopecks."""

    count: int = 0
    total: int = 0
    cash: int = 0
    electronic: int = 0
    prepaid: int = 0
    credit: int = 0
    provision: int = 0
    advance: int = 0
    """Part of the total that was paid in advance. The goods are sold, and counted again, later."""
    repayment: int = 0
    """Part of the total that repays credit. The goods were sold, and counted, before."""
    agents: int = 0
    """Part of the total for items that are sold as an agent."""

    def plus(self, document: StoredDocument, items: Sequence[SoldItem]) -> "OperationTotals":
        """Return the totals with one more receipt."""
        content = document.content
        return OperationTotals(
            count=self.count + 1,
            total=self.total + document.total,
            cash=self.cash + document.cash,
            electronic=self.electronic + document.electronic,
            prepaid=self.prepaid + whole(content.get("prepaidSum")),
            credit=self.credit + whole(content.get("creditSum")),
            provision=self.provision + whole(content.get("provisionSum")),
            advance=self.advance + sum(item.sum for item in items if item.is_advance),
            repayment=self.repayment + sum(item.sum for item in items if item.is_repayment),
            agents=self.agents + sum(item.sum for item in items if item.is_agents),
        )


_EMPTY = OperationTotals()


@dataclass(frozen=True, slots=True)
class RetailReport:
    """The sales of a shift of a register. Amounts are in kopecks."""

    organisation: ReportOrganisation
    warehouse: Warehouse
    register_id: str
    fiscal_drive: str
    shift: int
    at: dt.datetime
    """When the shift was closed; the time of the last receipt while the shift is open."""
    closed: bool
    on_patent: bool
    """Whether all receipts state the patent system of taxation (tag 1055 is 32)."""
    lines: Mapping[OperationType, tuple[ReportLine, ...]]
    totals: Mapping[OperationType, OperationTotals]
    days: Mapping[dt.date, int]
    """Turnover (income less returns) by the date of the receipts."""
    corrections: tuple[int, ...]
    """Numbers of correction receipts, which are included in the totals."""
    rates: Mapping[Rate, tuple[int, ...]]
    """Numbers of the receipts with each VAT rate."""

    @property
    def reference(self) -> uuid.UUID:
        """The ``Ссылка`` of the report."""
        return self.document_id("ОтчетОРозничныхПродажах")

    def document_id(self, kind: str) -> uuid.UUID:
        """Return the ``Ссылка`` of a document of the shift, by kind of document."""
        return reference(
            kind,
            self.organisation.inn,
            self.register_id,
            self.fiscal_drive,
            str(self.shift),
        )

    def of(self, operation: OperationType) -> OperationTotals:
        """Return the totals of an operation type."""
        return self.totals.get(operation, _EMPTY)

    @property
    def turnover(self) -> int:
        """Income less returns of income, as the receipt feed counts turnover."""
        return self.net("total")

    def net(self, field: str) -> int:
        """Return a field of ``OperationTotals`` for income, less the field for its returns."""
        income, returned = self.of(OperationType.INCOME), self.of(OperationType.INCOME_RETURN)
        difference: int = getattr(income, field) - getattr(returned, field)
        return difference


def retail_reports(
    documents: Iterable[StoredDocument],
    nomenclature: Mapping[str, ItemMatch],
    *,
    organisation: ReportOrganisation | None = None,
    warehouses: Mapping[str, Warehouse] | None = None,
) -> Iterator[RetailReport]:
    """Yield a report for each shift that has receipts, with one shift in memory at a time.

    Args:
        documents: the documents of whole shifts, grouped by shift, in any order within a shift.
            Reports about the opening and closing of shifts may be included. Documents outside
            shifts are ignored.
        nomenclature: known items by key. Other items are treated as new.
        organisation: the organisation in the cabinet; None for the data in the receipts.
        warehouses: shops by register. A register without a shop gets the place of payment in its
            receipts.

    Raises:
        ValueError: the documents of a shift are not adjacent. Its second report would replace the
            first one in 1C.
    """
    new_items: dict[str, ItemMatch] = {}
    done: set[tuple[str, str, int | None]] = set()
    of_shifts = (document for document in documents if document.kind.is_of_a_shift)
    for shift, together in itertools.groupby(
        of_shifts, lambda document: (document.register_id, document.fiscal_drive, document.shift)
    ):
        if shift in done:
            raise ValueError(f"shift {shift[2]} of drive {shift[1]} came in pieces")
        done.add(shift)
        builder = _ReportBuilder(nomenclature, new_items, organisation)
        for document in together:
            builder.add(document)
        if builder.receipts:
            yield builder.report((warehouses or {}).get(shift[0]))


_LineKey = tuple[str, str, int, Rate]
"""Item key, unit, price and rate, which together identify a line."""


class _Lines:
    """The items of one operation type, added up by line."""

    def __init__(self) -> None:
        self.taxes: dict[Rate, int] = defaultdict(int)
        self._sums: dict[_LineKey, list[int]] = {}
        self._items: dict[str, ItemMatch] = {}

    def add(self, match: ItemMatch, item: SoldItem) -> None:
        self._items[match.key] = match
        sums = self._sums.setdefault(
            (match.key, unit_of(item.fields), item.price, item.rate), [0, 0]
        )
        sums[0] += item.quantity
        sums[1] += item.sum

    def lines(self) -> tuple[ReportLine, ...]:
        """Return the lines by name, with the tax of each rate distributed among its lines."""
        ordered = sorted(self._sums, key=lambda key: (self._items[key[0]].shown_name, key))
        weights: dict[Rate, list[int]] = defaultdict(list)
        for key in ordered:
            weights[key[3]].append(self._sums[key][1])
        taxes = {rate: iter(distribute(self.taxes[rate], sums)) for rate, sums in weights.items()}
        return tuple(self._line(key, next(taxes[key[3]])) for key in ordered)

    def _line(self, key: _LineKey, vat: int) -> ReportLine:
        item_key, unit, price, rate = key
        quantity, amount = self._sums[key]
        return ReportLine(self._items[item_key], unit, price, rate, quantity, amount, vat)


class _ReportBuilder:
    """Adds up the documents of one shift."""

    def __init__(
        self,
        nomenclature: Mapping[str, ItemMatch],
        new_items: dict[str, ItemMatch],
        organisation: ReportOrganisation | None,
    ) -> None:
        self.receipts: dict[int, tuple[OperationType, StoredDocument]] = {}
        self._nomenclature = nomenclature
        self._new_items = new_items
        self._organisation = organisation
        self._closed_at: dt.datetime | None = None

    def add(self, document: StoredDocument) -> None:
        if document.closes_shift:
            self._closed_at = document.at
        if document.is_settlement and document.operation is not None:
            self.receipts[document.number] = document.operation, document

    def report(self, warehouse: Warehouse | None) -> RetailReport:
        """Return the report, which does not depend on the order of the documents."""
        receipts = [self.receipts[number] for number in sorted(self.receipts)]
        first = receipts[0][1]
        organisation = self._organisation or _organisation(first)
        totals: dict[OperationType, OperationTotals] = defaultdict(OperationTotals)
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
                lines[operation].add(self._match(organisation.inn, item.fields), item)
            days[document.day] += _SIGNS.get(operation, 0) * document.total
        return RetailReport(
            organisation=organisation,
            warehouse=warehouse or _warehouse(first),
            register_id=first.register_id,
            fiscal_drive=first.fiscal_drive,
            shift=first.shift or 0,
            at=self._closed_at or max(receipt.at for _, receipt in receipts),
            closed=self._closed_at is not None,
            on_patent=all(_taxation(receipt) == _PATENT for _, receipt in receipts),
            lines={operation: lines[operation].lines() for operation in sorted(lines)},
            totals=dict(totals),
            days=dict(days),
            corrections=tuple(
                receipt.number for _, receipt in receipts if receipt.kind.is_correction
            ),
            rates={rate: tuple(numbers) for rate, numbers in rates.items()},
        )

    def _match(self, inn: str, item: Mapping[str, Any]) -> ItemMatch:
        key = key_of(item)
        match = self._nomenclature.get(key) or self._new_items.get(key)
        if match is None:
            match = self._new_items[key] = match_of(inn, item)
        return match


def _organisation(receipt: StoredDocument) -> ReportOrganisation:
    inn, name = text(receipt.content.get("userInn")), text(receipt.content.get("user"))
    return ReportOrganisation(inn, name or inn or "Организация без наименования")


def _warehouse(receipt: StoredDocument) -> Warehouse:
    address = text(receipt.content.get("retailPlaceAddress"))
    name = text(receipt.content.get("retailPlace")) or address or receipt.register_id
    return Warehouse(id=f"{name}\n{address}".casefold(), name=name, address=address or None)


def _taxation(receipt: StoredDocument) -> Any:
    content = receipt.content
    return content.get("appliedTaxationType") or content.get("taxationType")
