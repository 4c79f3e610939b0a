"""Turnover and documents of one register by date.

Documents are stored by fiscal drive, not by client. The client's turnover items of the requested
days prove which document numbers of which drives are the client's; each drive is then read as one
list of numbers.
"""

import datetime as dt
from collections.abc import Iterator

from chalicelib.core.fiscal import store
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.runtime.table import every

MOST_DAYS = 400
"""Most turnover items per call: a year of days, and days on which the fiscal drive changed."""


def read_turnover(
    client_id: str, register_id: str, from_day: dt.date, to_day: dt.date
) -> list[Turnover]:
    """Return the register's turnover from ``from_day`` to ``to_day`` inclusive.

    The items are in order of day and fiscal drive; at most :data:`MOST_DAYS` are returned.
    """
    return every(store.turnover(client_id, register_id, from_day, to_day), most=MOST_DAYS)


def read_documents(
    client_id: str, register_id: str, from_day: dt.date, to_day: dt.date, *, most: int
) -> Iterator[StoredDocument]:
    """Yield the documents of the register's shifts from ``from_day`` to ``to_day`` inclusive.

    At most ``most`` documents of each fiscal drive are read, in order of their numbers.
    """
    numbers: dict[str, tuple[int, int]] = {}
    for turnover in read_turnover(client_id, register_id, from_day, to_day):
        first, last = turnover.numbers
        low, high = numbers.get(turnover.fiscal_drive, (first, last))
        numbers[turnover.fiscal_drive] = min(first, low), max(last, high)
    for fiscal_drive, (first, last) in numbers.items():
        for document in every(store.receipts(fiscal_drive, first, last), most=most):
            if document.owner == client_id and from_day <= document.day <= to_day:
                yield document


def read_shift(
    client_id: str, register_id: str, day: dt.date, shift: int, *, most: int
) -> list[StoredDocument]:
    """Return the documents of a shift that has documents on ``day``, in order of their numbers.

    At most ``most`` documents of each fiscal drive are read. A shift lasts no longer than 24 hours
    (54-ФЗ), so the documents are of ``day`` or of a day next to it.
    """
    margin = dt.timedelta(days=1)
    days = [
        turnover
        for turnover in read_turnover(client_id, register_id, day - margin, day + margin)
        if shift in turnover.shifts
    ]
    drives = {turnover.fiscal_drive for turnover in days if turnover.day == day}
    documents: list[StoredDocument] = []
    for fiscal_drive in sorted(drives):
        spans = [
            turnover.shifts[shift] for turnover in days if turnover.fiscal_drive == fiscal_drive
        ]
        listed = store.receipts(
            fiscal_drive, min(span.first for span in spans), max(span.last for span in spans)
        )
        documents += [
            document
            for document in every(listed, most=most)
            if document.owner == client_id and document.shift == shift
        ]
    return documents
