"""Deduplication of e-mails and SMS: each is handed to its carrier once, as far as can be known."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.notification import store
from chalicelib.core.notification.carrier import CarrierUnavailable, RecipientRefused
from chalicelib.core.notification.store import AlreadySent, Sending
from chalicelib.runtime.commit import transact
from chalicelib.runtime.table import Write

SentRecord = tuple[Mapping[str, Any], list[Write]]
"""Attributes recorded with a sending, and writes that commit in the same transaction."""


def send_once(sending: Sending, send: Callable[[], SentRecord]) -> bool:
    """Call ``send`` and record its result, unless ``sending`` is recorded as sent.

    Returns False if it is recorded as sent. If a process stops after sending and before recording,
    the message is sent a second time when the lease has expired: carriers cannot be asked whether
    they have accepted a message, and a repeated message is better than a lost one.

    Raises:
        BeingSent: another delivery holds the lease.
        CarrierUnavailable: the carrier cannot take the message now. The lease is released, unless
            the carrier may have taken the message.
        RecipientRefused, ClientError: the carrier refused; nothing was sent, and the lease is
            released.
    """
    try:
        transact([store.claim(sending)])
    except AlreadySent:
        return False
    try:
        attributes, writes = send()
    except (CarrierUnavailable, RecipientRefused, ClientError) as error:
        if not (isinstance(error, CarrierUnavailable) and error.unanswered):
            transact([store.release(sending)])
        raise
    try:
        transact([store.sent(sending, attributes), *writes])
    except AlreadySent:
        # The lease expired before this point, and the delivery that took over has recorded the
        # sending: it is recorded once.
        return False
    return True
