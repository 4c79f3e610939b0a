"""Records of what was sent to a provider of e-mail or SMS, and leases of what is being sent.

A record is an item in the client's partition of any table: ``leased_until`` is set while a process
is sending, ``sent_at`` when the message has been sent. Records of e-mails are in the outbox table,
under ``mail#<mail id>``.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.notify import Email
from chalicelib.runtime.outbox import KEPT_FOR, OUTBOX
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Item, Table, Write

LEASE = dt.timedelta(minutes=2)
"""How long other deliveries wait for a process that has stopped responding."""


class AlreadySent(Problem):
    """The message is recorded as sent."""


class BeingSent(Problem):
    """Another delivery of the message holds the lease."""


@dataclasses.dataclass(frozen=True)
class Sending:
    """A message to be sent once, and the key of the item that records the sending."""

    table: Table
    client_id: str
    sk: str
    kept_for: dt.timedelta
    """How long the record is kept; a repeat after that is sent again."""


def mail(email: Email) -> Sending:
    """Return an e-mail as a message to be sent once."""
    return Sending(OUTBOX, email.client_id, f"mail#{email.mail_id}", KEPT_FOR)


def claim(sending: Sending) -> Write:
    """Describe the write that takes the lease for :data:`LEASE`.

    The commit raises AlreadySent if the message is recorded as sent, and BeingSent if the lease of
    another process has not expired.
    """
    now = clock.now()
    item = {
        "client_id": sending.client_id,
        "sk": sending.sk,
        "leased_until": int((now + LEASE).timestamp()),
        "expires_at": int((now + sending.kept_for).timestamp()),
    }

    def refuse(current: Item | None) -> Problem:
        return AlreadySent() if current and "sent_at" in current else BeingSent()

    free = Attr("client_id").not_exists() | (
        Attr("sent_at").not_exists() & Attr("leased_until").lt(int(now.timestamp()))
    )
    return sending.table.put(item, when=free, otherwise=refuse)


def sent(sending: Sending, attributes: Mapping[str, Any] | None = None) -> Write:
    """Describe the write that records the message as sent, with further ``attributes``.

    The commit raises AlreadySent if the message is recorded as sent.
    """
    return sending.table.update(
        sending.client_id,
        sending.sk,
        put={"sent_at": clock.now().isoformat(), **(attributes or {})},
        when=Attr("sent_at").not_exists(),
        otherwise=AlreadySent(),
    )


def release(sending: Sending) -> Write:
    """Describe the write that gives up the lease, so that the next delivery need not wait."""
    return sending.table.update(sending.client_id, sending.sk, put={"leased_until": 0})
