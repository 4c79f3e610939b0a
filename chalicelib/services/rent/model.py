"""Landlords, consents and grants."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.core.organisation.model import Shop
from chalicelib.core.signing.model import Signature, SignatureBytes
from chalicelib.requisites import Inn, Line, RegisterNumber
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.identifier import Identifier, new_identifier
from chalicelib.runtime.lifecycle import Beginning
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery

MOST_REGISTERS = 50
"""Registers of a grant: a grant must fit one transaction, and the turnover one answer."""


class RentParty(Model):
    """An organisation as shown to the other side."""

    model_config = example(name="ООО «Аренда»", inn="9677160044")

    name: Line
    inn: Inn


class LandlordCard(RentParty):
    """A landlord as shown to clients."""

    model_config = example(landlord_id="client-arenda", name="ООО «Аренда»", inn="9677160044")

    landlord_id: Identifier

    def card(self) -> "LandlordCard":
        """Return the fields that every client may see."""
        return LandlordCard(name=self.name, inn=self.inn, landlord_id=self.landlord_id)


class Enrolment(HistoryEntry):
    """An entry in the history of a landlord: enrolled or struck off."""

    model_config = example(
        status="enrolled", at="2026-11-24T09:00:00Z", by="operator", subject="user-operator-1"
    )

    subject: str
    """Employee of the operator, by the subject of the token."""

    @classmethod
    def of(cls, status: str, subject: str) -> Self:
        """Return the entry for a change by an employee of the operator at this moment."""
        return cls(status=status, at=clock.now(), by=Actor.OPERATOR, subject=subject)


class Landlord(LandlordCard):
    """A landlord as shown to the operator."""

    enrolled: bool
    history: tuple[Enrolment, ...]


class LandlordsQuery(PageQuery):
    """The landlords to list: all, or those found by a part of the name or by the ИНН."""

    q: Annotated[str | None, Field(max_length=250)] = None


class ConsentState(StrEnum):
    """State of a consent. A consent is in force from its signature until its withdrawal."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


class ConsentText(Model):
    """The text of a consent: the text to sign, or the text signed."""

    model_config = example(
        title="Согласие на передачу сведений о выручке",
        version="1",
        text="Согласие на передачу сведений о выручке\n\nРедакция 1\n\n…",
    )

    landlord: LandlordCard
    title: str
    version: str
    state: ConsentState
    """``unsigned`` also if a consent of an earlier version is in force. That consent covers the
    grants made under it, and no new ones."""
    text: str
    """The signature is made over exactly this text in UTF-8."""
    signature: Signature | None = None


class Consent(ConsentText):
    """A signed consent."""

    model_config = example(
        title="Согласие на передачу сведений о выручке",
        version="1",
        text="Согласие на передачу сведений о выручке\n\nРедакция 1\n\n…",
        state="signed",
        history=[{"status": "signed", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    consent_id: Identifier
    history: tuple[HistoryEntry, ...]

    @classmethod
    def of(
        cls, offered: ConsentText, signature: Signature, beginning: Beginning[ConsentState]
    ) -> Self:
        """Return the consent that ``signature`` over the text ``offered`` brings into force."""
        return cls(
            **offered.model_dump(exclude={"state", "signature"}),
            state=beginning.state,
            signature=signature,
            consent_id=new_identifier(),
            history=beginning.history,
        )

    def shown(self) -> ConsentText:
        """Return the consent without its identifier and history."""
        return ConsentText(**self.model_dump(include=set(ConsentText.model_fields)))


class NewConsent(Payload):
    """A detached signature over the exact text of the consent for a landlord."""

    model_config = example(landlord_id="client-arenda")

    landlord_id: Identifier
    signature: SignatureBytes


class Granted(Model):
    """The shop and the registers of an active grant."""

    shop_id: Identifier
    register_ids: tuple[RegisterNumber, ...]


class Tenancy(Model):
    """The relation of a tenant and one landlord: the only record of what is granted.

    A grant is active as long as it is named here, so a withdrawal ends all grants by one write.
    """

    landlord_id: Identifier
    version: str | None = None
    """Version of the text signed last; None if no consent is in force."""
    consents: tuple[Identifier, ...] = ()
    """Identifiers of the consents in force, the last signed last."""
    grants: Mapping[Identifier, Granted] = {}
    revision: int = 0
    """Revision of the item as it was read; 0 for no item."""


class GrantState(StrEnum):
    """State of a grant. A grant is active until its revocation or the withdrawal of its consent."""

    ACTIVE = "active"
    REVOKED = "revoked"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class NewGrant(Payload):
    """The registers of one shop to whose turnover a landlord gets access."""

    model_config = example(landlord_id="client-arenda", register_ids=["0004817236006552"])

    landlord_id: Identifier
    shop_id: Identifier
    register_ids: Annotated[tuple[RegisterNumber, ...], Field(max_length=MOST_REGISTERS)]
    visible_from: dt.date | None = None
    """First day of the access; today by default."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.register_ids)) < len(self.register_ids):
            raise ValueError("Касса указана дважды.")
        return self


class Grant(Model):
    """A grant as shown to the tenant."""

    model_config = example(
        register_ids=["0004817236006552"],
        history=[{"status": "active", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    grant_id: Identifier
    landlord: LandlordCard
    shop: Shop
    register_ids: tuple[RegisterNumber, ...]
    """The access covers the days on which a register stands in the shop."""
    visible_from: dt.date
    granted_at: dt.datetime
    consent_id: Identifier
    state: GrantState
    history: tuple[HistoryEntry, ...]


class TenantGrant(Model):
    """A grant as shown to the landlord."""

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
    """A grant as kept in the landlord's partition."""

    client_id: Identifier
    """Identifier of the landlord."""
    tenant_id: Identifier
    seen_at: dt.datetime | None = None
    """Time of the landlord's first access."""

    @classmethod
    def of(cls, grant: Grant, tenant_id: str, tenant: RentParty) -> Self:
        """Return a grant of a tenant as kept in the landlord's partition."""
        fields = grant.model_dump(include=set(TenantGrant.model_fields))
        landlord_id = grant.landlord.landlord_id
        return cls(**fields, client_id=landlord_id, tenant_id=tenant_id, tenant=tenant)

    def card(self) -> TenantGrant:
        """Return the fields that the landlord may see."""
        return TenantGrant(**self.model_dump(include=set(TenantGrant.model_fields)))


class Withdrawn(Model):
    """Message of the queue ``Rent``: a consent was withdrawn, and with it these grants."""

    client_id: Identifier
    landlord_id: Identifier
    grant_ids: tuple[Identifier, ...]
    at: dt.datetime
