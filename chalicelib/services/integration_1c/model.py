"""Tariffs of registers, credentials of 1C, retail documents and files of a period."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.requisites import Kopecks, RegisterNumber
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.period import Period
from chalicelib.services.integration_1c.enterprise_data.version import FormatVersion


class SubscriptionPeriod(StrEnum):
    """The periods for which a register can be subscribed."""

    MONTH = "month"
    YEAR = "year"


class Prices(Model):
    """The prices of a register's subscription, VAT included."""

    model_config = example(month_kopecks=190_00, year_kopecks=1_900_00)

    month_kopecks: Kopecks
    year_kopecks: Kopecks


class AccessTerm(Model):
    """A term of access. Both days are included."""

    kind: Literal["trial", "month", "year"]
    since: dt.date
    until: dt.date


class RegisterAccess(Model):
    """All terms of a register's access, oldest first. Terms never overlap."""

    register_id: RegisterNumber
    terms: Annotated[tuple[AccessTerm, ...], Field(min_length=1)]
    history: tuple[HistoryEntry, ...]

    @property
    def until(self) -> dt.date:
        """The last day of the last term."""
        return self.terms[-1].until


class AccessState(StrEnum):
    """Whether documents of a register are loaded into 1C today."""

    NONE = "none"
    """The register never had access."""
    TRIAL = "trial"
    ACTIVE = "active"
    """A paid term is in force."""
    EXPIRED = "expired"


class RegisterTariff(Model):
    """A register with its access and the prices of a subscription."""

    model_config = example(
        register_id="0004817236006552", model="АТОЛ 27Ф", trial_available=True, trial_days=14
    )

    register_id: RegisterNumber
    model: str
    shop_id: Identifier | None
    state: AccessState
    until: dt.date | None
    """The last day of access, including periods paid in advance."""
    trial_available: bool
    trial_days: int
    prices: Prices


class NewSubscription(Payload):
    """The period to subscribe a register for."""

    period: SubscriptionPeriod


class SubscriptionState(StrEnum):
    """The states of a subscription."""

    INVOICED = "invoiced"
    ACTIVE = "active"
    """Paid: the period is a term of the register's access."""
    EXPIRED = "expired"
    """The invoice was not paid in time."""


class Subscription(Model):
    """A subscription of a register. The period begins when the invoice is paid."""

    model_config = example(register_id="0004817236006552", invoice_number="СУ-1072022639")

    subscription_id: Identifier
    register_id: RegisterNumber
    period: SubscriptionPeriod
    status: SubscriptionState
    invoice_id: Identifier
    invoice_number: str
    history: tuple[HistoryEntry, ...]


class CredentialsCard(Model):
    """The login of 1C. The password is returned only when it is issued."""

    model_config = example(
        login="1c-9677190017",
        created_at="2026-11-24T09:00:00Z",
        address="https://api.example.com/api",
    )

    login: str | None
    created_at: dt.datetime | None
    address: str
    """The address of this application, to be entered in 1C."""


class IssuedCredentials(Model):
    """A new login with its password, which is returned only once."""

    model_config = example(
        login="1c-9677190017",
        password="aaaa-bbbb-cccc-dddd",  # noqa: S106 - nobody's
        address="https://api.example.com/api",
    )

    login: str
    password: str
    address: str


class StoredCredentials(Model):
    """Credentials as stored: the password as a salted digest."""

    login: str
    owner: str
    """The client whose data the login gives access to."""
    salt: bytes
    digest: bytes
    created_at: dt.datetime
    failures: int = 0
    """Number of wrong passwords in a row."""
    failed_at: dt.datetime | None = None
    """Time of the last wrong password."""


class _Month(Period):
    """A period of at most 31 days by the calendar of Moscow. Both days are included."""

    most_days = 31


class RetailDocumentsQuery(_Month):
    """The register and the days whose retail documents are listed."""

    register_id: RegisterNumber


class MessageQuery(_Month):
    """The days and the format version of a message."""

    version: Annotated[FormatVersion, Field(description="Version of EnterpriseData.")] = "1.17"


class NewMessage(_Month):
    """The days and the version of EnterpriseData for which a file is prepared."""

    model_config = example(to="2026-11-24", **{"from": "2026-11-01"})

    version: FormatVersion = "1.17"


class RetailDocument(Model):
    """A retail document of one shift of a register, as 1C loads it. Amounts are in kopecks."""

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
    """The identifier of the document in 1C."""
    register_id: RegisterNumber
    fiscal_drive_number: str
    shift: int
    """Number of the shift on the fiscal drive."""
    closed: bool
    closed_at: dt.datetime
    """When the shift was closed; the time of its last receipt while it is open."""
    receipts: int
    sales_kopecks: int
    returns_kopecks: int
    turnover_kopecks: int
    cash_kopecks: int
    electronic_kopecks: int
    corrections: int
    """Number of correction receipts."""
    lines: int
    """Number of lines in the document."""


class FileState(StrEnum):
    """The states of a file that is prepared in the background."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class PreparedMessage(Model):
    """A file with the message of a period, prepared in the background."""

    model_config = example(
        first="2026-11-01", last="2026-11-24", reason=None, size=None, receipts=None, link=None
    )

    message_id: Identifier
    first: dt.date
    last: dt.date
    version: FormatVersion
    state: FileState
    asked_at: dt.datetime
    reason: str | None = None
    """Why the preparation failed, in Russian."""
    size: int | None = None
    """Size of the archive in bytes."""
    receipts: int | None = None
    """Number of receipts in the message."""
    link: str | None = None
    """The address of the archive, valid for one hour."""
    history: tuple[HistoryEntry, ...]


class PrepareExchangeMessage(Model):
    """A request to prepare the message of an exchange, which 1C is waiting for."""

    kind: Literal["exchange"] = "exchange"
    client_id: Identifier
    operation_id: str


class PreparePeriodFile(Model):
    """A request to prepare the file of a period."""

    kind: Literal["period"] = "period"
    client_id: Identifier
    message_id: Identifier


PreparationRequest = Annotated[
    PrepareExchangeMessage | PreparePeriodFile, Field(discriminator="kind")
]
"""A message of the queue ``Preparations``."""
