"""Names of exchange files; without ``.xml``, a name is the identifier of the file (``@ИдФайл``).

The name of a title is ``R_T_A_O_GGGGMMDD_N1_N2_N3_N4_N5_N6_N7`` (order of the tax service
ЕД-7-26/970@, section II): the kind, the recipient, the sender, the day, a GUID and six marks. The
name of a technology message ends with the GUID.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

SELLER: Final = "ON_NSCHFDOPPR"
BUYER: Final = "ON_NSCHFDOPPOK"
NO_MARKS: Final = "0_0_0_0_0_00"
"""Marks of a title without traceable or marked goods, alcohol, tobacco, oil products or agreed
additions."""

_NAME: Final = re.compile(
    r"(?P<prefix>ON_NSCHFDOPPR|ON_NSCHFDOPPOK|DP_PDPOL|DP_PDOTPR|DP_IZVPOL|DP_UVUTOCH|DP_PRANNUL)"
    r"_(?P<recipient>[A-Za-z0-9@.-]{3,46})_(?P<sender>[A-Za-z0-9@.-]{3,46})"
    r"_(?P<day>[0-9]{8})_(?P<guid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
    r"(?:_(?P<marks>(?:[01]_){5}[0-9]{2}))?"
)


@dataclass(frozen=True, slots=True)
class FileName:
    """The parts of a name."""

    prefix: str
    """``ON_NSCHFDOPPR``, ``DP_PDPOL``…"""
    recipient_id: str
    sender_id: str
    day: dt.date
    guid: UUID
    marks: str | None
    """N2 to N7 of a title; None for a technology message."""


def read(name: str) -> FileName:
    """Parse a name without ``.xml``.

    Raises:
        ValueError: with a Russian sentence, if the name does not follow the pattern.
    """
    match = _NAME.fullmatch(name)
    if not match or match["prefix"].startswith("ON_") != bool(match["marks"]):
        raise ValueError(
            "Имя файла должно состоять из вида документа, идентификаторов получателя "
            "и отправителя, даты ГГГГММДД, GUID и, у титулов УПД, шести признаков: "
            f"{SELLER}_получатель_отправитель_дата_GUID_{NO_MARKS}."
        )
    try:
        day = dt.date.fromisoformat(match["day"])
    except ValueError:
        raise ValueError(f"В имени файла нет такой даты: {match['day']}.") from None
    return FileName(
        match["prefix"],
        match["recipient"],
        match["sender"],
        day,
        UUID(match["guid"]),
        match["marks"],
    )


def seller(
    recipient_id: str, sender_id: str, day: dt.date, guid: UUID, marks: str = NO_MARKS
) -> str:
    """Return the name of a seller's title."""
    return f"{technology(SELLER, recipient_id, sender_id, day, guid)}_{marks}"


def buyer(
    recipient_id: str, sender_id: str, day: dt.date, guid: UUID, marks: str = NO_MARKS
) -> str:
    """Return the name of a buyer's title, whose recipient is the seller; the marks are those of the
    seller's title."""
    return f"{technology(BUYER, recipient_id, sender_id, day, guid)}_{marks}"


def technology(prefix: str, recipient_id: str, sender_id: str, day: dt.date, guid: UUID) -> str:
    """Return the name of a technology message; the identifier of an operator is its code."""
    return f"{prefix}_{recipient_id}_{sender_id}_{day:%Y%m%d}_{guid}"
