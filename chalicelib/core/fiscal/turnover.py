"""What a register took in a day: sums that count each document once, however often it comes.

The item holds, beside its sums, a mark for each document already in them. So adding is idempotent
and commutes, and one write that is conditional on the item's version keeps both true together.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Self

from chalicelib.core.fiscal.document import OperationType
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime.model import Model

PAGE = 1024
"""Numbers a page of marks holds, a bit each. Pages are kept where something is marked, so the
numbers of a day may begin anywhere and be continued on either side."""


class Sums(Model):
    """Documents of one operation, and their kopecks."""

    count: int = 0
    total: int = 0
    cash: int = 0
    electronic: int = 0

    def plus(self, document: StoredDocument) -> "Sums":
        """Return these with a document more."""
        return Sums(
            count=self.count + 1,
            total=self.total + document.total,
            cash=self.cash + document.cash,
            electronic=self.electronic + document.electronic,
        )


_NONE = Sums()


class ShiftSpan(Model):
    """What a day saw of a shift: numbers of its documents, and whether it was closed."""

    first: int
    last: int
    closed: bool = False


class Turnover(Model):
    """A register's day on one fiscal drive. Amounts are kopecks, none of them negative.

    Corrections are in the sums of their operations, and counted once more apart.
    """

    client_id: str
    register_id: str
    day: dt.date
    fiscal_drive: str
    operations: Mapping[OperationType, Sums] = {}
    corrections: int = 0
    last_document_at: dt.datetime | None = None
    """Of the last settlement."""
    shifts: Mapping[int, ShiftSpan] = {}
    counted: Mapping[int, int] = {}
    """Pages of marks: bit ``n % PAGE`` of page ``n // PAGE`` is set if document ``n`` is in."""
    version: int = 0
    """Of the item as it was read; 0 for none."""

    @classmethod
    def none(cls, client_id: str, register_id: str, day: dt.date, fiscal_drive: str) -> Self:
        """Return a day on which nothing is counted."""
        return cls(client_id=client_id, register_id=register_id, day=day, fiscal_drive=fiscal_drive)

    def of(self, operation: OperationType) -> Sums:
        """Return the sums of one operation."""
        return self.operations.get(operation, _NONE)

    @property
    def turnover(self) -> int:
        """Income less what was returned of it."""
        return self.of(OperationType.INCOME).total - self.of(OperationType.INCOME_RETURN).total

    @property
    def cash(self) -> int:
        """The part of the turnover in cash."""
        return self.of(OperationType.INCOME).cash - self.of(OperationType.INCOME_RETURN).cash

    @property
    def electronic(self) -> int:
        """The part of the turnover by card and the like."""
        income, returned = self.of(OperationType.INCOME), self.of(OperationType.INCOME_RETURN)
        return income.electronic - returned.electronic

    @property
    def expense(self) -> int:
        """What the organisation paid out, less what was returned of that."""
        return self.of(OperationType.EXPENSE).total - self.of(OperationType.EXPENSE_RETURN).total

    @property
    def receipts(self) -> int:
        """Documents of income."""
        return self.of(OperationType.INCOME).count

    @property
    def returns(self) -> int:
        """Documents of income returned."""
        return self.of(OperationType.INCOME_RETURN).count

    @property
    def numbers(self) -> tuple[int, int]:
        """The first and the last number counted.

        Raises:
            ValueError: nothing is.
        """
        low, high = min(self.counted), max(self.counted)
        first = low * PAGE + (self.counted[low] & -self.counted[low]).bit_length() - 1
        return first, high * PAGE + self.counted[high].bit_length() - 1

    def has(self, number: int) -> bool:
        """Whether the document of that number is counted."""
        return bool(self.counted.get(number // PAGE, 0) >> number % PAGE & 1)

    def plus(self, documents: Iterable[StoredDocument]) -> Self:
        """Return this with the documents it has not counted yet, each once."""
        operations, shifts, counted = dict(self.operations), dict(self.shifts), dict(self.counted)
        corrections, last = self.corrections, self.last_document_at
        for document in documents:
            page, mark = document.number // PAGE, 1 << document.number % PAGE
            if counted.get(page, 0) & mark:
                continue
            counted[page] = counted.get(page, 0) | mark
            if document.shift is not None:
                shifts[document.shift] = _seen(shifts.get(document.shift), document)
            if document.is_settlement and document.operation is not None:
                before = operations.get(document.operation, _NONE)
                operations[document.operation] = before.plus(document)
                corrections += document.kind.is_correction
                last = max(last, document.at) if last else document.at
        return self.model_copy(
            update={
                "operations": operations,
                "corrections": corrections,
                "last_document_at": last,
                "shifts": shifts,
                "counted": counted,
            }
        )


def _seen(shift: ShiftSpan | None, document: StoredDocument) -> ShiftSpan:
    return ShiftSpan(
        first=min(shift.first, document.number) if shift else document.number,
        last=max(shift.last, document.number) if shift else document.number,
        closed=document.closes_shift or (shift is not None and shift.closed),
    )
