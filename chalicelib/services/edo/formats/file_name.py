"""Names of exchange files, which are their identifiers too (``@ИдФайл``), without ``.xml``."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FileName:
    """A name taken apart."""

    prefix: str
    """``ON_NSCHFDOPPR``, ``DP_PDPOL``…"""
    recipient_id: str
    sender_id: str
    day: dt.date
    guid: UUID


def read(name: str) -> FileName:
    """Take a name apart, with or without ``.xml``; raises ``ValueError`` in Russian."""
    raise NotImplementedError


def seller(recipient_id: str, sender_id: str, day: dt.date, guid: UUID) -> str:
    """The name of a seller's title."""
    raise NotImplementedError


def buyer(recipient_id: str, sender_id: str, day: dt.date, guid: UUID) -> str:
    """The name of a buyer's title: its recipient is the seller."""
    raise NotImplementedError
