"""Licences, registrations with the authorities, and changes of them."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.requisites import Email
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery
from chalicelib.services.gosotchet.authority import Authorities, Authority, SomeAuthorities
from chalicelib.services.gosotchet.certificate_model import (
    CertificateBytes,
    CertificateCard,
    KeptCertificate,
)
from chalicelib.services.gosotchet.tariff import Tariff


class LicenceState(StrEnum):
    """Where a licence stands; how long an active one is good, ``valid_until`` says."""

    INVOICED = "invoiced"
    ACTIVE = "active"
    EXPIRED = "expired"
    """Unpaid in time."""


class NewLicence(Payload):
    """Which tariff to buy."""

    model_config = example(tariff="basic")

    tariff: Annotated[str, Field(max_length=40)]


class Licence(Model):
    """A licence, on the terms of the day it was ordered."""

    model_config = example(client_id="client-romashka", invoice_number="СУ-1072022639")

    licence_id: Identifier
    client_id: Identifier
    tariff: Tariff
    status: LicenceState
    ordered_at: dt.datetime
    invoice_id: Identifier
    invoice_number: str
    valid_until: dt.date | None = None
    """The last day, once it is paid."""
    registration_id: Identifier | None = None
    """What it is used for."""
    history: tuple[HistoryEntry, ...]


class RegistrationState(StrEnum):
    """Where a registration stands."""

    ACCEPTED = "accepted"
    CREDENTIALS_SENT = "credentials_sent"
    CREDENTIALS_REQUESTED = "credentials_requested"
    """The client asked for a new password, which is on its way."""
    FAILED = "failed"


class NewRegistration(Payload):
    """The form of «Регистрация лицензии»."""

    model_config = example(email="buh@example.ru")

    licence_id: Identifier
    authorities: SomeAuthorities
    certificate: CertificateBytes
    email: Email
    """Where login and password go."""


class RegistrationCard(Model):
    """A registration as its client sees it."""

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
    """When the login or a new password was asked for last."""
    credentials_due: dt.datetime
    """When they will have been sent."""
    reason: str | None = None
    """Why it failed, in Russian."""
    open_change: Identifier | None = None
    history: tuple[HistoryEntry, ...]


class Registration(RegistrationCard):
    """A registration as it is kept."""

    client_id: Identifier
    organisation_name: str
    organisation_inn: str
    tariff: Tariff
    valid_until: dt.date
    """The licence's last day."""
    certificate: KeptCertificate
    delivery_id: Identifier
    """Of the login and password asked for last; new with each request."""

    def card(self) -> RegistrationCard:
        """Return what its client sees."""
        return RegistrationCard.model_validate(
            self.model_dump(include=set(RegistrationCard.model_fields))
        )

    def line(self) -> "RegistrationLine":
        """Return what the operator sees in a list."""
        return RegistrationLine.model_validate(
            self.model_dump(include=set(RegistrationLine.model_fields))
        )


class RegistrationAccepted(RegistrationCard):
    """A registration on its way and what the person at the screen is told."""

    model_config = example(
        message="Логин и пароль придут на buh@example.ru.",
        email="buh@example.ru",
        history=[{"status": "accepted", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    message: str


class NewCredentials(Payload):
    """A new password for the same login; another address if the former was mistyped."""

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
    """Which registrations the operator wants to see."""

    status: RegistrationState = RegistrationState.FAILED


class AmendmentState(StrEnum):
    """Where a change of a registration stands."""

    ACCEPTED = "accepted"
    COMPLETED = "completed"
    FAILED = "failed"


class NewAmendment(Payload):
    """Authorities to add, a new certificate, or both."""

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
    def _of_something(self) -> Self:
        if not self.authorities and self.certificate is None:
            raise ValueError("Добавьте контролирующий орган или новый сертификат.")
        return self


class AmendmentCard(Model):
    """A change of a registration as its client sees it."""

    model_config = example(
        history=[{"status": "accepted", "at": "2026-11-24T09:00:00Z", "by": "client"}]
    )

    change_id: Identifier
    registration_id: Identifier
    status: AmendmentState
    authorities: tuple[Authority, ...]
    """The ones it adds."""
    certificate: CertificateCard | None = None
    """The one it puts in place of the former."""
    submitted_at: dt.datetime
    reason: str | None = None
    history: tuple[HistoryEntry, ...]


class Amendment(AmendmentCard):
    """A change as it is kept."""

    client_id: Identifier
    certificate: KeptCertificate | None = None

    def card(self) -> AmendmentCard:
        """Return what its client sees."""
        return AmendmentCard.model_validate(
            self.model_dump(include=set(AmendmentCard.model_fields))
        )


class IssueCredentials(Model):
    """Tells to open an account, or give it a new password, and mail them."""

    kind: Literal["credentials"] = "credentials"
    client_id: Identifier
    registration_id: Identifier
    delivery_id: Identifier


class ApplyAmendment(Model):
    """Tells to bring an account up to date."""

    kind: Literal["change"] = "change"
    client_id: Identifier
    registration_id: Identifier
    change_id: Identifier


Provisioning = Annotated[IssueCredentials | ApplyAmendment, Field(discriminator="kind")]
"""What the queue of provisioning carries; never a password."""
