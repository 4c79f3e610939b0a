"""Personas of the browser tests whose organisations have used nothing yet, one for each test."""

import datetime as dt
from typing import Final, Literal

from infra.local.personas import Organisation, Person, Persona


def _persona(
    key: str,
    person: Person,
    *,
    kind: Literal["legal_entity", "entrepreneur"],
    name: str,
    inn: str,
    kpp: str | None,
    ogrn: str,
) -> Persona:
    organisation = Organisation(
        name=name,
        kind=kind,
        inn=inn,
        kpp=kpp,
        ogrn=ogrn,
        address="101000, г. Москва, ул. Новая, д. 1",
        tax_office_code="7701",
        email=f"{key}@example.ru",
        phone="+79990000404",
        cabinet_created_on=dt.date(2017, 3, 2),
    )
    return Persona(key, name, f"user-{key}-1", f"client-{key}", ("client",), person, organisation)


JOINING: Final = _persona(
    "lutik",
    Person("Лебедева", "Ольга", "Петровна", "Директор", "967720150171"),
    kind="legal_entity",
    name="ООО «Лютик»",
    inn="9677190112",
    kpp="770101001",
    ogrn="1209677002017",
)
"""Joins the exchange of documents."""
ROAMING: Final = _persona(
    "vasilek",
    Person("Ветров", "Олег", "Ильич", "Директор", "967720160109"),
    kind="legal_entity",
    name="ООО «Василёк»",
    inn="9677190120",
    kpp="770101001",
    ogrn="1209677002028",
)
"""Buys a licence for documents of other operators."""
WITHOUT_AGREEMENT: Final = _persona(
    "sidorov",
    Person("Сидоров", "Игорь", "Львович", "Индивидуальный предприниматель", "967720170146"),
    kind="entrepreneur",
    name="ИП Сидоров",
    inn="967720170146",
    kpp=None,
    ogrn="318967700013010",
)
"""Signs the agreement on additional services."""

NEWCOMERS: Final = {persona.key: persona for persona in (JOINING, ROAMING, WITHOUT_AGREEMENT)}
