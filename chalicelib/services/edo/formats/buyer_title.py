"""The buyer's title of a УПД, format 5.03 (order ЕД-7-26/970@ of 19.12.2023)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chalicelib.services.edo.formats.model import Party, Signer
from chalicelib.services.edo.formats.seller_title import Function, SellerTitle


class Outcome(StrEnum):
    """How the acceptance ended (``@КодИтога``)."""

    ACCEPTED = "1"
    ACCEPTED_WITH_DISCREPANCIES = "2"
    NOT_ACCEPTED = "3"


@dataclass(frozen=True, slots=True)
class BuyerTitle:
    """A buyer's title that holds."""

    file_id: str
    sender_id: str
    recipient_id: str
    seller_file_id: str
    """`SellerTitle.file_id` of what it answers."""
    seller_signatures: tuple[bytes, ...]
    """The seller's signatures (DER) over the seller's title."""
    made_at: dt.datetime
    """Naive: the format says date and time without a zone."""
    function: Function
    outcome: Outcome
    accepted_on: dt.date


def make(
    title: SellerTitle,
    seller_signatures: tuple[bytes, ...],
    buyer: Party,
    signer: Signer,
    moment: dt.datetime,
    guid: UUID,
    *,
    outcome: Outcome = Outcome.ACCEPTED,
    accepted_on: dt.date | None = None,
) -> tuple[str, bytes]:
    """The title for the buyer to sign: its file's name (with ``.xml``) and its bytes.

    ``seller_signatures`` are the detached signatures (DER) over the seller's file. The goods are
    accepted on the day of ``moment`` in Moscow unless ``accepted_on`` says otherwise.
    """
    raise NotImplementedError


def read(content: bytes, file_name: str) -> BuyerTitle:
    """Read and check the file; raises `TitleRefused` with everything found wrong."""
    raise NotImplementedError
