"""The people of the demonstration: who they are, whom they act for, and what that owns.

All of it is invented: taxpayer numbers begin with 9677, which no tax office gives out.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Person:
    """The name and the position as a signature certificate states them."""

    surname: str
    given_name: str
    patronymic: str
    position: str
    inn: str
    """The person's own, 12 digits."""


@dataclass(frozen=True)
class Register:
    """A cash register with the fiscal drive that is in it now."""

    register_id: str
    """Регистрационный номер (РНМ), 16 digits, its last six the check code."""
    model: str
    serial: str
    fiscal_drive_number: str
    fiscal_drive_months: Literal[15, 36]
    fiscal_drive_days_left: int
    """Counted from the day the demonstration data is put in, so that it never grows stale."""

    def fiscal_drive_ends_on(self, today: dt.date) -> dt.date:
        """The last day of the drive, given the day the data is put in."""
        return today + dt.timedelta(days=self.fiscal_drive_days_left)


@dataclass(frozen=True)
class Organisation:
    """An organisation as its cabinet knows it."""

    name: str
    kind: Literal["legal_entity", "entrepreneur"]
    inn: str
    kpp: str | None
    ogrn: str
    address: str
    tax_office_code: str
    email: str
    phone: str
    cabinet_created_on: dt.date
    registers: tuple[Register, ...] = ()


@dataclass(frozen=True)
class Persona:
    """Someone to act as: what a token for them claims, and whom they act for."""

    key: str
    title: str
    subject: str
    client_id: str
    roles: tuple[Literal["client", "landlord", "operator"], ...]
    person: Person
    organisation: Organisation | None


_ROMASHKA = Organisation(
    name="ООО «Ромашка»",
    kind="legal_entity",
    inn="9677190017",
    kpp="771901001",
    ogrn="1199677001040",
    address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
    tax_office_code="7719",
    email="romashka@example.ru",
    phone="+79990000101",
    cabinet_created_on=dt.date(2019, 4, 15),
    registers=(
        Register(
            register_id="0004817236006552",
            model="АТОЛ 27Ф",
            serial="00106700412358",
            fiscal_drive_number="9960440300412358",
            fiscal_drive_months=15,
            fiscal_drive_days_left=34,
        ),
        Register(
            register_id="0006120945006811",
            model="ЭВОТОР СТ51Ф",
            serial="00307902846120",
            fiscal_drive_number="9961440300846120",
            fiscal_drive_months=36,
            fiscal_drive_days_left=611,
        ),
        Register(
            register_id="0007394518011703",
            model="МЕРКУРИЙ-185Ф",
            serial="0128500395",
            fiscal_drive_number="9960440300128395",
            fiscal_drive_months=15,
            fiscal_drive_days_left=221,
        ),
    ),
)

_PETROVA = Organisation(
    name="ИП Петрова Анна Сергеевна",
    kind="entrepreneur",
    inn="967720310403",
    kpp=None,
    ogrn="316967700012050",
    address="117342, г. Москва, ул. Бутлерова, д. 17, кв. 40",
    tax_office_code="7728",
    email="petrova@example.ru",
    phone="+79990000202",
    cabinet_created_on=dt.date(2016, 9, 1),
    registers=(
        Register(
            register_id="0005508261049717",
            model="АТОЛ 91Ф",
            serial="00106703117402",
            fiscal_drive_number="9961440300117402",
            fiscal_drive_months=36,
            fiscal_drive_days_left=402,
        ),
    ),
)

_ARENDA = Organisation(
    name="ООО «Аренда»",
    kind="legal_entity",
    inn="9677160044",
    kpp="772801001",
    ogrn="1169677022052",
    address="117246, г. Москва, Научный пр-д, д. 17, эт. 5",
    tax_office_code="7728",
    email="arenda@example.ru",
    phone="+79990000303",
    cabinet_created_on=dt.date(2018, 2, 12),
)

PERSONAS: dict[str, Persona] = {
    persona.key: persona
    for persona in (
        Persona(
            key="romashka",
            title="ООО «Ромашка»",
            subject="user-romashka-1",
            client_id="client-romashka",
            roles=("client",),
            person=Person("Смирнова", "Мария", "Андреевна", "Генеральный директор", "967720110122"),
            organisation=_ROMASHKA,
        ),
        Persona(
            key="petrova",
            title="ИП Петрова",
            subject="user-petrova-1",
            client_id="client-petrova",
            roles=("client",),
            person=Person(
                "Петрова", "Анна", "Сергеевна", "Индивидуальный предприниматель", "967720310403"
            ),
            organisation=_PETROVA,
        ),
        Persona(
            key="arenda",
            title="ООО «Аренда», арендодатель",
            subject="user-arenda-1",
            client_id="client-arenda",
            roles=("client", "landlord"),
            person=Person("Орлов", "Павел", "Викторович", "Генеральный директор", "967720130344"),
            organisation=_ARENDA,
        ),
        Persona(
            key="operator",
            title="Сотрудник оператора",
            subject="user-operator-1",
            client_id="operator",
            roles=("operator",),
            person=Person(
                "Волкова", "Елена", "Игоревна", "Специалист по работе с клиентами", "967720140455"
            ),
            organisation=None,
        ),
    )
}
