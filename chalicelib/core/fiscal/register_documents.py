"""Documents of a client's register by time, in two steps.

His turnover of the days says which numbers of which drive they have (and proves whose they are);
then each drive is one list by number.
"""

import datetime as dt
from collections.abc import Iterator

from chalicelib.core.fiscal import store
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.runtime.table import every

MOST_DAYS = 400
"""Items of turnover a register may have in one reading: a year, and drives exchanged in it."""


def read_turnover(
    client_id: str, register_id: str, from_day: dt.date, to_day: dt.date
) -> list[Turnover]:
    """Return a register's turnover from day to day, both included, by day and fiscal drive."""
    return every(store.turnover(client_id, register_id, from_day, to_day), most=MOST_DAYS)


def read_documents(
    client_id: str, register_id: str, from_day: dt.date, to_day: dt.date, *, most: int
) -> Iterator[StoredDocument]:
    """Yield documents of a register's shifts from day to day, ``most`` a drive, in their order."""
    numbers: dict[str, tuple[int, int]] = {}
    for day in read_turnover(client_id, register_id, from_day, to_day):
        first, last = day.numbers
        before = numbers.get(day.fiscal_drive, (first, last))
        numbers[day.fiscal_drive] = min(first, before[0]), max(last, before[1])
    for fiscal_drive, (first, last) in numbers.items():
        for one in every(store.receipts(fiscal_drive, first, last), most=most):
            if one.owner == client_id and from_day <= one.day <= to_day:
                yield one


def read_shift(
    client_id: str, register_id: str, day: dt.date, shift: int, *, most: int
) -> list[StoredDocument]:
    """Return the documents of a shift that stood open on ``day``, in their order.

    A shift lasts a day at the most, so the days beside are looked at too.
    """
    beside = dt.timedelta(days=1)
    days = read_turnover(client_id, register_id, day - beside, day + beside)
    drives = {one.fiscal_drive for one in days if one.day == day and shift in one.shifts}
    found: list[StoredDocument] = []
    for fiscal_drive in sorted(drives):
        spans = [
            one.shifts[shift]
            for one in days
            if one.fiscal_drive == fiscal_drive and shift in one.shifts
        ]
        listed = store.receipts(
            fiscal_drive, min(one.first for one in spans), max(one.last for one in spans)
        )
        found += [
            one for one in every(listed, most=most) if one.owner == client_id and one.shift == shift
        ]
    return found
