"""Hands something to a carrier once, as far as can be known."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.notification import store
from chalicelib.core.notification.store import AlreadySent, Sending
from chalicelib.runtime.commit import transact
from chalicelib.runtime.table import Write

SentRecord = tuple[Mapping[str, Any], list[Write]]
"""What is noted with a sending, and what is written in the same transaction."""


def send_once(sending: Sending, send: Callable[[], SentRecord]) -> bool:
    """Send, unless it was sent; note it together with what ``send`` returns.

    Returns False for a repeat. A delivery that stops between handing over and noting leaves its
    lease to run out, after which the thing goes again: no carrier can be asked whether it has it,
    and twice is better than never.

    Raises:
        BeingSent: another delivery is at it; its lease runs.
        ClientError: the carrier refused for now; nothing was sent.
    """
    try:
        transact([store.claim(sending)])
    except AlreadySent:
        return False
    try:
        note, effects = send()
    except ClientError:
        transact([store.release(sending)])
        raise
    try:
        transact([store.sent(sending, note), *effects])
    except AlreadySent:
        # Ours outlasted its lease, and whoever took over noted first: it is counted once.
        return False
    return True
