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
from chalicelib.runtime.model import Model, Payload
from chalicelib.services.edo.participant import NamePart, Participant, ParticipantId, PersonNames

# --- registration


class ChosenCertificate(Payload):
    """The certificate picked for the registration, and the names as corrected by its holder."""

    certificate: base64_bytes(64 * 1024)  # type: ignore[valid-type]
    """DER, as base64."""
    surname: NamePart | None = None
    given_name: NamePart | None = None
    patronymic: NamePart | None = None


class CertificateCard(Model):
    """What was read from a certificate; what it does not say is absent."""

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

    title: str
    version: str
    text: str


class Organisation(Model):
    """The organisation as it will be registered, from its profile."""

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

    licence_id: Identifier
    package_id: str
    title: str
    documents: int
    documents_left: int
    valid_until: dt.date
    """The last day."""


class LicenceCard(Model):
    """The section «Лицензия»: the package in use, and those that wait behind it."""

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

    inn: Annotated[Inn, StringConstraints(strip_whitespace=True)]


class Counterparty(Model):
    """A participant that documents may be sent to."""

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
