"""Turnover laid out as a sheet: a heading with the parties and the period, then the figures.

Amounts are in roubles, times are Moscow time. The CSV and XLSX files are renderings of this sheet.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.rent.model import RentParty
from chalicelib.services.rent.turnover_model import Granularity, TenantTurnover, TurnoverSums

Cell = str | int | Decimal | dt.date | dt.datetime | None
"""A :class:`Decimal` is an amount in roubles, a ``datetime`` is in Moscow, without a zone."""

_EVERYTHING = "Все кассы"
_TOTAL = "Итого"


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The content of a file."""

    heading: list[tuple[str, str]]
    columns: list[str]
    rows: list[list[Cell]]


def lay_out(turnover: TenantTurnover, made_at: dt.datetime) -> Sheet:
    """Return the sheet of a period, as made at a moment."""
    shop = turnover.shop
    return Sheet(
        heading=[
            ("Арендатор", _party(turnover.tenant)),
            ("Арендодатель", _party(turnover.landlord)),
            ("Магазин", f"{shop.name}, {shop.address}"),
            ("Период", f"{turnover.first:%d.%m.%Y} — {turnover.last:%d.%m.%Y}"),
            ("Сформировано", f"{made_at.astimezone(MOSCOW):%d.%m.%Y %H:%M} (МСК)"),
        ],
        columns=[
            "Касса (РНМ)",
            "День" if turnover.by is Granularity.DAY else "Месяц",
            "Чеков",
            "Возвратов",
            "Оборот, руб.",
            "Последний документ (МСК)",
        ],
        rows=list(_rows(turnover)),
    )


def _rows(turnover: TenantTurnover) -> Iterator[list[Cell]]:
    for register in turnover.registers:
        # With a sign before: Excel would drop the last digit of a number of 16 digits.
        name = f"№ {register.register_id}"
        for row in register.rows:
            yield [name, _period(row.period), *_figures(row)]
        yield [name, _TOTAL, *_figures(register.total)]
    for row in turnover.rows:
        yield [_EVERYTHING, _period(row.period), *_figures(row)]
    yield [_EVERYTHING, _TOTAL, *_figures(turnover.total)]


def _period(period: str) -> Cell:
    if len(period) == len("2026-11"):
        return f"{period[5:]}.{period[:4]}"
    return dt.date.fromisoformat(period)


def _figures(sums: TurnoverSums) -> list[Cell]:
    at = sums.last_document_at
    return [
        sums.receipts,
        sums.returns,
        Decimal(sums.turnover_kopecks).scaleb(-2),
        at.astimezone(MOSCOW).replace(tzinfo=None) if at else None,
    ]


def _party(party: RentParty) -> str:
    return f"{party.name}, ИНН {party.inn}"
