"""Requests to the reporting system, and the record of their results.

A password is generated, set in the reporting system and sent by e-mail, in this order, and is
stored nowhere. A delivery that cannot know whether the e-mail of an earlier delivery was sent
generates a new password, which replaces the earlier one. The password in the last e-mail is
therefore always the valid one.
"""

from chalicelib.core.notification.carriers import send_letter
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
from chalicelib.services.gosotchet.reporting import (
    AccountEnrolment,
    EnrolmentRefused,
    ReportingSystem,
)
from chalicelib.services.gosotchet.rules import (
    AmendmentFinished,
    AmendmentUnknown,
    RegistrationUnknown,
)
from chalicelib.services.gosotchet.settings import ReportingSecret, ReportingSettings


def issue_credentials(message: IssueCredentials) -> None:
    """Open the account if there is none, set a new one-time password and send it by e-mail once.

    Raises:
        RegistrationUnknown: there is no such registration.
        BeingSent: another delivery of the message is sending the e-mail.
        ReportingUnavailable: the reporting system did not answer.
        CarrierUnavailable: the e-mail waits for the carrier.
        RecipientRefused, ClientError: the carrier refused the e-mail.
    """
    current = fetch(store.registration(message.client_id, message.registration_id))
    if current is None:
        raise RegistrationUnknown
    if current.delivery_id != message.delivery_id or current.status not in rules.WAITING:
        logger.info("credentials sent already", registration_id=current.registration_id)
        return
    system = reporting_system()

    def send() -> SentRecord:
        # Repeats by the SDK send the same password; another delivery generates a new one.
        login = current.login or system.enrol(_enrolment(current))
        password = passwords.generate()
        system.set_password(login, password, _next_issue())
        address = ReportingSettings.load().reporting_sign_in_url
        send_letter(mail.credentials(current, login, password, address))
        return {}, [store.provision(current, login)]

    try:
        send_once(store.sending(current), send)
    except EnrolmentRefused as refusal:
        reason = str(refusal)
        transact([*store.fail(current, reason, Actor.SYSTEM), mail.failed(current, reason)])


def apply_amendment(message: ApplyAmendment) -> None:
    """Update the account by an amendment. A repeat changes nothing.

    Raises:
        AmendmentUnknown: there is no such amendment or registration.
        ReportingUnavailable: the reporting system did not answer.
    """
    amendment, registration = fetch(
        store.amendment(message.client_id, message.registration_id, message.change_id),
        store.registration(message.client_id, message.registration_id),
    )
    if amendment is None or registration is None:
        raise AmendmentUnknown
    if amendment.status is not AmendmentState.ACCEPTED:
        logger.info("amendment finished already", change_id=amendment.change_id)
        return
    amended = registration.model_copy(
        update={
            "authorities": (*registration.authorities, *amendment.authorities),
            "certificate": amendment.certificate or registration.certificate,
            "requested_at": amendment.submitted_at,
        }
    )
    try:
        reporting_system().enrol(_enrolment(amended))
        writes = [
            *store.complete(amendment, amended),
            mail.amendment_completed(amendment, registration),
        ]
    except EnrolmentRefused as refusal:
        reason = str(refusal)
        writes = [
            *store.give_up(amendment, reason, Actor.SYSTEM),
            mail.amendment_failed(amendment, registration, reason),
        ]
    try:
        transact(writes)
    except AmendmentFinished:
        logger.info("amendment finished meanwhile", change_id=amendment.change_id)


def reporting_system() -> ReportingSystem:
    """Return the reporting system that this deployment is configured to use."""
    settings = ReportingSettings.load()
    if settings.reporting_url:
        from chalicelib.services.gosotchet.remote_system import RemoteReportingSystem

        token = ReportingSecret.load().reporting_token.get_secret_value()
        return RemoteReportingSystem(settings.reporting_url, token)
    from chalicelib.services.gosotchet.embedded_directory import EmbeddedDirectory

    return EmbeddedDirectory()


def _enrolment(registration: Registration) -> AccountEnrolment:
    return AccountEnrolment(
        account_id=registration.licence_id,
        version=int(registration.requested_at.timestamp() * 1000),
        organisation_name=registration.organisation_name,
        organisation_inn=registration.organisation_inn,
        authorities=registration.authorities,
        certificate=registration.certificate.der,
        certificate_sha256=registration.certificate.sha256,
    )


def _next_issue() -> int:
    # Milliseconds increase from one password to the next: a lease lies between two deliveries.
    return int(clock.now().timestamp() * 1000)
