"""Port to the carrier of SMS; see :mod:`chalicelib.core.notification.carriers`."""

import dataclasses
from typing import Protocol

from chalicelib.core.notification.carrier import Reference
from chalicelib.runtime.resource import SmsProvider

SMS = SmsProvider("Sms")

PHONE_REFUSED = "phone-refused"
"""Reason: the carrier refuses the number for good."""


@dataclasses.dataclass(frozen=True)
class Sms:
    """A message ready to be sent."""

    to: str
    """A number in E.164 format."""
    text: str
    reference: Reference
    """What reports of the carrier name."""


class SmsPort(Protocol):
    """Interface to a carrier of SMS."""

    def send(self, message: Sms) -> None:
        """Hand a message to the carrier.

        Raises:
            CarrierUnavailable: the carrier cannot take the message now.
            RecipientRefused: the carrier refuses the number for good.
        """
