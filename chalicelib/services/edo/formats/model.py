"""What every document names: who takes part and who signs, what it is, how it was answered."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class FullName:
    """A person's name in parts, each of at most 60 characters."""

    surname: str
    given_name: str
    patronymic: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.surname, self.given_name, self.patronymic)))


@dataclass(frozen=True, slots=True)
class DocumentParty:
    """A participant of the exchange: an organisation, or an entrepreneur by their own name.

    An organisation has an ИНН of 10 digits and a КПП; an entrepreneur an ИНН of 12 digits, no КПП
    and ``person``.
    """

    participant_id: str
    """``<operator code>-<ИНН>-<КПП>-<digits>``: 4 to 46 of ``A-Za-z0-9@.-``."""
    inn: str
    name: str
    address: str
    """In one line; printed in the document, asked of both sides of an invoice."""
    kpp: str | None = None
    person: FullName | None = None

    def __post_init__(self) -> None:
        kind = (len(self.inn), self.kpp is not None, self.person is not None)
        if kind not in {(10, True, False), (12, False, True)}:
            raise ValueError("an organisation has a КПП, an entrepreneur a name of their own")


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of the exchange as it names itself in technology messages."""

    code: str
    """Three characters, those that its participants' identifiers begin with."""
    name: str
    inn: str


@dataclass(frozen=True, slots=True)
class PowerOfAttorney:
    """A machine-readable power of attorney (МЧД) as documents name it."""

    number: str
    """The registration number: a GUID of 36 characters."""
    issued_on: dt.date
    kept_at: str
    """The system that keeps it, by its address or name."""


@dataclass(frozen=True, slots=True)
class FileSigner:
    """The person whose signature the file awaits."""

    name: FullName
    position: str | None = None
    power_of_attorney: PowerOfAttorney | None = None
    """Of whoever is not the head; without one the certificate alone is the authority."""


class UpdFunction(StrEnum):
    """What the document is (``@Функция``)."""

    INVOICE = "СЧФ"
    INVOICE_AND_TRANSFER = "СЧФДОП"
    TRANSFER = "ДОП"

    @property
    def document_name(self) -> str:
        """What such a document is called where the parties did not agree on a name."""
        return _DOCUMENT_NAMES[self]

    @property
    def awaits_buyer(self) -> bool:
        """Whether the buyer answers with a title; an invoice is only received."""
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
    """How the acceptance ended (``@КодИтога``)."""

    ACCEPTED = "1"
    ACCEPTED_WITH_DISCREPANCIES = "2"
    NOT_ACCEPTED = "3"

    @property
    def words(self) -> str | None:
        """The content of the operation (``@СодОпер``); the format wants none of a refusal."""
        return _WORDS.get(self)


_WORDS: Final = {
    Acceptance.ACCEPTED: "Товары (работы, услуги, права) приняты без расхождений (претензий)",
    Acceptance.ACCEPTED_WITH_DISCREPANCIES: (
        "Товары (работы, услуги, права) приняты с расхождениями (претензией)"
    ),
}
