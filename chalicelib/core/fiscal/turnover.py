"""Turnover of one register on one day: sums that include each document exactly once.

A turnover item stores its sums together with a bit for each document that they include. Adding a
document is therefore idempotent and independent of order, and one write, conditional on the item's
version, keeps sums and bits consistent.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Self

from chalicelib.core.fiscal.document import OperationType
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime.model import Model

PAGE = 1024
"""Document numbers per page of bits.

Only pages with a bit set are stored, so a day may begin at any number and grow in both directions.
"""


class Sums(Model):
    """Number of documents of one operation type, and their sums in kopecks."""

    count: int = 0
    total: int = 0
    cash: int = 0
    electronic: int = 0

    def plus(self, document: StoredDocument) -> "Sums":
        """Return the sums with ``document`` added."""
        return Sums(
            count=self.count + 1,
            total=self.total + document.total,
            cash=self.cash + document.cash,
            electronic=self.electronic + document.electronic,
        )


_NO_DOCUMENTS = Sums()


class ShiftSpan(Model):
    """The documents of a shift on one day: first and last number, and whether the shift closed."""

    first: int
    last: int
    closed: bool = False


class Turnover(Model):
    """Turnover of one register on one day and one fiscal drive.

    Amounts are in kopecks and not negative. Corrections are part of the sums of their operation
    type, and ``corrections`` counts them in addition.
    """

    client_id: str
    register_id: str
    day: dt.date
    fiscal_drive: str
    operations: Mapping[OperationType, Sums] = {}
    corrections: int = 0
    last_document_at: dt.datetime | None = None
    """Time of the last settlement by the register's clock."""
    shifts: Mapping[int, ShiftSpan] = {}
    """Spans by shift number."""
    counted: Mapping[int, int] = {}
    """Bits by page: bit ``n % PAGE`` of page ``n // PAGE`` is set if document ``n`` is included."""
    version: int = 0
    """Version of the stored item; 0 if there is none yet."""

    @classmethod
    def empty(cls, client_id: str, register_id: str, day: dt.date, fiscal_drive: str) -> Self:
        """Return the turnover of a day without documents."""
        return cls(client_id=client_id, register_id=register_id, day=day, fiscal_drive=fiscal_drive)

    def of(self, operation: OperationType) -> Sums:
        """Return the sums of one operation type."""
        return self.operations.get(operation, _NO_DOCUMENTS)

    @property
    def turnover(self) -> int:
        """Income minus income returned."""
        return self.of(OperationType.INCOME).total - self.of(OperationType.INCOME_RETURN).total

    @property
    def cash(self) -> int:
        """Cash part of the turnover."""
        return self.of(OperationType.INCOME).cash - self.of(OperationType.INCOME_RETURN).cash

    @property
    def electronic(self) -> int:
        """Electronic part of the turnover."""
        income, returned = self.of(OperationType.INCOME), self.of(OperationType.INCOME_RETURN)
        return income.electronic - returned.electronic

    @property
    def expense(self) -> int:
        """Expense minus expense returned."""
        return self.of(OperationType.EXPENSE).total - self.of(OperationType.EXPENSE_RETURN).total

    @property
    def receipts(self) -> int:
        """Number of income documents."""
        return self.of(OperationType.INCOME).count

    @property
    def returns(self) -> int:
        """Number of documents that return income."""
        return self.of(OperationType.INCOME_RETURN).count

    @property
    def numbers(self) -> tuple[int, int]:
        """Lowest and highest document number included.

        Raises:
            ValueError: no document is included.
        """
        low, high = min(self.counted), max(self.counted)
        first = low * PAGE + (self.counted[low] & -self.counted[low]).bit_length() - 1
        return first, high * PAGE + self.counted[high].bit_length() - 1

    def has(self, number: int) -> bool:
        """Return whether the document with this number is included."""
        return bool(self.counted.get(number // PAGE, 0) >> number % PAGE & 1)

    def plus(self, documents: Iterable[StoredDocument]) -> Self:
        """Return the turnover with ``documents`` added; those already included are skipped."""
        operations, shifts, counted = dict(self.operations), dict(self.shifts), dict(self.counted)
        corrections, last = self.corrections, self.last_document_at
        for document in documents:
            page, bit = document.number // PAGE, 1 << document.number % PAGE
            if counted.get(page, 0) & bit:
                continue
            counted[page] = counted.get(page, 0) | bit
            if document.shift is not None:
                shifts[document.shift] = _extend(shifts.get(document.shift), document)
            if document.is_settlement and document.operation is not None:
                sums = operations.get(document.operation, _NO_DOCUMENTS)
                operations[document.operation] = sums.plus(document)
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


def _extend(span: ShiftSpan | None, document: StoredDocument) -> ShiftSpan:
    return ShiftSpan(
        first=min(span.first, document.number) if span else document.number,
        last=max(span.last, document.number) if span else document.number,
        closed=document.closes_shift or (span is not None and span.closed),
    )
