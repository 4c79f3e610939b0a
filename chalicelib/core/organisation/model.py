"""Organisations, their cash registers, shops and agreements."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.core.signing.model import Signature, SignatureBytes
from chalicelib.requisites import (
    Email,
    FiscalDriveNumber,
    Inn,
    Kpp,
    Line,
    Ogrn,
    Ogrnip,
    RegisterNumber,
    TaxOfficeCode,
    single_line,
)
from chalicelib.runtime import clock
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example


class OrganisationKind(StrEnum):
    """Kind of organisation: a legal entity (with КПП) or an individual entrepreneur."""

    LEGAL_ENTITY = "legal_entity"
    ENTREPRENEUR = "entrepreneur"


class Profile(Model):
    """An organisation and its requisites.

    The operator's cabinet maintains all fields but the address and the tax office, which the client
    maintains.
    """

    model_config = example(
        name="ООО «Ромашка»",
        inn="9677190017",
        kpp="771901001",
        ogrn="1199677001040",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
        tax_office_code="7719",
        email="romashka@example.ru",
        cabinet_created_on="2019-04-15",
    )

    name: Line
    kind: OrganisationKind
    inn: Inn
    kpp: Kpp | None = None
    ogrn: Ogrn | Ogrnip
    address: Line
    tax_office_code: TaxOfficeCode
    email: Email
    cabinet_created_on: dt.date

    @model_validator(mode="after")
    def _check_requisites(self) -> Self:
        shape = (10, 13, True) if self.kind is OrganisationKind.LEGAL_ENTITY else (12, 15, False)
        if (len(self.inn), len(self.ogrn), self.kpp is not None) != shape:
            raise ValueError("ИНН, ОГРН и КПП не подходят к виду организации.")
        return self


class NewAddress(Payload):
    """New legal address (an entrepreneur's: of registration) and the tax office in charge of it."""

    model_config = example(
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12", tax_office_code="7719"
    )

    address: Line
    tax_office_code: TaxOfficeCode


class Register(Model):
    """A cash register and its fiscal drive."""

    model_config = example(
        register_id="0004817236006552",
        model="АТОЛ 27Ф",
        serial="00106700412358",
        fiscal_drive_number="9960440300412358",
        fiscal_drive_ends_on="2026-12-28",
    )

    register_id: RegisterNumber
    model: Line
    serial: Line
    fiscal_drive_number: FiscalDriveNumber
    fiscal_drive_ends_on: dt.date
    shop_id: Identifier | None = None


class Shop(Model):
    """A shop."""

    model_config = example(
        name="Магазин на Щербаковской",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
    )

    shop_id: Identifier
    name: Line
    address: Line


class ShopWithRegisters(Shop):
    """A shop and the registers in it."""

    registers: list[Register]

    @classmethod
    def of(cls, shop: Shop, registers: Iterable[Register]) -> Self:
        """Return ``shop`` with those of ``registers`` that are in it."""
        bound = [register for register in registers if register.shop_id == shop.shop_id]
        return cls(**shop.model_dump(), registers=bound)


class Binding(Model):
    """Record of a change: the shop that a register was moved to, or None if it was taken out."""

    at: dt.datetime
    shop_id: Identifier | None = None

    @property
    def day(self) -> dt.date:
        """Date of the change in Moscow."""
        return self.at.astimezone(clock.MOSCOW).date()


class NewShop(Payload):
    """A shop to be opened."""

    model_config = example(
        name="Магазин на Щербаковской",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
    )

    name: Annotated[str, single_line(120)]
    address: Line


class ProfileChanged(Model):
    """Message of the cabinet: an organisation was added or changed.

    Address and tax office are used for a new organisation only; the client maintains them later.
    """

    kind: Literal["profile"]
    client_id: Identifier
    profile: Profile


class RegisterChanged(Model):
    """Message of the cabinet: a register was added, changed or given another fiscal drive."""

    kind: Literal["register"]
    client_id: Identifier
    cash_register: Register


CabinetMessage = Annotated[ProfileChanged | RegisterChanged, Field(discriminator="kind")]


class AgreementState(StrEnum):
    """State of an agreement; a signature is final."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"


class AgreementCard(Model):
    """An agreement and its state."""

    model_config = example(
        kind="e-receipts", title="Дополнительное соглашение об электронных чеках", version="1"
    )

    kind: str
    title: str
    version: str
    state: AgreementState
    signature: Signature | None = None


class Agreement(AgreementCard):
    """An agreement with the exact text to be signed or, after the signature, the text signed."""

    text: str = Field(examples=["Дополнительное соглашение об электронных чеках\n\n…"])

    def card(self) -> AgreementCard:
        """Return the agreement without its text."""
        return AgreementCard(**self.model_dump(exclude={"text"}))


class NewSignature(Payload):
    """A detached signature over the UTF-8 bytes of an agreement's exact text."""

    signature: SignatureBytes
