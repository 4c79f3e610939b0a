"""Who takes part in the exchange, and how participants are named."""

import datetime as dt
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.core.organisation.model import Profile
from chalicelib.requisites import Inn, Kpp, Line, single_line
from chalicelib.runtime.model import Model, example
from chalicelib.services.edo.formats.model import FullName, Party, Signer

ParticipantId = Annotated[
    str,
    Field(
        pattern=r"^[0-9A-Z]{3}-[A-Za-z0-9@.-]{1,42}$",
        examples=["2BM-9677190017-771901001-202611241200001234567"],
    ),
]
"""``<operator code>-<ИНН>-<КПП>-<digits>``; an entrepreneur's has no КПП."""

_IN_NAMES = frozenset(" -'’.")


def _lettered(name: str) -> str:
    if not name[0].isalpha() or not all(c.isalpha() or c in _IN_NAMES for c in name):
        raise ValueError("Только буквы, дефис, апостроф и пробел.")
    return name


NamePart = Annotated[str, single_line(60), AfterValidator(_lettered)]


class PersonNames(Model):
    """A person's name in parts."""

    model_config = example(surname="Смирнова", given_name="Мария", patronymic="Андреевна")

    surname: NamePart
    given_name: NamePart
    patronymic: NamePart | None = None


class Participant(Model):
    """A participant of the exchange, ours or another operator's, as the directory keeps it."""

    participant_id: ParticipantId
    inn: Inn
    kpp: Kpp | None = None
    name: Line | None = None
    address: Line | None = None
    owner: str | None = None
    """The client whose participant it is; None for another operator's."""
    ogrn: str | None = None
    person: PersonNames | None = None
    """Who was registered to sign for it."""
    position: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Every document and message that names a participant rests on this."""
        entrepreneur = len(self.inn) == 12
        if entrepreneur == (self.kpp is not None) or (entrepreneur and self.person is None):
            raise ValueError("У организации должен быть КПП, у предпринимателя — фамилия и имя.")
        return self

    @property
    def roaming(self) -> bool:
        """Whether another operator serves it."""
        return self.owner is None

    def as_of(self, profile: Profile | None) -> Self:
        """Return it with the name and address that its organisation has now."""
        if profile is None:
            return self
        return self.model_copy(update={"name": profile.name, "address": profile.address})

    def party(self) -> Party:
        """Return it as documents name it."""
        entrepreneur = len(self.inn) == 12
        return Party(
            participant_id=self.participant_id,
            inn=self.inn,
            name=self.name or f"ИНН {self.inn}",
            address=self.address or "",
            kpp=self.kpp,
            person=self._full_name() if entrepreneur else None,
        )

    def signer(self) -> Signer:
        """Return who signs for it.

        Raises:
            LookupError: it is another operator's, and we do not know who.
        """
        name = self._full_name()
        if name is None:
            raise LookupError("who signs for a participant of another operator is not known")
        return Signer(name=name, position=self.position)

    def _full_name(self) -> FullName | None:
        return FullName(**self.person.model_dump()) if self.person else None


def new_participant_id(
    operator_code: str, inn: str, kpp: str | None, moment: dt.datetime, digits: int
) -> str:
    """Return an identifier made of the moment and seven more ``digits``."""
    parts = [operator_code, inn, kpp, f"{moment:%Y%m%d%H%M%S}{digits:07}"]
    return "-".join(filter(None, parts))


def is_ours(participant_id: str, operator_code: str) -> bool:
    """Whether a participant is served by the operator of that code."""
    return participant_id.startswith(f"{operator_code}-")


def named_by_id(participant_id: str) -> Participant | None:
    """Return the organisation that another operator's identifier alone tells of, if it does."""
    _, inn, kpp, *_ = (*participant_id.split("-"), None)
    try:
        return Participant(participant_id=participant_id, inn=inn, kpp=kpp)
    except ValueError:
        return None
