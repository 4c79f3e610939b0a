"""Consumers of closed invoices and provisioning requests, and the watch over the requests."""

import datetime as dt

from chalicelib.core.billing.model import InvoiceClosed
from chalicelib.core.notification.mail import MAIL_EVENTS, SENDER
from chalicelib.core.notification.settings import MailSettings
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer, scheduled
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import MetricUnit, logger, metrics
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.table import every, fetch
from chalicelib.services.gosotchet import mail, provisioning, rules, store
from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.gosotchet.model import (
    Amendment,
    IssueCredentials,
    Provisioning,
    Registration,
)
from chalicelib.services.gosotchet.rules import (
    AmendmentFinished,
    RegistrationStateNotAllowed,
)
from chalicelib.services.gosotchet.sale import SALE
from chalicelib.services.gosotchet.settings import ReportingSecret, ReportingSettings
from chalicelib.services.gosotchet.store import GOSOTCHET, CredentialsBeingSent

PROVISIONING_SECONDS = 60
"""Timeout of the Lambda.

The timeout is shorter than the lease of a sending, so that no delivery sends a password that
another delivery has replaced.
"""
_MAX_WAITING = 1_000


@consumer(SALE.queue, reads=[ORGANISATION], writes=[GOSOTCHET, OUTBOX])
def follow_licence_invoice(closed: InvoiceClosed) -> None:
    """Make a licence active and notify the client when its invoice is paid; else let it expire."""
    SALE.follow(closed)


@consumer(
    store.PROVISIONING,
    writes=[GOSOTCHET, ACCOUNTS, OUTBOX, SENDER, MAIL_EVENTS, store.PROVISIONING],
    batch_size=1,
    timeout=PROVISIONING_SECONDS,
    settings=[MailSettings, ReportingSecret, ReportingSettings],
)
def provision_account(message: Provisioning) -> None:
    """Issue a login and password, or apply an amendment, at the reporting system."""
    if isinstance(message, IssueCredentials):
        provisioning.issue_credentials(message)
    else:
        provisioning.apply_amendment(message)


@scheduled(
    "rate(1 hour)",
    writes=[GOSOTCHET, OUTBOX],
    alarms={"OldestUnprovisionedSeconds": int(rules.ALARMING.total_seconds())},
)
def watch_provisioning() -> None:
    """Report the age of the oldest request for a login and password, and repeat overdue requests.

    A request that is not done within ``PROMISED`` fails, and the client is notified.
    """
    now = clock.now()
    waiting = [
        registration
        for state in rules.WAITING
        for registration in every(store.registrations_of_all(state), most=_MAX_WAITING)
    ]
    ages = (now - registration.requested_at for registration in waiting)
    oldest = max(ages, default=dt.timedelta())
    metrics.add_metric("OldestUnprovisionedSeconds", MetricUnit.Seconds, oldest.total_seconds())
    metrics.flush_metrics()
    for registration in waiting:
        _watch_registration(registration, now - registration.requested_at)
    for amendment in every(store.open_amendments(), most=_MAX_WAITING):
        _watch_amendment(amendment, now - amendment.submitted_at)


def _watch_registration(current: Registration, age: dt.timedelta) -> None:
    if age < rules.REPEATED_AFTER:
        return
    if age < rules.PROMISED:
        transact([store.request_delivery(current)])
        return
    failed = store.fail(current, rules.LATE, Actor.TIME)
    try:
        transact([*failed, store.require_not_sending(current), mail.failed(current, rules.LATE)])
    except (RegistrationStateNotAllowed, CredentialsBeingSent):
        logger.info("provisioned at the last moment", registration_id=current.registration_id)


def _watch_amendment(current: Amendment, age: dt.timedelta) -> None:
    if age < rules.REPEATED_AFTER:
        return
    if age < rules.PROMISED:
        transact([store.request_amendment(current)])
        return
    registration = fetch(store.registration(current.client_id, current.registration_id))
    if registration is None:
        raise rules.RegistrationUnknown
    given_up = store.give_up(current, rules.LATE, Actor.TIME)
    try:
        transact([*given_up, mail.amendment_failed(current, registration, rules.LATE)])
    except AmendmentFinished:
        logger.info("amended at the last moment", change_id=current.change_id)
