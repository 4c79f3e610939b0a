"""The SMS that tells a buyer of a receipt."""

import dataclasses

from chalicelib.services.e_receipts import legal_name, sms_parts
from chalicelib.services.e_receipts.receipt import Receipt

_TITLES = {1: "чек", 2: "возврат", 3: "выплата", 4: "возврат выплаты"}
_SHORTEST_NAME = 11
"""Characters that a legal name is cut to at the most."""


@dataclasses.dataclass(frozen=True)
class SmsMessage:
    """An SMS and the number of parts it is charged by."""

    text: str
    parts: int


def sms_text(receipt: Receipt, link: str, brand: str | None = None) -> SmsMessage:
    """Return the SMS of a receipt, under the brand if there is one, else the legal name.

    It says the sum, date and time, register and fiscal sign, and where to see the receipt. Of a
    legal name its form is left out, and of a long one its end, where that saves a part.
    """
    roubles, rest = divmod(receipt.total, 100)
    said = (
        f": {_TITLES[receipt.operation]} {roubles},{rest:02}р {receipt.at:%d.%m.%y %H:%M} "
        f"РНМ {receipt.register_id} ФП {receipt.sign} {link}"
    )
    names = [brand] if brand else _names(receipt.organisation)
    messages = [SmsMessage(name + said, sms_parts.count_parts(name + said)) for name in names]
    # The first of the shortest, so a name is as full as its parts allow.
    return min(messages, key=lambda one: one.parts)


def _names(organisation: str) -> list[str]:
    """Return a legal name ever shorter."""
    full = legal_name.short_name(organisation) or "Магазин"
    bare = legal_name.bare_name(full)
    lengths = range(len(bare) - 1, _SHORTEST_NAME - 1, -1)
    return [full, bare, *(f"{bare[: length - 1].rstrip(' -.,')}…" for length in lengths)]
