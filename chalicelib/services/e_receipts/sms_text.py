"""Text of the SMS that notifies a buyer of a receipt."""

import dataclasses

from chalicelib.services.e_receipts import legal_name, sms_parts
from chalicelib.services.e_receipts.receipt import Receipt

_TITLES = {1: "чек", 2: "возврат", 3: "выплата", 4: "возврат выплаты"}
_SHORTEST_NAME = 11
"""Fewest characters to which a legal name is shortened."""


@dataclasses.dataclass(frozen=True)
class SmsMessage:
    """Text of an SMS, and the number of parts that operators charge."""

    text: str
    parts: int


def sms_text(receipt: Receipt, link: str, brand: str | None = None) -> SmsMessage:
    """Return the SMS of a receipt, which begins with the brand or, without one, the legal name.

    The SMS states the sum, date and time, register, fiscal sign and link. The legal form and the
    end of a legal name are left out if that saves a part.
    """
    roubles, rest = divmod(receipt.total, 100)
    details = (
        f": {_TITLES[receipt.operation]} {roubles},{rest:02}р {receipt.at:%d.%m.%y %H:%M} "
        f"РНМ {receipt.register_id} ФП {receipt.sign} {link}"
    )
    names = [brand] if brand else _names(receipt.organisation)
    messages = [SmsMessage(name + details, sms_parts.count_parts(name + details)) for name in names]
    # Names are in descending length, so this is the longest name with the fewest parts.
    return min(messages, key=lambda message: message.parts)


def _names(organisation: str) -> list[str]:
    """Return forms of a legal name in descending length."""
    full = legal_name.short_name(organisation) or "Магазин"
    bare = legal_name.bare_name(full)
    lengths = range(len(bare) - 1, _SHORTEST_NAME - 1, -1)
    return [full, bare, *(f"{bare[: length - 1].rstrip(' -.,')}…" for length in lengths)]
