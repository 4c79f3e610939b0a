"""Which invoice a payment is for: told by the number in its purpose, checked by payer and sum."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from chalicelib.core.billing.model import Invoice, invoice_number
from chalicelib.core.billing.statement import StatementDocument

# The two letters of the series, as typed in either alphabet: С and C, У and Y look the same.
_WORD_START = r"(?<![^\W_])"
_SERIES = rf"{_WORD_START}[СC][УY]"
_BETWEEN = r"[\s.№\-\u2010-\u2015\u2212_]*"
# Written whole, a number cannot be mistaken. Cut short («СУ-155») it is as likely the name of a
# building trust, so a short one counts only right after the word «счёт»; bare digits («сч. 42»)
# never do, since payers quote contracts and invoices of their own the same way.
_WHOLE = re.compile(rf"{_SERIES}{_BETWEEN}([0-9]{{6,12}})(?![0-9])", re.IGNORECASE)
_SHORT = re.compile(
    rf"{_WORD_START}сч[её]?т?[а-я]{{0,2}}[\s.:]*(?:№|N|No)?[\s.]*{_SERIES}{_BETWEEN}([0-9]{{1,5}})(?![0-9])",
    re.IGNORECASE,
)


def invoice_numbers(purpose: str) -> list[str]:
    """Our invoice numbers quoted in the purpose of a payment, canonical, each once, in order."""
    found = sorted(
        (match.start(1), int(match[1]))
        for pattern in (_WHOLE, _SHORT)
        for match in pattern.finditer(purpose)
    )
    return list(dict.fromkeys(invoice_number(ordinal) for _, ordinal in found))


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What of an invoice a payment is compared with."""

    payer_inn: str
    due_kopecks: int

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        return cls(payer_inn=invoice.payer.inn, due_kopecks=invoice.due_kopecks)


class Outcome(StrEnum):
    """How a payment compares with the invoice it names."""

    MATCHED = "matched"
    AMOUNT_DIFFERS = "amount-differs"
    PAYER_DIFFERS = "payer-differs"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class Match:
    """``invoice_number`` is the one known invoice that the purpose names, if there is just one.

    ``numbers`` are all that it names, for the person who looks into what did not match.
    """

    outcome: Outcome
    invoice_number: str | None
    numbers: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether the money goes to the invoice without a person: too little or too much does."""
        return self.outcome in {Outcome.MATCHED, Outcome.AMOUNT_DIFFERS}


def match(document: StatementDocument, candidates: Mapping[str, InvoiceFacts]) -> Match:
    """Compare a payment with the invoices it names; ``candidates`` are the known ones, by number.

    A purpose that names several numbers is ambiguous as soon as one of them is known: how to
    divide the sum only the payer knows. A payer that the bank does not identify (no ИНН) differs.
    """
    numbers = tuple(invoice_numbers(document.purpose))
    known = [number for number in numbers if number in candidates]
    if not known:
        return Match(Outcome.NOT_FOUND, None, numbers)
    if len(numbers) > 1:
        return Match(Outcome.AMBIGUOUS, None, numbers)
    invoice = candidates[known[0]]
    if document.payer.inn != invoice.payer_inn:
        outcome = Outcome.PAYER_DIFFERS
    elif document.amount_kopecks != invoice.due_kopecks:
        outcome = Outcome.AMOUNT_DIFFERS
    else:
        outcome = Outcome.MATCHED
    return Match(outcome, known[0], numbers)
