"""Licences, registrations with the authorities, and amendments of registrations."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.requisites import Email
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery
from chalicelib.services.gosotchet.authority import Authorities, Authority, NonEmptyAuthorities
from chalicelib.services.gosotchet.certificate_model import (
    CertificateBytes,
    CertificateCard,
    KeptCertificate,
)
from chalicelib.services.gosotchet.tariff import Tariff


class LicenceState(StrEnum):
    """State of a licence. ``valid_until`` is the last day of an active licence."""

    INVOICED = "invoiced"
    ACTIVE = "active"
    EXPIRED = "expired"
    """The invoice was not paid in time."""


class NewLicence(Payload):
    """The tariff of the licence to buy."""

    model_config = example(tariff="basic")

    tariff: Annotated[str, Field(max_length=40)]


class Licence(Model):
    """A licence, on the terms of its tariff on the day of the order."""

    model_config = example(client_id="client-romashka", invoice_number="СУ-1072022639")

    licence_id: Identifier
    client_id: Identifier
    tariff: Tariff
    status: LicenceState
    ordered_at: dt.datetime
    invoice_id: Identifier
    invoice_number: str
    valid_until: dt.date | None = None
    """Last day of a paid licence."""
    registration_id: Identifier | None = None
    """The registration for which the licence is used."""
    history: tuple[HistoryEntry, ...]


class RegistrationState(StrEnum):
    """State of a registration."""

    ACCEPTED = "accepted"
    CREDENTIALS_SENT = "credentials_sent"
    CREDENTIALS_REQUESTED = "credentials_requested"
    """The client has requested a new password, which is not sent yet."""
    FAILED = "failed"


class NewRegistration(Payload):
    """The form of «Регистрация лицензии»."""

    model_config = example(email="buh@example.ru")

    licence_id: Identifier
    authorities: NonEmptyAuthorities
    certificate: CertificateBytes
    email: Email
    """Address to which the login and password are sent."""


class RegistrationCard(Model):
    """A registration as shown to the client."""

    model_config = example(
        email="buh@example.ru",
        history=[{"status": "accepted", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    registration_id: Identifier
    licence_id: Identifier
    status: RegistrationState
    authorities: tuple[Authority, ...]
    certificate: CertificateCard
    email: str
    login: str | None = None
    requested_at: dt.datetime
    """Time of the last request for a login or a new password."""
    credentials_due: dt.datetime
    """Time by which the login and password are sent."""
    reason: str | None = None
    """Reason of the failure, in Russian."""
    open_change: Identifier | None = None
    history: tuple[HistoryEntry, ...]


class Registration(RegistrationCard):
    """A registration as stored."""

    client_id: Identifier
    organisation_name: str
    organisation_inn: str
    tariff: Tariff
    valid_until: dt.date
    """Last day of the licence."""
    certificate: KeptCertificate
    delivery_id: Identifier
    """Identifier of the last request for a login and password; each request has a new one."""

    def card(self) -> RegistrationCard:
        """Return the registration as shown to the client."""
        return RegistrationCard.model_validate(
            self.model_dump(include=set(RegistrationCard.model_fields))
        )

    def line(self) -> "RegistrationLine":
        """Return the registration as shown in the operator's list."""
        return RegistrationLine.model_validate(
            self.model_dump(include=set(RegistrationLine.model_fields))
        )


class RegistrationAccepted(RegistrationCard):
    """An accepted registration with a message to the user."""

    model_config = example(
        message="Логин и пароль придут на buh@example.ru.",
        email="buh@example.ru",
        history=[{"status": "accepted", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    message: str


class NewCredentials(Payload):
    """A request for a new password. ``email`` replaces the address of the registration."""

    model_config = example(email="buh@example.ru")

    email: Email | None = None


class RegistrationLine(RegistrationCard):
    """A registration in the operator's list."""

    model_config = example(
        client_id="client-romashka",
        organisation_name="ООО «Ромашка»",
        organisation_inn="9677190017",
        email="buh@example.ru",
        history=[{"status": "accepted", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    client_id: str
    organisation_name: str
    organisation_inn: str


class RegistrationsQuery(PageQuery):
    """A query for the registrations in one state."""

    status: RegistrationState = RegistrationState.FAILED


class AmendmentState(StrEnum):
    """State of an amendment."""

    ACCEPTED = "accepted"
    COMPLETED = "completed"
    FAILED = "failed"


class NewAmendment(Payload):
    """Authorities to add to a registration, a new certificate, or both."""

    model_config = example(
        authorities=[
            {"kind": "fsrar", "identifier": "030000123456"},
            {"kind": "rpn", "identifier": "МН-0177-001234-П"},
            {"kind": "cb", "identifier": "2110177000123"},
        ]
    )

    authorities: Authorities = ()
    certificate: CertificateBytes | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.authorities and self.certificate is None:
            raise ValueError("Добавьте контролирующий орган или новый сертификат.")
        return self


class AmendmentCard(Model):
    """An amendment of a registration as shown to the client."""

    model_config = example(
        history=[{"status": "accepted", "at": "2026-11-24T09:00:00Z", "by": "client"}]
    )

    change_id: Identifier
    registration_id: Identifier
    status: AmendmentState
    authorities: tuple[Authority, ...]
    """Authorities to add."""
    certificate: CertificateCard | None = None
    """Certificate that replaces the registered one."""
    submitted_at: dt.datetime
    reason: str | None = None
    history: tuple[HistoryEntry, ...]


class Amendment(AmendmentCard):
    """An amendment as stored."""

    client_id: Identifier
    certificate: KeptCertificate | None = None

    def card(self) -> AmendmentCard:
        """Return the amendment as shown to the client."""
        return AmendmentCard.model_validate(
            self.model_dump(include=set(AmendmentCard.model_fields))
        )


class IssueCredentials(Model):
    """Message: open an account or set a new password, and send them by e-mail."""

    kind: Literal["credentials"] = "credentials"
    client_id: Identifier
    registration_id: Identifier
    delivery_id: Identifier


class ApplyAmendment(Model):
    """Message: update an account by an amendment."""

    kind: Literal["change"] = "change"
    client_id: Identifier
    registration_id: Identifier
    change_id: Identifier


Provisioning = Annotated[IssueCredentials | ApplyAmendment, Field(discriminator="kind")]
"""Messages of the queue ``GosotchetProvisioning``. They never contain a password."""
