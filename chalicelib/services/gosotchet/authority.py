"""The authorities that take reports, and by which requisites each knows an organisation.

The codes of ФНС, СФР, Росстат and of КПП have published shapes; those of Росалкогольтабакконтроль,
Росприроднадзор and ЦБ are taken as they stand, bounded in length.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from chalicelib.core.organisation.model import OrganisationKind
from chalicelib.requisites import Kpp, Okpo, Requisite, TaxOfficeCode, single_line
from chalicelib.runtime.model import Payload

Fault = tuple[str, str]
"""A field of an authority, empty for the whole of it, and what is wrong there in Russian."""


def _shaped(name: str, pattern: str, shape: str, example: str) -> Requisite:
    compiled = re.compile(pattern)

    def normalise(value: object) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not compiled.fullmatch(text):
            raise PydanticCustomError("requisite", "{message}", {"message": f"{name}: {shape}"})
        return text

    schema = {"type": "string", "title": name, "pattern": f"^(?:{pattern})$", "examples": [example]}
    return Requisite(normalise, schema)


SfrNumber = Annotated[
    str,
    _shaped(
        "Регистрационный номер СФР",
        "[0-9]{3}-[0-9]{3}-[0-9]{6}|[0-9]{10}",
        "10 цифр или номер вида 087-123-456789",
        "087-123-456789",
    ),
]
Togs = Annotated[str, _shaped("Код ТОГС", "[0-9]{2}-[0-9]{2}", "четыре цифры вида 77-00", "77-00")]
"""Code of a territorial body of Росстат."""
Identifier = Annotated[str, single_line(64)]


class AuthorityKind(StrEnum):
    """Who takes reports."""

    FNS = "fns"
    SFR = "sfr"
    ROSSTAT = "rosstat"
    FSRAR = "fsrar"
    RPN = "rpn"
    CB = "cb"

    @property
    def label(self) -> str:
        """What people call it."""
        return _LABELS[self]


_LABELS = {
    AuthorityKind.FNS: "ФНС",
    AuthorityKind.SFR: "СФР",
    AuthorityKind.ROSSTAT: "Росстат",
    AuthorityKind.FSRAR: "Росалкогольтабакконтроль",
    AuthorityKind.RPN: "Росприроднадзор",
    AuthorityKind.CB: "ЦБ",
}


class _Authority(Payload):
    kind: AuthorityKind

    @property
    def title(self) -> str:
        """The authority and its requisites; what is called the same is the same."""
        said = self.model_dump(exclude={"kind"}, exclude_none=True).values()
        return f"{self.kind.label} {', '.join(said)}"

    def faults(self, of: OrganisationKind) -> list[Fault]:
        """Return what does not suit an organisation of that kind."""
        return []


class Fns(_Authority):
    """A tax office, and the КПП under which the organisation reports to it."""

    kind: Literal[AuthorityKind.FNS]
    code: TaxOfficeCode
    kpp: Kpp | None = None
    """Of a legal entity; an entrepreneur has none."""

    @property
    def title(self) -> str:
        return f"ФНС {self.code}" + (f", КПП {self.kpp}" if self.kpp else "")

    def faults(self, of: OrganisationKind) -> list[Fault]:
        if of is OrganisationKind.LEGAL_ENTITY and self.kpp is None:
            return [("kpp", f"{self.title}: укажите КПП организации.")]
        if of is OrganisationKind.ENTREPRENEUR and self.kpp is not None:
            return [("kpp", f"{self.title}: у предпринимателя нет КПП, оставьте поле пустым.")]
        return []


class Sfr(_Authority):
    """The Social Fund, which knows an employer by a registration number."""

    kind: Literal[AuthorityKind.SFR]
    registration_number: SfrNumber


class Rosstat(_Authority):
    """A territorial body of the statistics service."""

    kind: Literal[AuthorityKind.ROSSTAT]
    togs: Togs
    okpo: Okpo
    """8 digits of a legal entity, 14 of its branch, 10 of an entrepreneur."""

    @property
    def title(self) -> str:
        return f"Росстат {self.togs}, ОКПО {self.okpo}"

    def faults(self, of: OrganisationKind) -> list[Fault]:
        if (len(self.okpo) == 10) is (of is OrganisationKind.ENTREPRENEUR):
            return []
        fits = "8 цифр (у филиала — 14)" if of is OrganisationKind.LEGAL_ENTITY else "10 цифр"
        whose = "организации" if of is OrganisationKind.LEGAL_ENTITY else "предпринимателя"
        return [("okpo", f"{self.title}: в ОКПО {whose} {fits}.")]


class Fsrar(_Authority):
    """Росалкогольтабакконтроль."""

    kind: Literal[AuthorityKind.FSRAR]
    identifier: Identifier


class Rpn(_Authority):
    """Росприроднадзор."""

    kind: Literal[AuthorityKind.RPN]
    identifier: Identifier


class Cb(_Authority):
    """The Bank of Russia."""

    kind: Literal[AuthorityKind.CB]
    identifier: Identifier


def _point_at_fields(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Tell faults by the fields of the form: pydantic puts the kind of a union before them."""
    try:
        return read(value)
    except ValidationError as error:
        faults: list[InitErrorDetails] = [
            {
                "type": PydanticCustomError(fault["type"], fault["msg"], fault.get("ctx")),
                "loc": fault["loc"][1:],
                "input": None,
            }
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ValidationError.from_exception_data(error.title, faults) from None


def _some(authorities: tuple["Authority", ...]) -> tuple["Authority", ...]:
    # After the items, since pydantic counts out those at fault and would call a form of them empty.
    if not authorities:
        raise PydanticCustomError("authorities", "Добавьте хотя бы один контролирующий орган.")
    return authorities


Authority = Annotated[
    Fns | Sfr | Rosstat | Fsrar | Rpn | Cb,
    Field(discriminator="kind"),
    WrapValidator(_point_at_fields),
]
MOST_AUTHORITIES = 100
"""In one registration."""
Authorities = Annotated[tuple[Authority, ...], Field(max_length=MOST_AUTHORITIES)]
SomeAuthorities = Annotated[Authorities, AfterValidator(_some)]
