"""A buyer's telephone number or e-mail address (tag 1008), as cashiers type it."""

import dataclasses
import re
from enum import StrEnum

from chalicelib.requisites import Email, Phone, check


class Channel(StrEnum):
    """The way by which a receipt reaches a buyer."""

    SMS = "sms"
    EMAIL = "email"


class ContactUnusable(StrEnum):
    """Why nothing can be sent there."""

    EMAIL_MALFORMED = "email-malformed"
    PHONE_MALFORMED = "phone-malformed"


@dataclasses.dataclass(frozen=True)
class Contact:
    """Where a receipt is to go; with ``unusable``, nowhere."""

    channel: Channel
    address: str = ""
    """An E.164 number or an e-mail address."""
    unusable: ContactUnusable | None = None


def read(said: str) -> Contact:
    """Return the contact that is meant, or why there is none; an ``@`` makes it an e-mail.

    Numbers without a country code are Russian. Of ten digits, the seven is left out; of eleven,
    the eight is the trunk prefix.
    """
    text = re.sub(r"^(?:mailto|tel|sms):", "", said.strip(), flags=re.IGNORECASE)
    if "@" in text:
        try:
            return Contact(Channel.EMAIL, check(Email, text))
        except ValueError:
            return Contact(Channel.EMAIL, unusable=ContactUnusable.EMAIL_MALFORMED)
    try:
        return Contact(Channel.SMS, check(Phone, text))
    except ValueError:
        pass
    # 79161234567 without its plus is read as a national number, which it is not.
    try:
        return Contact(Channel.SMS, check(Phone, f"+{text}"))
    except ValueError:
        return Contact(Channel.SMS, unusable=ContactUnusable.PHONE_MALFORMED)
