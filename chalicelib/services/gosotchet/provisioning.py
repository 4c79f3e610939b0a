"""What is done at the reporting system, and what is noted of it.

A password is made here, given to the reporting system as the one that is valid, and mailed, in this
order; it is kept nowhere. Whoever cannot know whether the former e-mail went makes a new one, which
makes the former invalid: so the password of the last e-mail is the one that works.
"""

from chalicelib.core.notification import mail as carrier
from chalicelib.core.notification.deduplication import SentRecord, send_once
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import logger
from chalicelib.runtime.table import fetch
from chalicelib.services.gosotchet import mail, rules, store
from chalicelib.services.gosotchet import password as passwords
from chalicelib.services.gosotchet.model import (
    AmendmentState,
    ApplyAmendment,
    IssueCredentials,
    Registration,
)
from chalicelib.services.gosotchet.reporting import Enrolment, EnrolmentRefused, ReportingSystem
from chalicelib.services.gosotchet.rules import ChangeDone, ChangeUnknown, RegistrationUnknown
from chalicelib.services.gosotchet.settings import ReportingSecret, ReportingSettings


def issue_credentials(told: IssueCredentials) -> None:
    """Open the account unless it is open, give it a new one-time password and mail it, once.

    Raises:
        BeingSent: another delivery is at it.
        ReportingUnavailable, ClientError: not now.
    """
    seen = fetch(store.registration(told.client_id, told.registration_id))
    if seen is None:
        raise RegistrationUnknown
    if seen.delivery_id != told.delivery_id or seen.status not in rules.WAITING:
        logger.info("credentials sent already", registration_id=seen.registration_id)
        return
    system = reporting_system()

    def send() -> SentRecord:
        # The SDK may repeat the mail, with the same password; another delivery makes another.
        login = seen.login or system.enrol(_enrolment(seen))
        password = passwords.make()
        system.set_password(login, password, _moment())
        address = ReportingSettings.load().reporting_sign_in_url
        carrier.send(mail.credentials(seen, login, password, address))
        return {}, [store.provision(seen, login)]

    try:
        send_once(store.sending(seen), send)
    except EnrolmentRefused as refused:
        reason = str(refused)
        transact([*store.fail(seen, reason, Actor.SYSTEM), mail.failed(seen, reason)])


def apply_change(told: ApplyAmendment) -> None:
    """Bring an account up to date with a change; a repeat is harmless.

    Raises:
        ReportingUnavailable, ClientError: not now.
    """
    change, registration = fetch(
        store.change(told.client_id, told.registration_id, told.change_id),
        store.registration(told.client_id, told.registration_id),
    )
    if change is None or registration is None:
        raise ChangeUnknown
    if change.status is not AmendmentState.ACCEPTED:
        logger.info("change done already", change_id=change.change_id)
        return
    changed = registration.model_copy(
        update={
            "authorities": (*registration.authorities, *change.authorities),
            "certificate": change.certificate or registration.certificate,
            "requested_at": change.submitted_at,
        }
    )
    try:
        reporting_system().enrol(_enrolment(changed))
        writes = [*store.complete(change, changed), mail.change_completed(change, registration)]
    except EnrolmentRefused as refused:
        reason = str(refused)
        writes = [
            *store.give_up(change, reason, Actor.SYSTEM),
            mail.change_failed(change, registration, reason),
        ]
    try:
        transact(writes)
    except ChangeDone:
        logger.info("change done meanwhile", change_id=change.change_id)


def reporting_system() -> ReportingSystem:
    """Return the reporting system that this deployment is configured to use."""
    settings = ReportingSettings.load()
    if settings.reporting_url:
        from chalicelib.services.gosotchet.remote_system import RemoteReportingSystem

        token = ReportingSecret.load().reporting_token.get_secret_value()
        return RemoteReportingSystem(settings.reporting_url, token)
    from chalicelib.services.gosotchet.embedded_directory import EmbeddedDirectory

    return EmbeddedDirectory()


def _enrolment(of: Registration) -> Enrolment:
    return Enrolment(
        account_id=of.licence_id,
        version=int(of.requested_at.timestamp() * 1000),
        organisation_name=of.organisation_name,
        organisation_inn=of.organisation_inn,
        authorities=of.authorities,
        certificate=of.certificate.der,
        certificate_sha256=of.certificate.sha256,
    )


def _moment() -> int:
    """Return a number greater than those of earlier passwords: the leases lie between them."""
    return int(clock.now().timestamp() * 1000)
