"""The turnover of a tenant that a grant shows, and the log of who has looked at it."""

import datetime as dt
from enum import StrEnum

from chalicelib.core.organisation.model import Shop
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example
from chalicelib.runtime.period import Period
from chalicelib.services.rent.model import RentParty


class Granularity(StrEnum):
    """Period of a row of turnover."""

    DAY = "day"
    MONTH = "month"


class TurnoverQuery(Period):
    """A period of at most a year, both days included."""

    by: Granularity = Granularity.DAY


class VisibleDays(Model):
    """A range of days, both included."""

    first: dt.date
    last: dt.date


class TurnoverSums(Model):
    """Turnover: income less returns, negative if returns exceed income."""

    model_config = example(
        receipts=12, returns=1, turnover_kopecks=12_345_60, last_document_at="2026-11-24T09:00:00Z"
    )

    receipts: int = 0
    """Number of receipts of income."""
    returns: int = 0
    """Number of receipts of a return of income."""
    turnover_kopecks: int = 0
    last_document_at: dt.datetime | None = None


class TurnoverRow(TurnoverSums):
    """Turnover of a day or a month."""

    model_config = example(
        period="2026-11-24",
        receipts=12,
        returns=1,
        turnover_kopecks=12_345_60,
        last_document_at="2026-11-24T09:00:00Z",
    )

    period: str
    """A day, ``2026-11-24``, or a month, ``2026-11``."""


class RegisterTurnover(Model):
    """Turnover of one register; periods without documents are omitted."""

    model_config = example(register_id="0004817236006552")

    register_id: str
    visible: list[VisibleDays]
    """Days of the period that the grant covers. Other days are not shown."""
    rows: list[TurnoverRow]
    total: TurnoverSums


class TenantTurnover(Model):
    """Turnover that a grant covers in a period, per register and in total."""

    model_config = example(tenant={"name": "ООО «Ромашка»", "inn": "9677190017"})

    grant_id: str
    landlord: RentParty
    tenant: RentParty
    shop: Shop
    first: dt.date
    last: dt.date
    by: Granularity
    registers: list[RegisterTurnover]
    rows: list[TurnoverRow]
    total: TurnoverSums


class Access(Model):
    """An entry of the log: an access of a landlord to the turnover of a grant."""

    model_config = example(subject="user-landlord-1", media_type="text/csv")

    access_id: Identifier
    at: dt.datetime
    landlord: RentParty
    subject: str
    """Employee of the landlord, by the subject of the token."""
    first: dt.date
    last: dt.date
    by: Granularity
    media_type: str
    """Media type of the answer."""
