"""Which shifts load, and what of them: from turnover to retail reports.

A shift's documents never change once they are kept, so the numbers that are counted of it, which
turnover knows, tell whether anything came since it was loaded: no receipt is read to find out.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.document import OperationType
from chalicelib.core.fiscal.register_documents import read_turnover
from chalicelib.core.fiscal.turnover import PAGE, Turnover
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.runtime.table import Get, every, fetch, fetch_all
from chalicelib.services.integration_1c import catalogue, rules, store
from chalicelib.services.integration_1c.message.shift import (
    Organisation,
    RetailReport,
    Shop,
    Totals,
    retail_reports,
)
from chalicelib.services.integration_1c.model import Access, RetailDocument

T = TypeVar("T")

MOST_OF_A_SHIFT = 50_000
"""Documents of one shift."""
_BESIDE = dt.timedelta(days=1)
_LONGEST_SHIFT = dt.timedelta(days=1)
_AT_ONCE = 100
"""Items of one read."""


@dataclasses.dataclass(frozen=True)
class Shift:
    """A shift as turnover knows it."""

    register_id: str
    fiscal_drive: str
    number: int
    day: dt.date
    """Its last day, which decides whether access covers it and in which period it is."""
    first: int
    last: int
    documents: int
    closed: bool
    fingerprint: str
    """Another as soon as a document more is counted."""

    def ended(self, today: dt.date) -> bool:
        """Whether it is closed, or open for longer than a shift may be: its closing was lost."""
        return self.closed or today - self.day > _LONGEST_SHIFT


def shifts(turnover: Sequence[Turnover]) -> list[Shift]:
    """Return the shifts that days of one register saw, by day and number."""
    days: dict[tuple[str, int], list[Turnover]] = {}
    for one in turnover:
        for number in one.shifts:
            days.setdefault((one.fiscal_drive, number), []).append(one)
    found = [_shift(drive, number, seen) for (drive, number), seen in days.items()]
    return sorted(found, key=lambda one: (one.day, one.fiscal_drive, one.number))


def _shift(fiscal_drive: str, number: int, days: Sequence[Turnover]) -> Shift:
    spans = [day.shifts[number] for day in days]
    first, last = min(one.first for one in spans), max(one.last for one in spans)
    pages: dict[int, int] = {}
    for day in days:
        for page, marks in day.counted.items():
            pages[page] = pages.get(page, 0) | marks & _mask(page, first, last)
    said = ";".join(f"{page}:{marks:x}" for page, marks in sorted(pages.items()) if marks)
    return Shift(
        register_id=days[0].register_id,
        fiscal_drive=fiscal_drive,
        number=number,
        day=max(day.day for day in days),
        first=first,
        last=last,
        documents=sum(marks.bit_count() for marks in pages.values()),
        closed=any(one.closed for one in spans),
        fingerprint=hashlib.sha256(said.encode()).hexdigest()[:16],
    )


def _mask(page: int, first: int, last: int) -> int:
    """Return the marks of a page that stand for numbers from ``first`` to ``last``."""
    low, high = max(first - page * PAGE, 0), min(last - page * PAGE, PAGE - 1)
    return (1 << high + 1) - (1 << low) if low <= high else 0


def ended_shifts(
    client_id: str, access: Access, first: dt.date, last: dt.date, today: dt.date
) -> list[Shift]:
    """Return the shifts of a register that ended from day to day while access was in force."""
    # A shift that ends on a day beside belongs there, and one that began there belongs here.
    seen = read_turnover(client_id, access.register_id, first - _BESIDE, last + _BESIDE)
    return [
        one
        for one in shifts(seen)
        if first <= one.day <= last and rules.covers(access, one.day) and one.ended(today)
    ]


def all_ended_shifts(client_id: str, first: dt.date, last: dt.date, today: dt.date) -> list[Shift]:
    """Return the shifts of all registers, likewise: a read a register."""
    accesses = every(store.accesses(client_id), most=store.MOST_REGISTERS)
    return [shift for one in accesses for shift in ended_shifts(client_id, one, first, last, today)]


def reports(
    client_id: str, wanted: Sequence[Shift], *, keep_items: bool = True
) -> Iterator[RetailReport]:
    """Yield the retail reports of shifts, one shift in memory at a time.

    Items of the receipts that were never seen are kept in the catalogue, but by a read.

    Raises:
        OrganisationUnknown: as said.
    """
    profile = fetch(organisation.profile(client_id))
    if profile is None:
        raise OrganisationUnknown
    seller = Organisation(inn=profile.inn, name=profile.name, kpp=profile.kpp)
    shops = _shops(client_id, {one.register_id for one in wanted})
    items = catalogue.Seen(client_id, profile.inn, keep=keep_items)
    for shift in wanted:
        listed = fiscal.receipts(shift.fiscal_drive, shift.first, shift.last)
        documents = [
            one
            for one in every(listed, most=MOST_OF_A_SHIFT)
            if one.owner == client_id and one.shift == shift.number
        ]
        yield from retail_reports(documents, items.of(documents), organisation=seller, shops=shops)


def _shops(client_id: str, register_ids: Iterable[str]) -> Mapping[str, Shop]:
    """Return the shop of each of these registers that stands in one."""
    registers = _known([organisation.register(client_id, one) for one in register_ids])
    standing = {one.register_id: one.shop_id for one in registers if one.shop_id}
    shops = _known([organisation.shop(client_id, one) for one in {*standing.values()}])
    known = {one.shop_id: Shop(id=one.shop_id, name=one.name, address=one.address) for one in shops}
    return {register: known[shop] for register, shop in standing.items() if shop in known}


def _known(gets: Sequence[Get[T]]) -> list[T]:
    """Read items, however many; what is not there is left out."""
    chunks = (gets[start : start + _AT_ONCE] for start in range(0, len(gets), _AT_ONCE))
    return [one for chunk in chunks for one in fetch_all(chunk) if one is not None]


def document(report: RetailReport) -> RetailDocument:
    """Return a report as the cabinet shows it."""
    none = Totals()
    income = report.totals.get(OperationType.INCOME, none)
    returned = report.totals.get(OperationType.INCOME_RETURN, none)
    return RetailDocument(
        document_id=report.reference,
        register_id=report.register_id,
        fiscal_drive_number=report.fiscal_drive,
        shift=report.shift,
        closed=report.closed,
        closed_at=report.at,
        receipts=sum(one.count for one in report.totals.values()),
        sales_kopecks=income.total,
        returns_kopecks=returned.total,
        turnover_kopecks=report.turnover,
        cash_kopecks=income.cash - returned.cash,
        electronic_kopecks=income.electronic - returned.electronic,
        corrections=len(report.corrections),
        lines=sum(len(lines) for lines in report.lines.values()),
    )
