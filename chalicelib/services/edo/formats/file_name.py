"""Names of exchange files, which are their identifiers too (``@ИдФайл``), without ``.xml``.

A title's is ``R_T_A_O_GGGGMMDD_N1_N2_N3_N4_N5_N6_N7`` (order ЕД-7-26/970@, section II): its kind,
recipient, sender, day, GUID and six marks. A technology message's ends at the GUID.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

SELLER: Final = "ON_NSCHFDOPPR"
BUYER: Final = "ON_NSCHFDOPPOK"
NO_MARKS: Final = "0_0_0_0_0_00"
"""Neither traceable nor marked goods, alcohol, tobacco or oil products; nothing agreed besides."""

_NAME: Final = re.compile(
    r"(?P<prefix>ON_NSCHFDOPPR|ON_NSCHFDOPPOK|DP_PDPOL|DP_PDOTPR|DP_IZVPOL|DP_UVUTOCH|DP_PRANNUL)"
    r"_(?P<recipient>[A-Za-z0-9@.-]{3,46})_(?P<sender>[A-Za-z0-9@.-]{3,46})"
    r"_(?P<day>[0-9]{8})_(?P<guid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
    r"(?:_(?P<marks>(?:[01]_){5}[0-9]{2}))?"
)


@dataclass(frozen=True, slots=True)
class FileName:
    """A name taken apart."""

    prefix: str
    """``ON_NSCHFDOPPR``, ``DP_PDPOL``…"""
    recipient_id: str
    sender_id: str
    day: dt.date
    guid: UUID
    marks: str | None
    """N2 to N7 of a title, as written; None of a technology message."""


def read(name: str) -> FileName:
    """Take a name without ``.xml`` apart; raises ``ValueError`` with a Russian word."""
    found = _NAME.fullmatch(name)
    if not found or found["prefix"].startswith("ON_") != bool(found["marks"]):
        raise ValueError(
            "Имя файла должно состоять из вида документа, идентификаторов получателя "
            "и отправителя, даты ГГГГММДД, GUID и, у титулов УПД, шести признаков: "
            f"{SELLER}_получатель_отправитель_дата_GUID_{NO_MARKS}."
        )
    try:
        day = dt.date.fromisoformat(found["day"])
    except ValueError:
        raise ValueError(f"В имени файла нет такой даты: {found['day']}.") from None
    return FileName(
        found["prefix"],
        found["recipient"],
        found["sender"],
        day,
        UUID(found["guid"]),
        found["marks"],
    )


def seller(
    recipient_id: str, sender_id: str, day: dt.date, guid: UUID, marks: str = NO_MARKS
) -> str:
    """The name of a seller's title."""
    return f"{technology(SELLER, recipient_id, sender_id, day, guid)}_{marks}"


def buyer(
    recipient_id: str, sender_id: str, day: dt.date, guid: UUID, marks: str = NO_MARKS
) -> str:
    """The name of a buyer's title: its recipient is the seller, its marks are the seller's."""
    return f"{technology(BUYER, recipient_id, sender_id, day, guid)}_{marks}"


def technology(prefix: str, recipient_id: str, sender_id: str, day: dt.date, guid: UUID) -> str:
    """The name of a technology message; an operator stands in it by its three-letter code."""
    return f"{prefix}_{recipient_id}_{sender_id}_{day:%Y%m%d}_{guid}"
