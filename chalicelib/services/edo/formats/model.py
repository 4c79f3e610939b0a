"""Parties and signers of the exchange documents."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FullName:
    """A person's name in parts of at most 60 characters."""

    surname: str
    given_name: str
    patronymic: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.surname, self.given_name, self.patronymic)))


@dataclass(frozen=True, slots=True)
class DocumentParty:
    """A participant of the exchange in the form that documents name it.

    An organisation has an ИНН of 10 digits and a КПП. An entrepreneur has an ИНН of 12 digits and
    ``person``, and no КПП.

    Raises:
        ValueError: the fields fit neither an organisation nor an entrepreneur.
    """

    participant_id: str
    """``<operator code>-<ИНН>-<КПП>-<digits>``: 4 to 46 characters of ``A-Za-z0-9@.-``."""
    inn: str
    name: str
    address: str
    """Address in one line; a УПД contains the addresses of both parties."""
    kpp: str | None = None
    person: FullName | None = None

    def __post_init__(self) -> None:
        kind = (len(self.inn), self.kpp is not None, self.person is not None)
        if kind not in {(10, True, False), (12, False, True)}:
            raise ValueError("an organisation has a КПП, an entrepreneur a name of their own")


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of the exchange, as technology messages name it."""

    code: str
    """Three characters with which the identifiers of the operator's participants begin."""
    name: str
    inn: str


@dataclass(frozen=True, slots=True)
class PowerOfAttorney:
    """A machine-readable power of attorney (МЧД), as documents name it."""

    number: str
    """Registration number: a GUID of 36 characters."""
    issued_on: dt.date
    kept_at: str
    """Address or name of the system that keeps the power of attorney."""


@dataclass(frozen=True, slots=True)
class FileSigner:
    """The person who will sign the file."""

    name: FullName
    position: str | None = None
    power_of_attorney: PowerOfAttorney | None = None
    """Authority of a person who is not the head; None if the certificate shows the authority."""
