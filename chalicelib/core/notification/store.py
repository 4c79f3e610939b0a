"""Which e-mails were handed to the mail service: ``mail#<id>`` in the outbox table."""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.notify import Email
from chalicelib.runtime.outbox import KEPT_FOR, OUTBOX
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Item, Write

LEASE = dt.timedelta(minutes=2)
"""How long a sender that fell silent is waited for."""


class AlreadySent(Problem):
    """The e-mail was handed over before."""


class BeingSent(Problem):
    """Another delivery of the same message is sending it; its lease runs."""


def claim(letter: Email) -> Write:
    """Take the sending upon oneself, unless it is done or another's lease runs."""
    now = clock.now()
    item = {
        "client_id": letter.client_id,
        "sk": f"mail#{letter.mail_id}",
        "leased_until": int((now + LEASE).timestamp()),
        "expires_at": int((now + KEPT_FOR).timestamp()),
    }

    def refuse(found: Item | None) -> Problem:
        return AlreadySent() if found and "sent_at" in found else BeingSent()

    free = Attr("client_id").not_exists() | (
        Attr("sent_at").not_exists() & Attr("leased_until").lt(int(now.timestamp()))
    )
    return OUTBOX.put(item, when=free, otherwise=refuse)


def sent(letter: Email) -> Write:
    """Note that the e-mail is handed over."""
    return OUTBOX.update(
        letter.client_id,
        f"mail#{letter.mail_id}",
        put={"sent_at": clock.now().isoformat()},
    )


def release(letter: Email) -> Write:
    """Give the sending up after a refusal, so that a repeat need not wait for the lease."""
    return OUTBOX.update(letter.client_id, f"mail#{letter.mail_id}", put={"leased_until": 0})
