"""Port to the carrier of e-mails; see :mod:`chalicelib.core.notification.carriers`."""

import dataclasses
from collections.abc import Mapping
from typing import Protocol

from chalicelib.core.notification.carrier import Reference
from chalicelib.runtime.resource import MailEvents, MailIdentity

SENDER = MailIdentity("Sender")
MAIL_EVENTS = MailEvents("Mail")


@dataclasses.dataclass(frozen=True)
class Letter:
    """An e-mail ready to be sent."""

    to: str
    subject: str
    text: str
    html: str | None = None
    pictures: Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    """PNG images by the content id with which the HTML refers to them."""
    reference: Reference | None = None
    """What reports of the carrier name."""


class MailPort(Protocol):
    """Interface to a carrier of e-mails."""

    def send(self, letter: Letter) -> None:
        """Hand an e-mail to the carrier.

        Raises:
            CarrierUnavailable: the carrier cannot take the e-mail now.
            RecipientRefused: the carrier refuses the recipient or the e-mail for good.
        """
