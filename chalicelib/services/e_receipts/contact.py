"""Parsing of a buyer's telephone number or e-mail address (tag 1008), as cashiers enter it."""

import dataclasses
import re
from enum import StrEnum

from chalicelib.requisites import Email, Phone, check


class Channel(StrEnum):
    """Channel by which a receipt is sent to a buyer."""

    SMS = "sms"
    EMAIL = "email"


class ContactUnusable(StrEnum):
    """Why nothing can be sent to a contact."""

    EMAIL_MALFORMED = "email-malformed"
    PHONE_MALFORMED = "phone-malformed"


@dataclasses.dataclass(frozen=True)
class Contact:
    """Channel and address of a buyer, or why nothing can be sent to the buyer."""

    channel: Channel
    address: str = ""
    """An E.164 number or an e-mail address; empty if the contact is unusable."""
    unusable: ContactUnusable | None = None


def read(text: str) -> Contact:
    """Return the contact that a cashier entered; text with an ``@`` is an e-mail address.

    A telephone number without a country code is Russian: ten digits lack the country code 7, and
    the 8 that begins eleven digits is the trunk prefix.
    """
    text = re.sub(r"^(?:mailto|tel|sms):", "", text.strip(), flags=re.IGNORECASE)
    if "@" in text:
        try:
            return Contact(Channel.EMAIL, check(Email, text))
        except ValueError:
            return Contact(Channel.EMAIL, unusable=ContactUnusable.EMAIL_MALFORMED)
    try:
        return Contact(Channel.SMS, check(Phone, text))
    except ValueError:
        pass
    # Without the plus, 79161234567 is parsed as a national number.
    try:
        return Contact(Channel.SMS, check(Phone, f"+{text}"))
    except ValueError:
        return Contact(Channel.SMS, unusable=ContactUnusable.PHONE_MALFORMED)
