"""Landlords, consents, grants, and the turnover that a grant shows."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.core.organisation.model import Shop
from chalicelib.core.signing.model import Signature, SignatureBytes
from chalicelib.requisites import Inn, Line, RegisterNumber
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery
from chalicelib.runtime.period import Period

MOST_REGISTERS = 50
"""In one grant: it must fit one transaction, and one answer."""


class RentParty(Model):
    """An organisation as the other side knows it."""

    model_config = example(name="ООО «Аренда»", inn="9677160044")

    name: Line
    inn: Inn


class LandlordCard(RentParty):
    """A landlord to choose."""

    model_config = example(landlord_id="client-arenda", name="ООО «Аренда»", inn="9677160044")

    landlord_id: Identifier

    def card(self) -> "LandlordCard":
        """Return what is shown of the landlord to all."""
        return LandlordCard(name=self.name, inn=self.inn, landlord_id=self.landlord_id)


class Enrolment(HistoryEntry):
    """A landlord was enrolled or struck off."""

    model_config = example(
        status="enrolled", at="2026-11-24T09:00:00Z", by="operator", subject="user-operator-1"
    )

    subject: str
    """The operator's employee, by the subject of their token."""

    @classmethod
    def told(cls, status: str, subject: str) -> Self:
        """Return what the operator's employee does at this moment."""
        change = HistoryEntry.now(status, Actor.OPERATOR)
        return cls(**change.model_dump(), subject=subject)


class Landlord(LandlordCard):
    """A landlord as the operator sees it."""

    enrolled: bool
    history: tuple[Enrolment, ...]


class LandlordsQuery(PageQuery):
    """Which landlords to list: all, or those found by part of the name or by the ИНН."""

    q: Annotated[str | None, Field(max_length=250)] = None


class ConsentState(StrEnum):
    """A consent is in force from its signature until it is withdrawn."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


class ConsentText(Model):
    """The text to sign before anything is granted to a landlord, or the one signed."""

    model_config = example(
        title="Согласие на передачу сведений о выручке",
        version="1",
        text="Согласие на передачу сведений о выручке\n\nРедакция 1\n\n…",
    )

    landlord: LandlordCard
    title: str
    version: str
    state: ConsentState
    """``unsigned`` where a consent of a former version stands: it covers the grants made under it
    and no new ones."""
    text: str
    """To be signed as its UTF-8 bytes."""
    signature: Signature | None = None


class Consent(ConsentText):
    """A consent that was signed, kept for ever."""

    model_config = example(
        title="Согласие на передачу сведений о выручке",
        version="1",
        text="Согласие на передачу сведений о выручке\n\nРедакция 1\n\n…",
        state="signed",
        history=[{"status": "signed", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    consent_id: Identifier
    history: tuple[HistoryEntry, ...]

    def shown(self) -> ConsentText:
        """Return it as the text that is signed."""
        return ConsentText(**self.model_dump(include=set(ConsentText.model_fields)))


class NewConsent(Payload):
    """A detached signature over the exact text of the consent to a landlord."""

    model_config = example(landlord_id="client-arenda")

    landlord_id: Identifier
    signature: SignatureBytes


class Granted(Model):
    """What a grant that stands covers, in brief."""

    shop_id: Identifier
    register_ids: tuple[RegisterNumber, ...]


class Tenancy(Model):
    """How things stand between a tenant and one landlord: the one truth of what is granted.

    A grant stands as long as it is named here, so a withdrawal ends all of them by one write.
    """

    landlord_id: Identifier
    version: str | None = None
    """Of the text signed last; None where nothing signed is in force."""
    consents: tuple[Identifier, ...] = ()
    """In force, the last signed last."""
    grants: Mapping[Identifier, Granted] = {}
    revision: int = 0
    """Of the item as it was read; 0 for none."""


class GrantState(StrEnum):
    """A grant stands until it is revoked, or its consent withdrawn."""

    ACTIVE = "active"
    REVOKED = "revoked"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class NewGrant(Payload):
    """Registers of one shop whose turnover a landlord is to see."""

    model_config = example(landlord_id="client-arenda", register_ids=["0004817236006552"])

    landlord_id: Identifier
    shop_id: Identifier
    register_ids: Annotated[tuple[RegisterNumber, ...], Field(max_length=MOST_REGISTERS)]
    visible_from: dt.date | None = None
    """The first day to show, if it is to be earlier than today."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.register_ids)) < len(self.register_ids):
            raise ValueError("Касса указана дважды.")
        return self


class Grant(Model):
    """What the tenant lets a landlord see."""

    model_config = example(
        register_ids=["0004817236006552"],
        history=[{"status": "active", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    grant_id: Identifier
    landlord: LandlordCard
    shop: Shop
    register_ids: tuple[RegisterNumber, ...]
    """Each shows the days on which it stands in the shop."""
    visible_from: dt.date
    granted_at: dt.datetime
    consent_id: Identifier
    state: GrantState
    history: tuple[HistoryEntry, ...]


class TenantGrant(Model):
    """A grant as its landlord sees it."""

    model_config = example(
        tenant={"name": "ООО «Ромашка»", "inn": "9677190017"}, register_ids=["0004817236006552"]
    )

    grant_id: Identifier
    tenant: RentParty
    shop: Shop
    register_ids: tuple[RegisterNumber, ...]
    visible_from: dt.date
    granted_at: dt.datetime


class KeptTenantGrant(TenantGrant):
    """A grant as it is kept with the landlord."""

    client_id: Identifier
    """The landlord's."""
    tenant_id: Identifier
    seen_at: dt.datetime | None = None
    """When the landlord looked for the first time."""

    @classmethod
    def of(cls, grant: Grant, tenant_id: str, tenant: RentParty) -> Self:
        """Return a grant of a tenant as it is to be kept."""
        said = grant.model_dump(include=set(TenantGrant.model_fields))
        landlord_id = grant.landlord.landlord_id
        return cls(**said, client_id=landlord_id, tenant_id=tenant_id, tenant=tenant)

    def card(self) -> TenantGrant:
        """Return what the landlord sees of it."""
        return TenantGrant(**self.model_dump(include=set(TenantGrant.model_fields)))


class Withdrawn(Model):
    """A consent was withdrawn, and these grants with it: message of the queue ``Rent``."""

    client_id: Identifier
    landlord_id: Identifier
    grant_ids: tuple[Identifier, ...]
    at: dt.datetime


class Granularity(StrEnum):
    """What a row of turnover covers."""

    DAY = "day"
    MONTH = "month"


class TurnoverQuery(Period):
    """A period, both days included; at most a year."""

    by: Granularity = Granularity.DAY


class VisibleDays(Model):
    """Days, both ends included."""

    first: dt.date
    last: dt.date


class TurnoverSums(Model):
    """Turnover: income less what was returned of it, so that it may be below nought."""

    model_config = example(
        receipts=12, returns=1, turnover_kopecks=12_345_60, last_document_at="2026-11-24T09:00:00Z"
    )

    receipts: int = 0
    """Documents of income."""
    returns: int = 0
    """Documents of income returned."""
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
    """``2026-11-24`` or ``2026-11``."""


class RegisterTurnover(Model):
    """Turnover of one register; periods without documents are left out."""

    model_config = example(register_id="0004817236006552")

    register_id: str
    visible: list[VisibleDays]
    """Days of the period that the grant covers: other days are not shown, which says nothing of
    their turnover."""
    rows: list[TurnoverRow]
    total: TurnoverSums


class TenantTurnover(Model):
    """What a grant shows of a period, by register and of all of them together."""

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
    """Somebody looked at what a grant shows."""

    model_config = example(subject="user-landlord-1", media_type="text/csv")

    access_id: Identifier
    at: dt.datetime
    landlord: RentParty
    subject: str
    """The landlord's employee, by the subject of their token."""
    first: dt.date
    last: dt.date
    by: Granularity
    media_type: str
    """In what form it was given out."""
