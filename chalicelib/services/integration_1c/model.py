"""Tariffs of registers, credentials for 1С, and what the section shows."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from chalicelib.core.billing.model import Invoice
from chalicelib.requisites import Kopecks, RegisterNumber
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.period import Period


class SubscriptionPeriod(StrEnum):
    """What a register may be subscribed for."""

    MONTH = "month"
    YEAR = "year"


class Prices(Model):
    """What a register costs, VAT included."""

    model_config = example(month_kopecks=190_00, year_kopecks=1_900_00)

    month_kopecks: Kopecks
    year_kopecks: Kopecks


class Term(Model):
    """Days of access, both included."""

    kind: Literal["trial", "month", "year"]
    since: dt.date
    until: dt.date


class Access(Model):
    """All the access that a register ever had, oldest first. Terms never overlap."""

    register_id: RegisterNumber
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]
    history: tuple[HistoryEntry, ...]

    @property
    def until(self) -> dt.date:
        """The last day of all."""
        return self.terms[-1].until


class AccessState(StrEnum):
    """Whether documents of a register load today."""

    NONE = "none"
    """It never had access."""
    TRIAL = "trial"
    ACTIVE = "active"
    """Paid for."""
    EXPIRED = "expired"


class RegisterAccess(Model):
    """A register and its tariff."""

    model_config = example(
        register_id="0004817236006552", model="АТОЛ 27Ф", trial_available=True, trial_days=14
    )

    register_id: RegisterNumber
    model: str
    shop_id: Identifier | None
    state: AccessState
    until: dt.date | None
    """The last day of access, periods paid in advance included."""
    trial_available: bool
    trial_days: int
    prices: Prices


class NewSubscription(Payload):
    """How long to subscribe a register for."""

    period: SubscriptionPeriod


class SubscriptionStatus(StrEnum):
    """Where a subscription stands."""

    INVOICED = "invoiced"
    ACTIVE = "active"
    """Paid: its days are in the register's access."""
    EXPIRED = "expired"
    """Not paid in time."""


class Subscription(Model):
    """A month or a year of a register, which begins when it is paid."""

    model_config = example(register_id="0004817236006552", invoice_number="СУ-1072022639")

    subscription_id: Identifier
    register_id: RegisterNumber
    period: SubscriptionPeriod
    status: SubscriptionStatus
    invoice_id: Identifier
    invoice_number: str
    history: tuple[HistoryEntry, ...]


class SubscriptionWithInvoice(Subscription):
    """A new subscription and the invoice to pay."""

    invoice: Invoice


class CredentialsCard(Model):
    """Who 1С is to us; the password is shown once, when it is made."""

    model_config = example(
        login="1c-9677190017",
        created_at="2026-11-24T09:00:00Z",
        address="https://api.example.com/api",
    )

    login: str | None
    created_at: dt.datetime | None
    address: str
    """What to enter in 1С as the address of this application."""


class NewCredentials(Model):
    """A login with its password, which nobody can see again."""

    model_config = example(
        login="1c-9677190017",
        password="aaaa-bbbb-cccc-dddd",  # noqa: S106 - nobody's
        address="https://api.example.com/api",
    )

    login: str
    password: str
    address: str


class KeptCredentials(Model):
    """What tells whether a password is right."""

    login: str
    owner: str
    salt: bytes
    digest: bytes
    created_at: dt.datetime
    failures: int = 0
    """Wrong passwords in a row."""
    failed_at: dt.datetime | None = None
    """When the last of them came."""


class Credentials(Model):
    """What a call of 1С brings."""

    login: str
    password: SecretStr


class _Month(Period):
    """From day to day of Moscow's calendar, both included, a month of them at most."""

    most_days = 31


class DocumentsQuery(_Month):
    """Whose documents, and of which days."""

    register_id: RegisterNumber


class MessageQuery(_Month):
    """Which days, and the version of the format."""

    version: Annotated[Literal["1.17", "1.8"], Field(description="Of EnterpriseData.")] = "1.17"


class NewMessage(_Month):
    """Which days a file is wanted of, and in which version of EnterpriseData."""

    model_config = example(to="2026-11-24", **{"from": "2026-11-01"})

    version: Literal["1.17", "1.8"] = "1.17"


class RetailDocument(Model):
    """A retail report that loads into 1С: a shift of a register. Amounts are kopecks."""

    model_config = example(
        register_id="0004817236006552",
        fiscal_drive_number="9960440300412358",
        shift=17,
        closed=True,
        receipts=1,
        sales_kopecks=1_234_50,
        returns_kopecks=0,
        turnover_kopecks=1_234_50,
        cash_kopecks=0,
        electronic_kopecks=1_234_50,
        corrections=0,
        lines=2,
    )

    document_id: uuid.UUID
    """Under which 1С knows it."""
    register_id: RegisterNumber
    fiscal_drive_number: str
    shift: int
    closed: bool
    closed_at: dt.datetime
    """Of the last receipt, while the shift is open."""
    receipts: int
    sales_kopecks: int
    returns_kopecks: int
    turnover_kopecks: int
    cash_kopecks: int
    electronic_kopecks: int
    corrections: int
    lines: int


class FileState(StrEnum):
    """Whether a file is there."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class PreparedMessage(Model):
    """A message of a long period, prepared apart."""

    model_config = example(
        first="2026-11-01", last="2026-11-24", reason=None, size=None, receipts=None, link=None
    )

    message_id: Identifier
    first: dt.date
    last: dt.date
    version: Literal["1.17", "1.8"]
    state: FileState
    asked_at: dt.datetime
    reason: str | None = None
    """Why it failed, in Russian."""
    size: int | None = None
    """Bytes of the archive."""
    receipts: int | None = None
    link: str | None = None
    """Where to get it, for an hour."""
