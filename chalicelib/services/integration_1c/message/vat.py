"""VAT in receipts: rates (tag 1199), and the tax that a receipt names by rate."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.core.fiscal.vat import CODES
from chalicelib.services.integration_1c.message.number import whole


class Rate(NamedTuple):
    """A rate of VAT."""

    percent: int
    """0 for both 0 % and без НДС; -1 for a code of tag 1199 that is unknown."""
    calculated: bool = False
    """Whether it is taken from a sum of which the tax is a part: 22/122 and the like."""
    exempt: bool = False
    """Без НДС."""

    @property
    def is_known(self) -> bool:
        """Whether the code of the receipt says a rate at all."""
        return self.percent >= 0

    def tax_in(self, amount: int) -> int:
        """Return the tax within an amount that includes it, kopecks rounded half up."""
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
    """Return the rate of an item sold on ``day``; без НДС if it names none."""
    code = item.get("nds")
    if code is None:
        code = next((code for name, code in CODES.items() if item.get(name) is not None), 6)
    return _rate(code, day)


def _rate(code: Any, day: dt.date) -> Rate:
    if type(code) is not int:
        return UNKNOWN
    return (_BEFORE_2019.get(code) if day < _2019 else None) or _RATES.get(code, UNKNOWN)


def named(receipt: Mapping[str, Any], day: dt.date) -> dict[Rate, int]:
    """Return what the receipt names by rate: tax, or for 0 % and без НДС the amount itself."""
    found: dict[Rate, int] = {}
    for code, said in _named(receipt):
        if amount := whole(said):
            rate = _rate(code, day)
            found[rate] = found.get(rate, 0) + amount
    return found


def _named(receipt: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    for name, code in CODES.items():
        if name in receipt:
            yield code, receipt[name]
    listed = receipt.get("amountsReceiptNds")
    listed = listed.get("amountsNds") if isinstance(listed, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield one.get("nds"), one.get("ndsSum")


def tax_of(rate: Rate, sums: Sequence[int], said: int | None) -> int:
    """Return the tax of a receipt's items at one rate.

    What the receipt says counts, unless it is further from the tax of the items' sum than rounding
    item by item explains (half a kopeck each, and half for the sum).
    """
    computed = rate.tax_in(sum(sums))
    if said is None or rate.percent <= 0 or abs(said - computed) > (len(sums) + 1) // 2 + 1:
        return computed
    return said
