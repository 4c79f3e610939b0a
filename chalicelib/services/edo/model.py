"""«Платформа ЭДО»: registration, licence, counterparties."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chalicelib.core.billing.model import Invoice
from chalicelib.core.signing.model import Signature, SignatureBytes
from chalicelib.requisites import Inn, Kopecks, Line
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.services.edo.participant import NamePart, Participant, ParticipantId, PersonNames

# --- registration


class ChosenCertificate(Payload):
    """The certificate picked for the registration, and the names as corrected by its holder."""

    model_config = example(surname="Смирнова", given_name="Мария", patronymic="Андреевна")

    certificate: base64_bytes(64 * 1024)  # type: ignore[valid-type]
    """DER, as base64."""
    surname: NamePart | None = None
    given_name: NamePart | None = None
    patronymic: NamePart | None = None


class CertificateCard(Model):
    """What was read from a certificate; what it does not say is absent."""

    model_config = example(
        surname="Смирнова",
        given_name="Мария",
        patronymic="Андреевна",
        organisation="ООО «Ромашка»",
        position="Генеральный директор",
        issuer="УЦ «Пример»",
        serial="01d9a4b700c3f5e8",
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        valid_until="2027-06-01T00:00:00Z",
        inn="9677190017",
        kpp="771901001",
        ogrn="1199677001040",
    )

    sha256: str
    serial: str
    issuer: str
    valid_until: dt.datetime
    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    organisation: str | None = None
    position: str | None = None
    inn: str | None = None
    """Of the organisation or the entrepreneur."""
    kpp: str | None = None
    ogrn: str | None = None


class LegalText(Model):
    """A text that a client accepts, by its version."""

    model_config = example(
        title="Оферта оператора ЭДО", version="1", text="Оферта оператора ЭДО\n\nРедакция 1\n\n…"
    )

    title: str
    version: str
    text: str


class Organisation(Model):
    """The organisation as it will be registered, from its profile."""

    model_config = example(
        name="ООО «Ромашка»",
        inn="9677190017",
        kpp="771901001",
        ogrn="1199677001040",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
        tax_office_code="7719",
    )

    name: str
    inn: str
    kpp: str | None = None
    ogrn: str
    address: str
    tax_office_code: str


class Statement(Model):
    """What will be registered, and the exact text to sign, as its UTF-8 bytes."""

    statement_id: Identifier
    certificate: CertificateCard
    person: PersonNames
    """The names that will be registered: the certificate's, or as corrected."""
    organisation: Organisation
    address_note: str
    """Where the address and the tax office code come from, and where they are changed."""
    offer: LegalText
    personal_data_policy: LegalText
    text: str

    def shown(self) -> "StatementToSign":
        """Return what the person at the screen checks and signs."""
        return StatementToSign(
            **self.model_dump(exclude={"person", "organisation"}),
            **self.person.model_dump(),
            **self.organisation.model_dump(exclude={"name"}),
            organisation=self.organisation.name,
            position=self.certificate.position,
        )


class StatementToSign(Model):
    """What will be registered, to be checked, and the exact text to sign, as its UTF-8 bytes."""

    model_config = example(
        surname="Смирнова",
        given_name="Мария",
        patronymic="Андреевна",
        position="Генеральный директор",
        organisation="ООО «Ромашка»",
        inn="9677190017",
        kpp="771901001",
        ogrn="1199677001040",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
        tax_office_code="7719",
        address_note="Адрес и код налогового органа взяты из профиля организации.",
        text="Заявление о присоединении к ЭДО\n\n…",
    )

    statement_id: Identifier
    surname: str
    """With the other names: the certificate's, or as corrected."""
    given_name: str
    patronymic: str | None
    position: str | None
    organisation: str
    inn: str
    kpp: str | None
    ogrn: str
    address: str
    tax_office_code: str
    address_note: str
    """Where the address and the tax office code come from, and where they are changed."""
    certificate: CertificateCard
    """As it says of itself, whatever was corrected."""
    offer: LegalText
    personal_data_policy: LegalText
    text: str


class NewRegistration(Payload):
    """A signed statement with both acceptances."""

    statement_id: Identifier
    accept_offer: bool
    accept_personal_data: bool
    signature: SignatureBytes
    """Detached, over the exact text of the statement, by the certificate it was made for."""


class Registration(Model):
    """A participant's registration: what was stated, accepted and signed."""

    model_config = example(
        offer_version="1",
        personal_data_version="1",
        statement_text="Заявление о присоединении к ЭДО\n\n…",
    )

    participant_id: ParticipantId
    registered_at: dt.datetime
    person: PersonNames
    certificate: CertificateCard
    organisation: Organisation
    offer_version: str
    personal_data_version: str
    statement_text: str
    signature: Signature

    def participant(self, client_id: str) -> Participant:
        """Return what the directory keeps of the client."""
        return Participant(
            participant_id=self.participant_id,
            inn=self.organisation.inn,
            kpp=self.organisation.kpp,
            name=self.organisation.name,
            address=self.organisation.address,
            owner=client_id,
            ogrn=self.organisation.ogrn,
            person=self.person,
            position=self.certificate.position,
        )


# --- licence


class Package(Model):
    """A package on sale: outgoing documents for a time; the price includes VAT."""

    model_config = example(
        package_id="start-50",
        title="Старт: 50 документов на 12 месяцев",
        documents=50,
        days=365,
        price_kopecks=600_00,
    )

    package_id: Identifier
    title: Line
    documents: Annotated[int, Field(ge=1)]
    days: Annotated[int, Field(ge=1)]
    """From the payment on."""
    price_kopecks: Kopecks


class PurchaseState(StrEnum):
    """Where the purchase of a package stands."""

    INVOICED = "invoiced"
    PAID = "paid"
    EXPIRED = "expired"


class Purchase(Model):
    """A package bought, as it was on sale then."""

    model_config = example(client_id="client-romashka", invoice_number="СУ-1072022639")

    purchase_id: Identifier
    client_id: str
    package: Package
    state: PurchaseState
    invoice_id: Identifier
    invoice_number: str
    history: tuple[HistoryEntry, ...]


class PurchaseWithInvoice(Purchase):
    """A new purchase and the invoice to pay."""

    invoice: Invoice


class Licence(Model):
    """A paid package with what is left of it."""

    model_config = example(
        package_id="start-50",
        title="Старт: 50 документов на 12 месяцев",
        documents=50,
        documents_left=48,
        valid_until="2027-11-24",
    )

    licence_id: Identifier
    package_id: str
    title: str
    documents: int
    documents_left: int
    valid_until: dt.date
    """The last day."""


class LicenceCard(Model):
    """The section «Лицензия»: the package in use, and those that wait behind it."""

    model_config = example(
        state="active",
        colour="orange",
        package="Старт: 50 документов на 12 месяцев",
        documents_left=48,
        valid_until="2027-11-24",
        next_packages=[],
    )

    state: Literal["none", "active"]
    colour: Literal["red", "orange"]
    package: str | None = None
    documents_left: int = 0
    """Of the package in use."""
    valid_until: dt.date | None = None
    next_packages: tuple[Licence, ...] = ()
    """In the order in which they will be used."""


class Overview(Model):
    """The main screen of «Платформа ЭДО»."""

    registered: bool
    participant_id: ParticipantId | None
    licence: LicenceCard


# --- counterparties


class CounterpartiesQuery(Payload):
    """Whose participants to find."""

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
    """Whether another operator serves it: documents to it need an active licence."""

    @classmethod
    def of(cls, one: Participant) -> "Counterparty":
        """Return what others may know of a participant."""
        return cls(
            participant_id=one.participant_id,
            name=one.name,
            inn=one.inn,
            kpp=one.kpp,
            roaming=one.roaming,
        )
