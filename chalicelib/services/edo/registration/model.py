"""The statement of joining and the registration that it leads to."""

import datetime as dt

from chalicelib.core.signing.model import Signature, SignatureBytes
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.services.edo.participants.model import (
    NamePart,
    Participant,
    ParticipantId,
    PersonNames,
)


class ChosenCertificate(Payload):
    """The certificate to register with, and corrections of its holder's name."""

    model_config = example(surname="Смирнова", given_name="Мария", patronymic="Андреевна")

    certificate: base64_bytes(64 * 1024)  # type: ignore[valid-type]
    """DER, as base64."""
    surname: NamePart | None = None
    given_name: NamePart | None = None
    patronymic: NamePart | None = None


class ParticipantCertificate(Model):
    """Contents of a certificate; a field that the certificate lacks is null."""

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
    """ИНН of the organisation or the entrepreneur."""
    kpp: str | None = None
    ogrn: str | None = None


class LegalText(Model):
    """A text that a client accepts, with its version."""

    model_config = example(
        title="Оферта оператора ЭДО", version="1", text="Оферта оператора ЭДО\n\nРедакция 1\n\n…"
    )

    title: str
    version: str
    text: str


class RegisteredOrganisation(Model):
    """The organisation as its profile was at the registration."""

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


class JoiningStatement(Model):
    """A statement that waits for its signature."""

    statement_id: Identifier
    certificate: ParticipantCertificate
    person: PersonNames
    """The names to register: those of the certificate with the corrections."""
    organisation: RegisteredOrganisation
    address_note: str
    offer: LegalText
    personal_data_policy: LegalText
    text: str

    def to_sign(self) -> "StatementToSign":
        """Return the statement in the form that the client checks and signs."""
        return StatementToSign(
            **self.model_dump(exclude={"person", "organisation"}),
            **self.person.model_dump(),
            **self.organisation.model_dump(exclude={"name"}),
            organisation=self.organisation.name,
            position=self.certificate.position,
        )


class StatementToSign(Model):
    """The data to be registered, for the client to check, and the text to sign."""

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
    """The names to register: those of the certificate with the corrections."""
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
    """Where the address and the tax office code come from and where to change them."""
    certificate: ParticipantCertificate
    """The certificate without the corrections."""
    offer: LegalText
    personal_data_policy: LegalText
    text: str
    """The signature is made over exactly this text in UTF-8."""


class SignedStatement(Payload):
    """A signed statement and the acceptance of both legal texts."""

    statement_id: Identifier
    accept_offer: bool
    accept_personal_data: bool
    signature: SignatureBytes
    """Detached, over the text of the statement, by the certificate named in the statement."""


class ParticipantRegistration(Model):
    """The registration of a participant: the statement, the accepted texts and the signature."""

    model_config = example(
        offer_version="1",
        personal_data_version="1",
        statement_text="Заявление о присоединении к ЭДО\n\n…",
    )

    participant_id: ParticipantId
    registered_at: dt.datetime
    person: PersonNames
    certificate: ParticipantCertificate
    organisation: RegisteredOrganisation
    offer_version: str
    personal_data_version: str
    statement_text: str
    signature: Signature

    def participant(self, client_id: str) -> Participant:
        """Return the participant of the client ``client_id`` for the directory."""
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
