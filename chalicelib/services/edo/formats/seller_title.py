"""The seller's title of a УПД, format 5.03 (order ЕД-7-26/970@ of 19.12.2023)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chalicelib.services.edo.formats.refusal import TitleRefused

__all__ = ["Function", "Line", "Participant", "SellerTitle", "TitleRefused", "read"]


class Function(StrEnum):
    """What the document is (``@Функция``)."""

    INVOICE = "СЧФ"
    INVOICE_AND_TRANSFER = "СЧФДОП"
    TRANSFER = "ДОП"


@dataclass(frozen=True, slots=True)
class Participant:
    """A seller or a buyer as the document names them; a foreigner has no ИНН."""

    name: str
    inn: str | None
    kpp: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table; what the document leaves out is None. Money is kopecks."""

    number: int
    name: str
    unit: str | None
    quantity: Decimal | None
    price: Decimal | None
    """Roubles without VAT, with up to 11 decimals."""
    net_kopecks: int | None
    vat_rate: str
    """As the document writes it: ``22%``, ``22/122``, ``без НДС``…"""
    vat_kopecks: int | None
    """None where the line is exempt."""
    total_kopecks: int | None


@dataclass(frozen=True, slots=True)
class SellerTitle:
    """A seller's title that holds: its schema, name, parties and sums were checked."""

    file_id: str
    """``@ИдФайл``: the file's name without ``.xml``."""
    function: Function
    sender_id: str
    recipient_id: str
    made_at: dt.datetime
    """Naive: the format says date and time without a zone."""
    number: str
    date: dt.date
    document_name: str
    """What the parties agreed to call it; the function's own name where they did not."""
    seller: Participant
    buyer: Participant
    currency: str
    """Its code in ОКВ: ``643`` is the rouble."""
    lines: tuple[Line, ...]
    net_kopecks: int | None
    vat_kopecks: int
    total_kopecks: int
    operation: str | None
    """What was done: ``Товары переданы``."""
    transferred_on: dt.date | None
    basis: tuple[str, ...]
    """The agreements the document rests on."""
    signers: tuple[str, ...]
    """Position and name of whoever signs, as the document says."""


def read(content: bytes, file_name: str) -> SellerTitle:
    """Read and check the file; raises `TitleRefused` with everything found wrong."""
    raise NotImplementedError
