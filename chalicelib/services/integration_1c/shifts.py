"""Shifts of registers that can be loaded into 1C, read from turnover.

Documents of a shift never change once they are stored. The document numbers that turnover has
counted therefore tell whether a shift has got new documents, without reading its receipts.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence

from chalicelib.core.fiscal.register_documents import read_turnover
from chalicelib.core.fiscal.turnover import PAGE, Turnover
from chalicelib.runtime.table import every
from chalicelib.services.integration_1c import rules, store
from chalicelib.services.integration_1c.model import RegisterAccess

_ADJACENT_DAY = dt.timedelta(days=1)
LONGEST_SHIFT = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class RegisterShift:
    """A shift of a register, as turnover describes it."""

    register_id: str
    fiscal_drive: str
    number: int
    day: dt.date
    """The last day of the shift: access has to cover this day, and lists order by it."""
    first: int
    """Number of the first document."""
    last: int
    """Number of the last document."""
    documents: int
    """How many documents are counted."""
    closed: bool
    fingerprint: str
    """A digest of the counted document numbers, which changes with every further document."""

    def has_ended(self, today: dt.date) -> bool:
        """Return whether the shift is closed, or open for longer than a shift may last.

        In the second case the report about the closing of the shift was lost.
        """
        return self.closed or today - self.day > LONGEST_SHIFT


def shifts_of(turnover: Sequence[Turnover]) -> list[RegisterShift]:
    """Return the shifts in the turnover of one register, ordered by day and number."""
    days: dict[tuple[str, int], list[Turnover]] = {}
    for day in turnover:
        for number in day.shifts:
            days.setdefault((day.fiscal_drive, number), []).append(day)
    shifts = [_shift(drive, number, its_days) for (drive, number), its_days in days.items()]
    return sorted(shifts, key=lambda shift: (shift.day, shift.fiscal_drive, shift.number))


def _shift(fiscal_drive: str, number: int, days: Sequence[Turnover]) -> RegisterShift:
    spans = [day.shifts[number] for day in days]
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    pages: dict[int, int] = {}
    for day in days:
        for page, marks in day.counted.items():
            pages[page] = pages.get(page, 0) | marks & _mask(page, first, last)
    counted = ";".join(f"{page}:{marks:x}" for page, marks in sorted(pages.items()) if marks)
    return RegisterShift(
        register_id=days[0].register_id,
        fiscal_drive=fiscal_drive,
        number=number,
        day=max(day.day for day in days),
        first=first,
        last=last,
        documents=sum(marks.bit_count() for marks in pages.values()),
        closed=any(span.closed for span in spans),
        fingerprint=hashlib.sha256(counted.encode()).hexdigest()[:16],
    )


def _mask(page: int, first: int, last: int) -> int:
    """Return the bits of a page that stand for document numbers from ``first`` to ``last``."""
    low, high = max(first - page * PAGE, 0), min(last - page * PAGE, PAGE - 1)
    return (1 << high + 1) - (1 << low) if low <= high else 0


def ended_shifts(
    client_id: str, access: RegisterAccess, first: dt.date, last: dt.date, today: dt.date
) -> list[RegisterShift]:
    """Read the shifts of a register that ended from ``first`` to ``last`` while access was in
    force."""
    # A shift over midnight has turnover on two days, one of which may be outside the period.
    turnover = read_turnover(
        client_id, access.register_id, first - _ADJACENT_DAY, last + _ADJACENT_DAY
    )
    return [
        shift
        for shift in shifts_of(turnover)
        if first <= shift.day <= last and rules.covers(access, shift.day) and shift.has_ended(today)
    ]


def ended_shifts_of_client(
    client_id: str, first: dt.date, last: dt.date, today: dt.date
) -> list[RegisterShift]:
    """Read the shifts of all registers of a client, as ``ended_shifts``.

    One read for the accesses and one for each register.
    """
    accesses = every(store.accesses(client_id), most=store.MOST_REGISTERS)
    return [
        shift
        for access in accesses
        for shift in ended_shifts(client_id, access, first, last, today)
    ]
