"""The personas of the demonstration: persons, their organisations and the cash registers of these.

Everything is invented. Taxpayer numbers begin with 9677, a code that no tax office has.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Person:
    """A natural person, with the name and position that a signature certificate states."""

    surname: str
    given_name: str
    patronymic: str
    position: str
    inn: str
    """ИНН of the person, 12 digits."""


@dataclass(frozen=True)
class Register:
    """A cash register with its current fiscal drive."""

    register_id: str
    """Регистрационный номер (РНМ): 16 digits, of which the last six are a check code."""
    model: str
    serial: str
    fiscal_drive_number: str
    fiscal_drive_months: Literal[15, 36]
    fiscal_drive_days_left: int
    """Days from the seeding of the demonstration data to the last day of the drive."""

    def fiscal_drive_ends_on(self, today: dt.date) -> dt.date:
        """Return the last day of the drive; ``today`` is the day on which the data is seeded."""
        return today + dt.timedelta(days=self.fiscal_drive_days_left)


@dataclass(frozen=True)
class Organisation:
    """An organisation, with the details that the cabinet of the operator sends."""

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
    """A user of the product: the claims of the token, the person and the organisation."""

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
