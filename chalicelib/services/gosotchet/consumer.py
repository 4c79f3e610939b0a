"""What happens to a licence with its invoice, and to a request at the reporting system."""

import datetime as dt

from chalicelib.core.billing.payment import InvoiceClosed
from chalicelib.core.notification.mail import SENDER
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
    ChangeDone,
    RegistrationStateNotAllowed,
)
from chalicelib.services.gosotchet.sale import SALE
from chalicelib.services.gosotchet.settings import ReportingSecret, ReportingSettings
from chalicelib.services.gosotchet.store import GOSOTCHET, CredentialsUnderWay

PROVISIONING_SECONDS = 60
"""Shorter than the lease of a sending, so that nobody mails a password that is replaced by then."""
_AT_ONCE = 1_000


@consumer(SALE.queue, reads=[ORGANISATION], writes=[GOSOTCHET, OUTBOX])
def follow_licence_invoice(closed: InvoiceClosed) -> None:
    """Make a licence active once it is paid, with an e-mail; or let it expire."""
    SALE.follow(closed)


@consumer(
    store.PROVISIONING,
    writes=[GOSOTCHET, ACCOUNTS, OUTBOX, SENDER],
    batch_size=1,
    timeout=PROVISIONING_SECONDS,
    settings=[MailSettings, ReportingSecret, ReportingSettings],
)
def provision_account(told: Provisioning) -> None:
    """Open an account or bring it up to date, and mail its login and password."""
    if isinstance(told, IssueCredentials):
        provisioning.issue_credentials(told)
    else:
        provisioning.apply_change(told)


@scheduled(
    "rate(1 hour)",
    writes=[GOSOTCHET, OUTBOX],
    alarms={"OldestUnprovisionedSeconds": int(rules.ALARMING.total_seconds())},
)
def watch_provisioning() -> None:
    """Report the age of the oldest request for login and password, repeat what the queue gave up.

    What is not done within the time promised fails, and the client is told.
    """
    now = clock.now()
    waiting = [
        one
        for status in rules.WAITING
        for one in every(store.registrations_of_all(status), most=_AT_ONCE)
    ]
    oldest = max((now - one.requested_at for one in waiting), default=dt.timedelta())
    metrics.add_metric("OldestUnprovisionedSeconds", MetricUnit.Seconds, oldest.total_seconds())
    metrics.flush_metrics()
    for registration in waiting:
        _watch_registration(registration, now - registration.requested_at)
    for change in every(store.open_changes(), most=_AT_ONCE):
        _watch_change(change, now - change.submitted_at)


def _watch_registration(seen: Registration, age: dt.timedelta) -> None:
    if age < rules.REPEATED_AFTER:
        return
    if age < rules.PROMISED:
        transact([store.issue_credentials(seen)])
        return
    failed = store.fail(seen, rules.LATE, Actor.TIME)
    try:
        transact([*failed, store.require_idle(seen), mail.failed(seen, rules.LATE)])
    except (RegistrationStateNotAllowed, CredentialsUnderWay):
        logger.info("provisioned at the last moment", registration_id=seen.registration_id)


def _watch_change(seen: Amendment, age: dt.timedelta) -> None:
    if age < rules.REPEATED_AFTER:
        return
    if age < rules.PROMISED:
        transact([store.apply_change(seen)])
        return
    registration = fetch(store.registration(seen.client_id, seen.registration_id))
    if registration is None:
        raise rules.RegistrationUnknown
    given_up = store.give_up(seen, rules.LATE, Actor.TIME)
    try:
        transact([*given_up, mail.change_failed(seen, registration, rules.LATE)])
    except ChangeDone:
        logger.info("changed at the last moment", change_id=seen.change_id)
