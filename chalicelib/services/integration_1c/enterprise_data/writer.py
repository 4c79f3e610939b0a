"""Writes EnterpriseData messages, one object at a time."""

import datetime as dt
import itertools
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import escape

from chalicelib.runtime.problem import Problem
from chalicelib.services.integration_1c.enterprise_data import objects
from chalicelib.services.integration_1c.enterprise_data.retail_report import RetailReport
from chalicelib.services.integration_1c.enterprise_data.version import (
    EXCHANGE_PLAN,
    NAMESPACE,
    VERSIONS,
    FormatVersion,
)

_MOST_NAMED = 100
"""Maximum number of receipts that a problem names."""


class RateNotInVersion(Problem):
    """The format version cannot express the VAT rate of some receipts.

    The problem has the members ``version`` and ``receipts``, up to a hundred of them.
    """

    status = 409
    slug = "rate-not-in-version"
    title = "Ставку НДС нельзя передать в этой версии формата"
    detail = (
        "В формате EnterpriseData {version} нет ставки НДС чеков: {named}. "
        "Выберите версию 1.17 или исправьте эти чеки."
    )

    def __init__(self, version: FormatVersion, receipts: list[str]) -> None:
        detail = self.detail.format(version=version, named=", ".join(receipts))
        super().__init__(detail, version=version, receipts=receipts)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The ``Confirmation`` of a header: addresses and numbers of an exchange.

    A file that is loaded by hand has none.
    """

    recipient: str
    """Code of the node of 1C."""
    sender: str
    """Code of this application's node."""
    message_no: int
    received_no: int
    """Number of the last message accepted from 1C."""


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """The header of a message. ``created`` is Moscow time."""

    created: dt.datetime
    confirmation: Confirmation | None = None


@dataclass(frozen=True, slots=True)
class MessageSummary:
    """What a message contains."""

    reports: int
    receipts: int
    turnover: int
    """Kopecks."""
    size: int
    """Bytes of XML."""
    full: bool
    """Whether writing stopped at ``most`` bytes, so that further reports may remain."""


def write(
    target: BinaryIO,
    header: MessageHeader,
    reports: Iterable[RetailReport],
    *,
    version: FormatVersion = "1.17",
    most: int | None = None,
) -> MessageSummary:
    """Write a message with reports and the catalogue objects that they refer to.

    Args:
        target: receives UTF-8 XML. The XML is incomplete if an exception is raised.
        header: the header.
        reports: one report is in memory at a time. After a full message, an iterator continues
            with the next report.
        version: the format version.
        most: number of bytes after which no further report is written; None for no limit.

    Raises:
        RateNotInVersion: the format version cannot express the VAT rate of some receipts.
    """
    message = _MessageWriter(target, version)
    message.put(_head(header, version))
    inexpressible: list[str] = []
    count = receipts = turnover = 0
    full = False
    for report in reports:
        inexpressible += _inexpressible(report, version)
        if len(inexpressible) >= _MOST_NAMED:
            break
        if inexpressible:
            continue  # reads on only to name the other receipts
        message.report(report)
        count += 1
        receipts += sum(totals.count for totals in report.totals.values())
        turnover += report.turnover
        if full := most is not None and message.size >= most:
            break
    if inexpressible:
        raise RateNotInVersion(version, inexpressible[:_MOST_NAMED])
    message.put("</Body></Message>\n")
    return MessageSummary(count, receipts, turnover, message.size, full)


def _head(header: MessageHeader, version: FormatVersion) -> str:
    confirmation = ""
    if fields := header.confirmation:
        confirmation = (
            f"<msg:Confirmation><msg:ExchangePlan>{EXCHANGE_PLAN}</msg:ExchangePlan>"
            f"<msg:To>{escape(fields.recipient)}</msg:To><msg:From>{escape(fields.sender)}</msg:From>"
            f"<msg:MessageNo>{fields.message_no}</msg:MessageNo>"
            f"<msg:ReceivedNo>{fields.received_no}</msg:ReceivedNo></msg:Confirmation>"
        )
    available = "".join(
        f"<msg:AvailableVersion>{known}</msg:AvailableVersion>" for known in reversed(VERSIONS)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message">'
        f"<msg:Header><msg:Format>{NAMESPACE}{version}</msg:Format>"
        f"<msg:CreationDate>{header.created:%Y-%m-%dT%H:%M:%S}</msg:CreationDate>"
        f'{confirmation}{available}</msg:Header>\n<Body xmlns="{NAMESPACE}{version}">\n'
    )


def _inexpressible(report: RetailReport, version: FormatVersion) -> list[str]:
    return [
        f"ФН {report.fiscal_drive} ФД {number}"
        for rate, numbers in report.rates.items()
        if not objects.can_express(rate, version)
        for number in numbers
    ]


class _MessageWriter:
    """Writes one message and remembers which catalogue objects the message contains."""

    def __init__(self, target: BinaryIO, version: FormatVersion) -> None:
        self.size = 0
        self._target = target
        self._version = version
        self._written: set[Hashable] = set()

    def put(self, xml: str) -> None:
        self.size += self._target.write(xml.encode())

    def report(self, report: RetailReport) -> None:
        self.put("".join(self._catalogues(report)))
        self.put(objects.report_object(report, self._version))
        if report.net("cash") > 0:
            self.put(objects.cash_object(report, self._version))

    def _catalogues(self, report: RetailReport) -> Iterator[str]:
        organisation, warehouse = report.organisation, report.warehouse
        if self._is_new(organisation.inn):
            yield objects.organisation_object(organisation)
        if self._is_new((organisation.inn, warehouse.id)):
            yield objects.warehouse_object(warehouse, organisation.inn)
        for line in itertools.chain.from_iterable(report.lines.values()):
            for unit in (line.item.unit, line.unit):
                if self._is_new(unit):
                    yield objects.unit_object(unit)
            # 1C has its own description of an item that it has identified.
            if self._is_new(line.item.reference) and line.item.onec_id is None:
                yield objects.item_object(line.item, line.rate, self._version)

    def _is_new(self, key: Hashable) -> bool:
        if key in self._written:
            return False
        self._written.add(key)
        return True
