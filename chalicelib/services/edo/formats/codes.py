"""Codes in the exchange documents; separate, because forms are read without parties and signers."""

from enum import StrEnum
from typing import Final

EXEMPT: Final = "без НДС"
"""The rate of a line that is exempt from VAT."""


class UpdFunction(StrEnum):
    """Function of a УПД (``@Функция``)."""

    INVOICE = "СЧФ"
    INVOICE_AND_TRANSFER = "СЧФДОП"
    TRANSFER = "ДОП"

    @property
    def document_name(self) -> str:
        """Name of the document if the parties have not agreed on another."""
        return _DOCUMENT_NAMES[self]

    @property
    def awaits_buyer(self) -> bool:
        """Whether the buyer answers with a title; nobody answers an invoice."""
        return self is not UpdFunction.INVOICE


_DOCUMENT_NAMES: Final = {
    UpdFunction.INVOICE: "Счет-фактура",
    UpdFunction.INVOICE_AND_TRANSFER: (
        "Счет-фактура и документ об отгрузке товаров (выполнении работ), передаче имущественных "
        "прав (документ об оказании услуг)"
    ),
    UpdFunction.TRANSFER: (
        "Документ об отгрузке товаров (выполнении работ), передаче имущественных прав "
        "(документ об оказании услуг)"
    ),
}


class Acceptance(StrEnum):
    """Result of the acceptance (``@КодИтога``)."""

    ACCEPTED = "1"
    ACCEPTED_WITH_DISCREPANCIES = "2"
    NOT_ACCEPTED = "3"

    @property
    def operation(self) -> str | None:
        """Text of ``@СодОпер``; None for a refusal, for which the format permits no text."""
        return _OPERATIONS.get(self)


_OPERATIONS: Final = {
    Acceptance.ACCEPTED: "Товары (работы, услуги, права) приняты без расхождений (претензий)",
    Acceptance.ACCEPTED_WITH_DISCREPANCIES: (
        "Товары (работы, услуги, права) приняты с расхождениями (претензией)"
    ),
}
