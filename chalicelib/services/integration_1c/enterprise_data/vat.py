"""VAT in receipts: the rate of an item (tag 1199), and the tax that a receipt states by rate."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.core.fiscal.vat import CODES
from chalicelib.services.integration_1c.enterprise_data.numbers import whole


class Rate(NamedTuple):
    """A VAT rate."""

    percent: int
    """0 for 0 % and for exempt items; -1 for an unknown code of tag 1199."""
    calculated: bool = False
    """Whether the rate applies to an amount that includes the tax, such as 22/122."""
    exempt: bool = False
    """Exempt from VAT (без НДС)."""

    @property
    def is_known(self) -> bool:
        """Whether the code in the receipt stands for a rate."""
        return self.percent >= 0

    def tax_in(self, amount: int) -> int:
        """Return the tax in an amount that includes tax, in kopecks, rounded half up."""
        if self.percent <= 0:
            return 0
        return (2 * amount * self.percent + 100 + self.percent) // (2 * (100 + self.percent))


EXEMPT = Rate(0, exempt=True)
UNKNOWN = Rate(-1)

_RATES = {
    1: Rate(20),
    2: Rate(10),
    3: Rate(20, calculated=True),
    4: Rate(10, calculated=True),
    5: Rate(0),
    6: EXEMPT,
    7: Rate(5),
    8: Rate(7),
    9: Rate(5, calculated=True),
    10: Rate(7, calculated=True),
    11: Rate(22),
    12: Rate(22, calculated=True),
}
_BEFORE_2019 = {1: Rate(18), 3: Rate(18, calculated=True)}
_2019 = dt.date(2019, 1, 1)


def rate_of(item: Mapping[str, Any], day: dt.date) -> Rate:
    """Return the rate of an item sold on ``day``; exempt if the item states no rate."""
    code = item.get("nds")
    if code is None:
        code = next((code for name, code in CODES.items() if item.get(name) is not None), 6)
    return _rate(code, day)


def _rate(code: Any, day: dt.date) -> Rate:
    if type(code) is not int:
        return UNKNOWN
    return (_BEFORE_2019.get(code) if day < _2019 else None) or _RATES.get(code, UNKNOWN)


def stated_amounts(receipt: Mapping[str, Any], day: dt.date) -> dict[Rate, int]:
    """Return the amounts that a receipt states by rate, in kopecks.

    The amount is the tax; for 0 % and for exempt items it is the amount sold.
    """
    amounts: dict[Rate, int] = {}
    for code, value in _stated(receipt):
        if amount := whole(value):
            rate = _rate(code, day)
            amounts[rate] = amounts.get(rate, 0) + amount
    return amounts


def _stated(receipt: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    for name, code in CODES.items():
        if name in receipt:
            yield code, receipt[name]
    listed = receipt.get("amountsReceiptNds")
    listed = listed.get("amountsNds") if isinstance(listed, dict) else None
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict):
            yield entry.get("nds"), entry.get("ndsSum")


def tax_of(rate: Rate, sums: Sequence[int], stated: int | None) -> int:
    """Return the tax of a receipt's items at one rate, in kopecks.

    Args:
        rate: the rate.
        sums: the amounts of the items, tax included.
        stated: the tax that the receipt states; None if the receipt states none. This value is
            returned unless it differs from the tax of the total by more than rounding each item
            explains (half a kopeck for each item and half for the total).
    """
    computed = rate.tax_in(sum(sums))
    if stated is None or rate.percent <= 0 or abs(stated - computed) > (len(sums) + 1) // 2 + 1:
        return computed
    return stated
