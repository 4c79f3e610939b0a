"""The authorities that accept reports, and the requisites that identify an organisation to each.

The formats of the codes of ФНС, СФР and Росстат and of КПП are published. The identifiers of
Росалкогольтабакконтроль, Росприроднадзор and ЦБ are accepted as single lines of limited length.
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

FieldError = tuple[str, str]
"""The name of a field, empty for the whole authority, and a description of the error in Russian."""


def _code(name: str, pattern: str, rule: str, example: str) -> Requisite:
    compiled = re.compile(pattern)

    def normalise(value: object) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not compiled.fullmatch(text):
            raise PydanticCustomError("requisite", "{message}", {"message": f"{name}: {rule}"})
        return text

    schema = {"type": "string", "title": name, "pattern": f"^(?:{pattern})$", "examples": [example]}
    return Requisite(normalise, schema)


SfrNumber = Annotated[
    str,
    _code(
        "Регистрационный номер СФР",
        "[0-9]{3}-[0-9]{3}-[0-9]{6}|[0-9]{10}",
        "10 цифр или номер вида 087-123-456789",
        "087-123-456789",
    ),
]
Togs = Annotated[str, _code("Код ТОГС", "[0-9]{2}-[0-9]{2}", "четыре цифры вида 77-00", "77-00")]
"""Code of a territorial body of Росстат."""
Identifier = Annotated[str, single_line(64)]


class AuthorityKind(StrEnum):
    """An authority that accepts reports."""

    FNS = "fns"
    SFR = "sfr"
    ROSSTAT = "rosstat"
    FSRAR = "fsrar"
    RPN = "rpn"
    CB = "cb"

    @property
    def label(self) -> str:
        """The name of the authority in Russian."""
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
        """The name of the authority and its requisites; no two authorities share a title."""
        requisites = self.model_dump(exclude={"kind"}, exclude_none=True).values()
        return f"{self.kind.label} {', '.join(requisites)}"

    def errors_for(self, organisation: OrganisationKind) -> list[FieldError]:
        """Return the errors of the requisites for an organisation of this kind."""
        return []


class Fns(_Authority):
    """A tax office, and the КПП under which the organisation reports to the office."""

    kind: Literal[AuthorityKind.FNS]
    code: TaxOfficeCode
    kpp: Kpp | None = None
    """Required for a legal entity, absent for an entrepreneur."""

    @property
    def title(self) -> str:
        return f"ФНС {self.code}" + (f", КПП {self.kpp}" if self.kpp else "")

    def errors_for(self, organisation: OrganisationKind) -> list[FieldError]:
        if organisation is OrganisationKind.LEGAL_ENTITY and self.kpp is None:
            return [("kpp", f"{self.title}: укажите КПП организации.")]
        if organisation is OrganisationKind.ENTREPRENEUR and self.kpp is not None:
            return [("kpp", f"{self.title}: у предпринимателя нет КПП, оставьте поле пустым.")]
        return []


class Sfr(_Authority):
    """The Social Fund and the registration number of the employer there."""

    kind: Literal[AuthorityKind.SFR]
    registration_number: SfrNumber


class Rosstat(_Authority):
    """A territorial body of the statistics service."""

    kind: Literal[AuthorityKind.ROSSTAT]
    togs: Togs
    okpo: Okpo
    """8 digits for a legal entity, 14 for its branch, 10 for an entrepreneur."""

    @property
    def title(self) -> str:
        return f"Росстат {self.togs}, ОКПО {self.okpo}"

    def errors_for(self, organisation: OrganisationKind) -> list[FieldError]:
        if (len(self.okpo) == 10) is (organisation is OrganisationKind.ENTREPRENEUR):
            return []
        digits = (
            "8 цифр (у филиала — 14)"
            if organisation is OrganisationKind.LEGAL_ENTITY
            else "10 цифр"
        )
        whose = (
            "организации" if organisation is OrganisationKind.LEGAL_ENTITY else "предпринимателя"
        )
        return [("okpo", f"{self.title}: в ОКПО {whose} {digits}.")]


class Fsrar(_Authority):
    """The alcohol and tobacco regulator, Росалкогольтабакконтроль."""

    kind: Literal[AuthorityKind.FSRAR]
    identifier: Identifier


class Rpn(_Authority):
    """The environment regulator, Росприроднадзор."""

    kind: Literal[AuthorityKind.RPN]
    identifier: Identifier


class Cb(_Authority):
    """The Bank of Russia."""

    kind: Literal[AuthorityKind.CB]
    identifier: Identifier


def _point_at_fields(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Remove the kind of authority, which pydantic adds for a union, from error locations."""
    try:
        return read(value)
    except ValidationError as error:
        errors: list[InitErrorDetails] = [
            {
                "type": PydanticCustomError(detail["type"], detail["msg"], detail.get("ctx")),
                "loc": detail["loc"][1:],
                "input": None,
            }
            for detail in error.errors(include_url=False, include_input=False)
        ]
        raise ValidationError.from_exception_data(error.title, errors) from None


def _not_empty(authorities: tuple["Authority", ...]) -> tuple["Authority", ...]:
    # After validation of the items: pydantic drops invalid items before it checks a minimum length.
    if not authorities:
        raise PydanticCustomError("authorities", "Добавьте хотя бы один контролирующий орган.")
    return authorities


Authority = Annotated[
    Fns | Sfr | Rosstat | Fsrar | Rpn | Cb,
    Field(discriminator="kind"),
    WrapValidator(_point_at_fields),
]
MOST_AUTHORITIES = 100
"""Maximum number of authorities in one registration."""
Authorities = Annotated[tuple[Authority, ...], Field(max_length=MOST_AUTHORITIES)]
NonEmptyAuthorities = Annotated[Authorities, AfterValidator(_not_empty)]
