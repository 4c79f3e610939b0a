"""An organisation, its cash registers and its shops."""

import datetime as dt
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
    """A legal entity has a КПП and a legal address; an entrepreneur is registered at home."""

    LEGAL_ENTITY = "legal_entity"
    ENTREPRENEUR = "entrepreneur"


class Profile(Model):
    """What the operator's cabinet knows of an organisation."""

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
    def _is_of_its_kind(self) -> Self:
        """Every document made out to the organisation rests on this."""
        shape = (10, 13, True) if self.kind is OrganisationKind.LEGAL_ENTITY else (12, 15, False)
        if (len(self.inn), len(self.ogrn), self.kpp is not None) != shape:
            raise ValueError("ИНН, ОГРН и КПП не подходят к виду организации.")
        return self


class NewAddress(Payload):
    """A legal address (of an entrepreneur: of registration) and the tax office it belongs to."""

    model_config = example(
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12", tax_office_code="7719"
    )

    address: Line
    tax_office_code: TaxOfficeCode


class Register(Model):
    """A cash register with the fiscal drive in it."""

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
    """A place of trade."""

    model_config = example(
        name="Магазин на Щербаковской",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
    )

    shop_id: Identifier
    name: Line
    address: Line


class ShopWithRegisters(Shop):
    """A shop and the registers bound to it."""

    registers: list[Register]


class Binding(Model):
    """A register was bound to a shop, or to none from then on."""

    at: dt.datetime
    shop_id: Identifier | None = None

    @property
    def day(self) -> dt.date:
        """The business day of it."""
        return self.at.astimezone(clock.MOSCOW).date()


class NewShop(Payload):
    """A place of trade to be opened in the cabinet."""

    model_config = example(
        name="Магазин на Щербаковской",
        address="105318, г. Москва, ул. Щербаковская, д. 3, помещ. 12",
    )

    name: Annotated[str, single_line(120)]
    address: Line


class ProfileChanged(Model):
    """The cabinet's word of an organisation, new or changed.

    Address and tax office count for a new organisation only: afterwards the client keeps them.
    """

    kind: Literal["profile"]
    client_id: Identifier
    profile: Profile


class RegisterChanged(Model):
    """The cabinet's word of a register, new or with another fiscal drive."""

    kind: Literal["register"]
    client_id: Identifier
    cash_register: Register


CabinetMessage = Annotated[ProfileChanged | RegisterChanged, Field(discriminator="kind")]


class AgreementState(StrEnum):
    """An agreement is signed once and for ever."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"


class AgreementCard(Model):
    """An agreement and where it stands."""

    model_config = example(
        kind="e-receipts", title="Дополнительное соглашение об электронных чеках", version="1"
    )

    kind: str
    title: str
    version: str
    state: AgreementState
    signature: Signature | None = None


class Agreement(AgreementCard):
    """An agreement with the exact text: the one to sign, or the one signed."""

    text: str = Field(examples=["Дополнительное соглашение об электронных чеках\n\n…"])


class NewSignature(Payload):
    """A detached signature over the exact text of an agreement, as its UTF-8 bytes."""

    signature: SignatureBytes
