"""Checks of the sums in a УПД.

All sums have two decimals, and each may have been rounded separately. So sums that should be equal
may differ by one kopeck (`TOLERANCE`). A price may be rounded too, so quantity × price may differ
from the cost by half a unit of the price's last decimal for each unit of goods.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from chalicelib.services.edo.formats.codes import EXEMPT

TOLERANCE: Final = 1
"""Kopecks."""

_TAXED: Final = frozenset(
    (
        *("5%", "7%", "10%", "18%", "20%", "22%"),
        *("5/105", "7/107", "10/110", "18/118", "20/120", "22/122"),
    )
)


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A line of the table; a value that the document omits is None."""

    number: int
    name: str
    unit: str | None
    quantity: Decimal | None
    price: Decimal | None
    """Price of a unit without VAT, in roubles, with up to 11 decimals."""
    net_kopecks: int | None
    vat_rate: str
    """The rate as the document writes it: ``22%``, ``22/122``, ``без НДС``…"""
    vat_kopecks: int | None
    """None if the line is exempt from VAT."""
    total_kopecks: int | None


@dataclass(frozen=True, slots=True)
class TitleTotal:
    """The row «Всего к оплате»; a value that the document omits is None."""

    net_kopecks: int | None
    vat_kopecks: int | None
    """None if all lines are exempt from VAT."""
    total_kopecks: int | None


def roubles(kopecks: int) -> str:
    """Return roubles as the format writes them: ``12200.00``."""
    sign = "-" if kopecks < 0 else ""
    return f"{sign}{abs(kopecks) // 100}.{abs(kopecks) % 100:02}"


def kopecks(text: str | None) -> int | None:
    """Return the kopecks of an ``xs:decimal`` in roubles with at most two decimals."""
    return None if text is None else int(Decimal(text).scaleb(2))


def line_faults(line: TitleLine) -> Iterator[tuple[str, str]]:
    """Yield the faults of a line: the attribute or element, and a Russian sentence."""
    net, vat, total = line.net_kopecks, line.vat_kopecks, line.total_kopecks
    if (line.vat_rate == EXEMPT and vat) or (vat is None and line.vat_rate in _TAXED):
        yield "СумНал", f"Сумма налога не согласуется со ставкой «{line.vat_rate}»."
        return
    if net is not None and total is not None and _differ(net + (vat or 0), total):
        yield (
            "@СтТовУчНал",
            (
                f"Стоимость с налогом {roubles(total)} не равна стоимости без налога "
                f"{roubles(net)} и налогу {roubles(vat or 0)}."
            ),
        )
    if vat is not None:
        yield from _vat_faults(line, vat)
    yield from _price_faults(line)


def total_faults(lines: tuple[TitleLine, ...], row: TitleTotal) -> Iterator[tuple[str, str]]:
    """Yield the faults of the row «Всего к оплате», see :func:`line_faults`."""
    net, vat, total = row.net_kopecks, row.vat_kopecks or 0, row.total_kopecks
    columns = (
        ("@СтТовБезНДСВсего", "стоимости без налога", [line.net_kopecks for line in lines], net),
        ("СумНалВсего", "налога", [line.vat_kopecks or 0 for line in lines], vat),
        ("@СтТовУчНалВсего", "стоимости с налогом", [line.total_kopecks for line in lines], total),
    )
    for where, name, column, shown in columns:
        known = [value for value in column if value is not None]
        if shown is not None and len(known) == len(column) and _differ(sum(known), shown):
            yield where, f"Итог {name} {roubles(shown)} не равен сумме строк {roubles(sum(known))}."
    if net is not None and total is not None and _differ(net + vat, total):
        yield (
            "@СтТовУчНалВсего",
            (
                f"Итог с налогом {roubles(total)} не равен итогу без налога {roubles(net)} "
                f"и налогу {roubles(vat)}."
            ),
        )


def _vat_faults(line: TitleLine, vat: int) -> Iterator[tuple[str, str]]:
    """Yield a fault if the VAT does not fit its rate.

    A plain rate (``22%``) applies to the cost without VAT. A calculated rate (``22/122``) applies
    to the cost with VAT or to a part of that cost (Tax Code, article 154: goods bought from
    individuals, property recorded with its VAT), so only a greater VAT is a fault. Rates for the
    sale of an enterprise (``18,03%``) and for tax agents apply to amounts that the document does
    not contain.
    """
    net, total, rate = line.net_kopecks, line.total_kopecks, line.vat_rate
    if rate.endswith("%") and "," not in rate and net is not None:
        due = Fraction(net * int(rate[:-1]), 100)
        if abs(due - vat) > TOLERANCE:
            yield (
                "СумНал",
                (
                    f"Налог {roubles(vat)} не соответствует ставке {rate} от {roubles(net)}: "
                    f"ожидается {roubles(_round(due))}."
                ),
            )
    elif "/" in rate and total is not None:
        part, whole = map(int, rate.split("/"))
        most = Fraction(total * part, whole)
        if vat > most + TOLERANCE:
            yield (
                "СумНал",
                (
                    f"Налог {roubles(vat)} больше, чем {rate} от {roubles(total)}: "
                    f"{roubles(_round(most))}."
                ),
            )


def _price_faults(line: TitleLine) -> Iterator[tuple[str, str]]:
    if line.quantity is None or line.price is None:
        return
    exponent = line.price.as_tuple().exponent
    decimals = max(2, -exponent if isinstance(exponent, int) else 0)
    cost = Fraction(line.quantity) * Fraction(line.price) * 100
    slack = Fraction(line.quantity) * 100 / (2 * 10**decimals) + TOLERANCE
    # A price regulated by the state includes VAT (Tax Code, article 169, 5.7).
    costs = [value for value in (line.net_kopecks, line.total_kopecks) if value is not None]
    if costs and all(abs(cost - value) > slack for value in costs):
        yield (
            "@ЦенаТов",
            (
                f"Количество {line.quantity} по цене {line.price} — это {roubles(_round(cost))}, "
                f"а в строке {roubles(costs[0])}."
            ),
        )


def _differ(value: int, other: int) -> bool:
    return abs(value - other) > TOLERANCE


def _round(value: Fraction) -> int:
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))
