"""What was handed to a carrier of mails or messages, and what is being handed over just now.

An item of any table, in the client's partition: ``leased_until`` while somebody sends, ``sent_at``
once it is done. E-mails have theirs in the outbox table, ``mail#<id>``.
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
"""How long a sender that fell silent is waited for."""


class AlreadySent(Problem):
    """It was handed over before."""


class BeingSent(Problem):
    """Another delivery of the same message is sending it; its lease runs."""


@dataclasses.dataclass(frozen=True)
class Sending:
    """Something to be handed to a carrier once, and the item that tells whether it was."""

    table: Table
    client_id: str
    sk: str
    kept_for: dt.timedelta
    """How long a repeat is known as one."""


def mail(letter: Email) -> Sending:
    """Return an e-mail as something to be sent once."""
    return Sending(OUTBOX, letter.client_id, f"mail#{letter.mail_id}", KEPT_FOR)


def claim(sending: Sending) -> Write:
    """Take the sending upon oneself, unless it is done or another's lease runs."""
    now = clock.now()
    item = {
        "client_id": sending.client_id,
        "sk": sending.sk,
        "leased_until": int((now + LEASE).timestamp()),
        "expires_at": int((now + sending.kept_for).timestamp()),
    }

    def refuse(found: Item | None) -> Problem:
        return AlreadySent() if found and "sent_at" in found else BeingSent()

    free = Attr("client_id").not_exists() | (
        Attr("sent_at").not_exists() & Attr("leased_until").lt(int(now.timestamp()))
    )
    return sending.table.put(item, when=free, otherwise=refuse)


def sent(sending: Sending, note: Mapping[str, Any] | None = None) -> Write:
    """Note that it is handed over, unless somebody has noted it, with what else is to be known."""
    return sending.table.update(
        sending.client_id,
        sending.sk,
        put={"sent_at": clock.now().isoformat(), **(note or {})},
        when=Attr("sent_at").not_exists(),
        otherwise=AlreadySent(),
    )


def release(sending: Sending) -> Write:
    """Give the sending up after a refusal, so that a repeat need not wait for the lease."""
    return sending.table.update(sending.client_id, sending.sk, put={"leased_until": 0})
