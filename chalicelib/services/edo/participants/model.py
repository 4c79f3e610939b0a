"""Participants of the exchange and their identifiers."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chalicelib.core.organisation.model import Profile
from chalicelib.requisites import Inn, Kpp, Line, single_line
from chalicelib.runtime.model import Model, Payload, example

if TYPE_CHECKING:  # most functions read participants without making documents
    from chalicelib.services.edo.formats.model import DocumentParty, FileSigner, FullName

ParticipantId = Annotated[
    str,
    Field(
        pattern=r"^[0-9A-Z]{3}-[A-Za-z0-9@.-]{1,42}$",
        examples=["2SU-9677190017-771901001-202611240900000000001"],
    ),
]
"""``<operator code>-<ИНН>-<КПП>-<digits>``; an entrepreneur's identifier has no КПП."""

_ALLOWED_BESIDE_LETTERS = frozenset(" -'’.")


def _require_letters(name: str) -> str:
    if not name[0].isalpha() or not all(c.isalpha() or c in _ALLOWED_BESIDE_LETTERS for c in name):
        raise ValueError("Только буквы, дефис, апостроф и пробел.")
    return name


NamePart = Annotated[str, single_line(60), AfterValidator(_require_letters)]


class PersonNames(Model):
    """A person's name in parts."""

    model_config = example(surname="Смирнова", given_name="Мария", patronymic="Андреевна")

    surname: NamePart
    given_name: NamePart
    patronymic: NamePart | None = None


class Participant(Model):
    """A participant of the exchange, served by this operator or by another one."""

    participant_id: ParticipantId
    inn: Inn
    kpp: Kpp | None = None
    name: Line | None = None
    address: Line | None = None
    owner: str | None = None
    """Client identifier of our participant; None for a participant of another operator."""
    ogrn: str | None = None
    person: PersonNames | None = None
    """The person registered to sign for the participant."""
    position: str | None = None

    @model_validator(mode="after")
    def _require_consistent(self) -> Self:
        """Documents and messages are made from these fields without checking them again."""
        entrepreneur = len(self.inn) == 12
        if entrepreneur == (self.kpp is not None) or (entrepreneur and self.person is None):
            raise ValueError("У организации должен быть КПП, у предпринимателя — фамилия и имя.")
        return self

    @property
    def roaming(self) -> bool:
        """Whether another operator serves the participant."""
        return self.owner is None

    def as_of(self, profile: Profile | None) -> Self:
        """Return the participant with the current name and address from the profile, if any."""
        if profile is None:
            return self
        return self.model_copy(update={"name": profile.name, "address": profile.address})

    def party(self) -> "DocumentParty":
        """Return the participant in the form that exchange documents name it."""
        from chalicelib.services.edo.formats.model import DocumentParty

        entrepreneur = len(self.inn) == 12
        return DocumentParty(
            participant_id=self.participant_id,
            inn=self.inn,
            name=self.name or f"ИНН {self.inn}",
            address=self.address or "",
            kpp=self.kpp,
            person=self._full_name() if entrepreneur else None,
        )

    def signer(self) -> "FileSigner":
        """Return the person who signs for the participant.

        Raises:
            LookupError: the participant is another operator's and its signer is not known.
        """
        from chalicelib.services.edo.formats.model import FileSigner

        name = self._full_name()
        if name is None:
            raise LookupError("the signer of another operator's participant is not known")
        return FileSigner(name=name, position=self.position)

    def _full_name(self) -> "FullName | None":
        from chalicelib.services.edo.formats.model import FullName

        return FullName(**self.person.model_dump()) if self.person else None


class CounterpartiesQuery(Payload):
    """The taxpayer whose participants are searched for."""

    model_config = example(inn="5024000009")

    inn: Annotated[Inn, StringConstraints(strip_whitespace=True)]


class Counterparty(Model):
    """A participant that documents may be sent to."""

    model_config = example(
        name="ООО «Дальняя»",
        inn="5024000009",
        kpp="502401001",
        participant_id="2FO-5024000009-502401001-202601010000000000001",
        roaming=True,
    )

    participant_id: ParticipantId
    name: str | None
    inn: str
    kpp: str | None
    roaming: bool
    """Whether another operator serves the participant; documents to it need an active licence."""

    @classmethod
    def of(cls, participant: Participant) -> Self:
        """Return the public part of a participant."""
        return cls(
            participant_id=participant.participant_id,
            name=participant.name,
            inn=participant.inn,
            kpp=participant.kpp,
            roaming=participant.roaming,
        )


def new_participant_id(
    operator_code: str, inn: str, kpp: str | None, moment: dt.datetime, digits: int
) -> str:
    """Return a new identifier, which ends in the moment and ``digits`` padded to seven."""
    parts = [operator_code, inn, kpp, f"{moment:%Y%m%d%H%M%S}{digits:07}"]
    return "-".join(filter(None, parts))


def is_served_by(participant_id: str, operator_code: str) -> bool:
    """Return whether the operator with that code serves the participant."""
    return participant_id.startswith(f"{operator_code}-")


def participant_from_id(participant_id: str) -> Participant | None:
    """Return the organisation whose ИНН and КПП are in another operator's identifier, if any."""
    _, inn, kpp, *_ = (*participant_id.split("-"), None)
    try:
        return Participant(participant_id=participant_id, inn=inn, kpp=kpp)
    except ValueError:
        return None
