"""A УПД made from a form, for those who have no accounting program."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from chalicelib.requisites import Kopecks, single_line
from chalicelib.runtime.action import Payload
from chalicelib.services.edo.formats.model import Party, Signer
from chalicelib.services.edo.formats.seller_title import Function


class VatRate(StrEnum):
    """Rates of VAT that an invoice may bear now (Tax Code, article 164)."""

    STANDARD = "22"
    REDUCED = "10"
    SIMPLIFIED_7 = "7"
    SIMPLIFIED_5 = "5"
    ZERO = "0"
    EXEMPT = "none"


class FormLine(Payload):
    """One thing sold."""

    name: Annotated[str, single_line(1000)]
    quantity: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
    unit: Annotated[str, single_line(20)]
    price_kopecks: Kopecks
    """Of one unit, VAT included."""
    vat_rate: VatRate


class Basis(Payload):
    """The agreement that a document rests on."""

    name: Annotated[str, single_line(255)]
    number: Annotated[str, single_line(255)]
    date: dt.date


class UpdForm(Payload):
    """What the sender fills in; the parties are taken from their profiles."""

    number: Annotated[str, single_line(100)]
    date: dt.date
    function: Function
    lines: Annotated[list[FormLine], Field(min_length=1, max_length=1000)]
    operation: Annotated[str, single_line(255)] = "Товары переданы, работы сданы, услуги оказаны"
    transferred_on: dt.date | None = None
    """The date of the document itself where it is left out."""
    basis: Annotated[list[Basis], Field(max_length=20)] = []


def make(
    form: UpdForm, sender: Party, recipient: Party, signer: Signer, moment: dt.datetime, guid: UUID
) -> tuple[str, bytes]:
    """The seller's title for the form: its file's name (with ``.xml``) and its bytes."""
    raise NotImplementedError
