"""Writes an EnterpriseData message, object by object, in versions 1.17 and 1.8."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Literal

from chalicelib.runtime.problem import Problem
from chalicelib.services.integration_1c.message.shift import RetailReport

Version = Literal["1.17", "1.8"]
EXCHANGE_PLAN = "СинхронизацияДанныхЧерезУниверсальныйФормат"
VERSIONS: tuple[Version, ...] = ("1.17", "1.8")


class RateNotInVersion(Problem):
    """A VAT rate that the version of the format has no word for. Members: version, receipts."""

    status = 409
    slug = "rate-not-in-version"
    title = "Ставку НДС нельзя передать в этой версии формата"
    detail = (
        "В формате EnterpriseData {version} нет ставки НДС из этих чеков: {receipts}. "
        "Выберите версию 1.17."
    )


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who sends to whom, and which message it is. A file that is loaded by hand has none."""

    recipient: str
    """Code of 1С's node."""
    sender: str
    """Code of ours."""
    message_no: int
    received_no: int
    """The last message of 1С that we took in."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the objects."""

    created: dt.datetime
    confirmation: Confirmation | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written."""

    reports: int
    receipts: int
    turnover: int
    """Kopecks."""
    size: int
    """Bytes of XML."""
    full: bool
    """Whether it stopped at ``most``, with reports perhaps left for a next message."""


def write(
    target: BinaryIO,
    header: Header,
    reports: Iterable[RetailReport],
    *,
    version: Version = "1.17",
    most: int | None = None,
) -> Summary:
    """Write a message of reports with the catalogues that they refer to, one report at a time.

    Args:
        target: takes UTF-8 XML; what it took is no message if this raises.
        reports: an iterator goes on where a message that became full left off.
        most: bytes after which no further report is begun.

    Raises:
        RateNotInVersion: naming the receipts (up to a hundred).
    """
    raise NotImplementedError
