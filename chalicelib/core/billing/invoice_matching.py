"""Finds the invoice of a payment by the purpose of payment, the payer and the amount."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.billing.model import InvoiceReference, invoice_number
from chalicelib.core.billing.payment_model import MatchOutcome
from chalicelib.core.billing.statement import StatementDocument

# The letters of the series in either alphabet: Cyrillic С and Latin C, Cyrillic У and Latin Y.
_WORD_START = r"(?<![^\W_])"
_SERIES = rf"{_WORD_START}[СC][УY]"
_BETWEEN = r"[\s.№\-\u2010-\u2015\u2212_]*"
# A number with all its digits is unambiguous. A short number («СУ-155») can also be the name of a
# building trust, so a short number counts only right after the word «счёт». Digits alone («сч. 42»)
# never count, since payers quote contracts and their own invoices in the same way.
_WHOLE = re.compile(rf"{_SERIES}{_BETWEEN}([0-9]{{6,12}})(?![0-9])", re.IGNORECASE)
_SHORT = re.compile(
    rf"{_WORD_START}сч[её]?т?[а-я]{{0,2}}[\s.:]*(?:№|N|No)?[\s.]*{_SERIES}{_BETWEEN}([0-9]{{1,5}})(?![0-9])",
    re.IGNORECASE,
)


def invoice_numbers(purpose: str) -> list[str]:
    """Return the invoice numbers in a purpose of payment in canonical form, without repeats."""
    quoted = sorted(
        (match.start(1), int(match[1]))
        for pattern in (_WHOLE, _SHORT)
        for match in pattern.finditer(purpose)
    )
    return list(dict.fromkeys(invoice_number(ordinal) for _, ordinal in quoted))


@dataclass(frozen=True, slots=True)
class Match:
    """The invoice of a payment.

    ``invoice_number`` is the number of the invoice that the purpose names, None unless the purpose
    names a single invoice that is known.
    """

    outcome: MatchOutcome
    invoice_number: str | None

    @property
    def is_certain(self) -> bool:
        """Whether the invoice is certain, even if the amount of the payment differs."""
        return self.outcome in {MatchOutcome.MATCHED, MatchOutcome.AMOUNT_DIFFERS}


def match(document: StatementDocument, candidates: Mapping[str, InvoiceReference]) -> Match:
    """Return which of the known invoices, given by number, a payment is for.

    A purpose that names several invoices is ambiguous if one of them is known, since only the payer
    knows how to divide the amount. A payer without an ИНН differs from the payer of the invoice.
    """
    numbers = invoice_numbers(document.purpose)
    known = [number for number in numbers if number in candidates]
    if not known:
        return Match(MatchOutcome.NOT_FOUND, None)
    if len(numbers) > 1:
        return Match(MatchOutcome.AMBIGUOUS, None)
    invoice = candidates[known[0]]
    if document.payer.inn != invoice.payer_inn:
        outcome = MatchOutcome.PAYER_DIFFERS
    elif document.amount_kopecks != invoice.total_kopecks:
        outcome = MatchOutcome.AMOUNT_DIFFERS
    else:
        outcome = MatchOutcome.MATCHED
    return Match(outcome, known[0])
