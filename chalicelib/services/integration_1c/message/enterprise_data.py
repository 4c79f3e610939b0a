"""Writes an EnterpriseData message, object by object, in versions 1.17 and 1.8."""

import datetime as dt
import itertools
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import escape

from chalicelib.runtime.problem import Problem
from chalicelib.services.integration_1c.message import objects
from chalicelib.services.integration_1c.message.objects import Version
from chalicelib.services.integration_1c.message.shift import RetailReport

NAMESPACE = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/"
EXCHANGE_PLAN = "СинхронизацияДанныхЧерезУниверсальныйФормат"
VERSIONS: tuple[Version, ...] = ("1.17", "1.8")
_MOST_NAMED = 100


class RateNotInVersion(Problem):
    """A VAT rate that the version of the format has no word for. Members: version, receipts."""

    status = 409
    slug = "rate-not-in-version"
    title = "Ставку НДС нельзя передать в этой версии формата"
    detail = (
        "В формате EnterpriseData {version} нет ставки НДС чеков: {named}. "
        "Выберите версию 1.17 или исправьте эти чеки."
    )

    def __init__(self, version: Version, receipts: list[str]) -> None:
        said = self.detail.format(version=version, named=", ".join(receipts))
        super().__init__(said, version=version, receipts=receipts)


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
        RateNotInVersion: naming the receipts, up to a hundred.
    """
    writing = _Writing(target, version)
    writing.put(_head(header, version))
    unsayable: list[str] = []
    count = receipts = turnover = 0
    full = False
    for report in reports:
        unsayable += _unsayable(report, version)
        if len(unsayable) >= _MOST_NAMED:
            break
        if unsayable:
            continue  # only to name the other receipts too
        writing.report(report)
        count += 1
        receipts += sum(totals.count for totals in report.totals.values())
        turnover += report.turnover
        if full := most is not None and writing.size >= most:
            break
    if unsayable:
        raise RateNotInVersion(version, unsayable[:_MOST_NAMED])
    writing.put("</Body></Message>\n")
    return Summary(count, receipts, turnover, writing.size, full)


def _head(header: Header, version: Version) -> str:
    confirmation = ""
    if one := header.confirmation:
        confirmation = (
            f"<msg:Confirmation><msg:ExchangePlan>{EXCHANGE_PLAN}</msg:ExchangePlan>"
            f"<msg:To>{escape(one.recipient)}</msg:To><msg:From>{escape(one.sender)}</msg:From>"
            f"<msg:MessageNo>{one.message_no}</msg:MessageNo>"
            f"<msg:ReceivedNo>{one.received_no}</msg:ReceivedNo></msg:Confirmation>"
        )
    available = "".join(
        f"<msg:AvailableVersion>{one}</msg:AvailableVersion>" for one in reversed(VERSIONS)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message">'
        f"<msg:Header><msg:Format>{NAMESPACE}{version}</msg:Format>"
        f"<msg:CreationDate>{header.created:%Y-%m-%dT%H:%M:%S}</msg:CreationDate>"
        f'{confirmation}{available}</msg:Header>\n<Body xmlns="{NAMESPACE}{version}">\n'
    )


def _unsayable(report: RetailReport, version: Version) -> list[str]:
    return [
        f"ФН {report.fiscal_drive} ФД {number}"
        for rate, numbers in report.rates.items()
        if not objects.can_say(rate, version)
        for number in numbers
    ]


class _Writing:
    """A message on its way: what it is written to, and which catalogue objects it has already."""

    def __init__(self, target: BinaryIO, version: Version) -> None:
        self.size = 0
        self._target = target
        self._version = version
        self._has: set[Hashable] = set()

    def put(self, xml: str) -> None:
        self.size += self._target.write(xml.encode())

    def report(self, report: RetailReport) -> None:
        self.put("".join(self._catalogues(report)))
        self.put(objects.report_object(report, self._version))
        if report.net("cash") > 0:
            self.put(objects.cash_object(report, self._version))

    def _catalogues(self, report: RetailReport) -> Iterator[str]:
        organisation, shop = report.organisation, report.shop
        if self._is_new(organisation.inn):
            yield objects.organisation_object(organisation)
        if self._is_new((organisation.inn, shop.id)):
            yield objects.shop_object(shop, organisation.inn)
        for line in itertools.chain.from_iterable(report.lines.values()):
            for unit in (line.item.unit, line.unit):
                if self._is_new(unit):
                    yield objects.unit_object(unit)
            # An item of 1С's own is 1С's to describe.
            if self._is_new(line.item.reference) and line.item.onec_id is None:
                yield objects.item_object(line.item, line.rate, self._version)

    def _is_new(self, what: Hashable) -> bool:
        if what in self._has:
            return False
        self._has.add(what)
        return True
