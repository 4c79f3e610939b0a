"""Lifecycles of licences, registrations and amendments, and who may ask for what."""

import calendar
import datetime as dt
from collections.abc import Mapping

from chalicelib.core.billing.model import InvoiceLine, VatRate
from chalicelib.core.organisation.model import Profile
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.lifecycle import Lifecycle, Move, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.gosotchet.certificate_model import KeptCertificate
from chalicelib.services.gosotchet.model import (
    Amendment,
    AmendmentState,
    Licence,
    LicenceState,
    NewAmendment,
    NewRegistration,
    Registration,
    RegistrationAccepted,
    RegistrationState,
)
from chalicelib.services.gosotchet.tariff import Tariff

PROMISED = dt.timedelta(hours=24)
"""Time within which the login and password are sent, or the client is notified of the failure."""
ALARMING = dt.timedelta(hours=20)
"""Age of a request at which the alarm is raised."""
REPEATED_AFTER = dt.timedelta(hours=1)
"""Age of a request from which its message is put on the queue again."""
RESEND_PAUSE = dt.timedelta(minutes=5)
"""Minimum time between two requests of a client for a password."""

WAITING = (RegistrationState.ACCEPTED, RegistrationState.CREDENTIALS_REQUESTED)
"""States in which a login or password is still to be sent."""

LATE = "Не удалось завершить в течение суток. Мы уже разбираемся."

_IN_RUSSIAN = {
    RegistrationState.ACCEPTED: "выполняется",
    RegistrationState.CREDENTIALS_SENT: "завершена",
    RegistrationState.CREDENTIALS_REQUESTED: "завершена, новый пароль уже готовится",
    RegistrationState.FAILED: "не удалась",
}


class TariffUnknown(NotFound):
    """No tariff with this identifier is on sale."""

    slug = "tariff-unknown"
    detail = "Такого тарифа нет."


class LicenceUnknown(NotFound):
    """The caller has no licence with this identifier."""

    slug = "licence-unknown"
    detail = "Такой лицензии нет."


class LicenceNotActive(Problem):
    """The licence is not paid, or its last day has passed."""

    slug = "licence-not-active"
    title = "Лицензия не действует"
    detail = "Лицензия не оплачена или её срок истёк. Оплатите счёт или приобретите новую."


class LicenceUsed(Problem):
    """The licence already has a registration."""

    slug = "licence-used"
    title = "Лицензия уже использована"
    detail = "По этой лицензии уже есть регистрация. Чтобы дополнить её, подайте изменение."


class RegistrationUnknown(NotFound):
    """The caller has no registration with this identifier."""

    slug = "registration-unknown"
    detail = "Такой регистрации нет."


class RegistrationStateNotAllowed(StateNotAllowed):
    """The registration is not in a state from which this step is possible."""

    slug = "registration-status-not-allowed"
    title = "Регистрация в другом статусе"
    detail = "Регистрация сейчас {now}, поэтому действие невозможно."
    member = "registration_status"
    in_words = _IN_RUSSIAN


class AmendmentOpen(Problem):
    """The registration has an unfinished amendment."""

    slug = "change-open"
    title = "Предыдущее изменение ещё выполняется"
    detail = "Дождитесь, пока выполнится предыдущее изменение, и повторите."


class AmendmentUnknown(NotFound):
    """The registration has no amendment with this identifier."""

    slug = "change-unknown"
    detail = "Такого изменения нет."


class AmendmentFinished(StateNotAllowed):
    """The amendment is already completed or has failed."""


class CredentialsSentJustNow(Problem):
    """The last password was requested less than ``RESEND_PAUSE`` ago."""

    status = 429
    slug = "credentials-sent-just-now"
    title = "Пароль только что отправлен"
    detail = "Проверьте почту. Новый пароль можно запросить через несколько минут."
    headers: Mapping[str, str] = {"Retry-After": str(int(RESEND_PAUSE.total_seconds()))}


class PrivateKeyReceived(Problem):
    """The file contains a private key instead of an open certificate. The key is not stored."""

    status = 422
    slug = "private-key-received"
    title = "Это закрытый ключ, а не сертификат"
    detail = (
        "В файле закрытый ключ электронной подписи. Мы его не сохранили. Никому его не "
        "передавайте; если файл мог попасть к посторонним, отзовите сертификат и получите новый. "
        "Для регистрации нужен только открытый сертификат: файл .cer без ключа."
    )

    def __init__(self) -> None:
        super().__init__(errors=[{"pointer": "/certificate", "detail": self.title + "."}])


LICENCE = Lifecycle(
    {LicenceState.INVOICED: {LicenceState.ACTIVE, LicenceState.EXPIRED}}, field="status"
)
REGISTRATION = Lifecycle(
    {
        RegistrationState.ACCEPTED: {
            RegistrationState.CREDENTIALS_SENT,
            RegistrationState.FAILED,
        },
        RegistrationState.CREDENTIALS_SENT: {RegistrationState.CREDENTIALS_REQUESTED},
        RegistrationState.CREDENTIALS_REQUESTED: {
            RegistrationState.CREDENTIALS_SENT,
            RegistrationState.FAILED,
        },
        RegistrationState.FAILED: {RegistrationState.ACCEPTED},
    },
    refusal=RegistrationStateNotAllowed,
    field="status",
)
AMENDMENT = Lifecycle(
    {AmendmentState.ACCEPTED: {AmendmentState.COMPLETED, AmendmentState.FAILED}},
    refusal=AmendmentFinished,
    field="status",
)


def invoice_lines(tariff: Tariff) -> list[InvoiceLine]:
    """Return the lines of the invoice for a licence."""
    return [
        InvoiceLine(
            title=f"Лицензия «Платформа Госотчёт», тариф «{tariff.title}», {tariff.months} мес.",
            quantity=1,
            unit="шт.",
            price_kopecks=tariff.price_kopecks,
            vat_rate=VatRate.STANDARD,
        )
    ]


def last_day(paid_on: dt.date, months: int) -> dt.date:
    """Return the last day of a term in months whose first day is the day of payment."""
    year, month = divmod(paid_on.year * 12 + paid_on.month - 1 + months, 12)
    day = min(paid_on.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day) - dt.timedelta(days=1)


def require_free(licence: Licence, today: dt.date) -> dt.date:
    """Check that a licence can be registered and return its last day.

    Raises:
        LicenceNotActive: the licence is not paid, or its last day has passed.
        LicenceUsed: the licence already has a registration.
    """
    if licence.status is not LicenceState.ACTIVE or licence.valid_until is None:
        raise LicenceNotActive
    require_in_force(licence.valid_until, today)
    if licence.registration_id is not None:
        raise LicenceUsed
    return licence.valid_until


def require_in_force(valid_until: dt.date, today: dt.date) -> None:
    """Check that a licence with this last day is in force.

    Raises:
        LicenceNotActive: the last day has passed.
    """
    if today > valid_until:
        raise LicenceNotActive


def require_pause(current: Registration, now: dt.datetime) -> None:
    """Check that the last password was requested at least ``RESEND_PAUSE`` ago.

    Raises:
        CredentialsSentJustNow: the last request is more recent.
    """
    if now < current.requested_at + RESEND_PAUSE:
        raise CredentialsSentJustNow


def require_amendable(current: Registration, today: dt.date) -> None:
    """Check that a registration can be amended.

    Raises:
        RegistrationStateNotAllowed: the registration has no account yet.
        LicenceNotActive: the last day of the licence has passed.
        AmendmentOpen: the registration has an unfinished amendment.
    """
    if current.login is None:
        raise RegistrationStateNotAllowed(current.status)
    require_in_force(current.valid_until, today)
    if current.open_change is not None:
        raise AmendmentOpen


def new_registration(
    licence: Licence,
    owner: Profile,
    form: NewRegistration,
    certificate: KeptCertificate,
    valid_until: dt.date,
) -> Registration:
    """Return the registration of a licence by a form without errors.

    ``valid_until`` is the last day of the licence.
    """
    beginning = REGISTRATION.begin(RegistrationState.ACCEPTED, Actor.CLIENT)
    return Registration(
        registration_id=new_identifier(),
        licence_id=licence.licence_id,
        client_id=licence.client_id,
        status=beginning.state,
        authorities=form.authorities,
        certificate=certificate,
        email=form.email,
        requested_at=beginning.at,
        credentials_due=beginning.at + PROMISED,
        organisation_name=owner.name,
        organisation_inn=owner.inn,
        tariff=licence.tariff,
        valid_until=valid_until,
        delivery_id=new_identifier(),
        history=beginning.history,
    )


def new_amendment(
    current: Registration, payload: NewAmendment, certificate: KeptCertificate | None
) -> Amendment:
    """Return the amendment of a registration by a form without errors."""
    beginning = AMENDMENT.begin(AmendmentState.ACCEPTED, Actor.CLIENT)
    return Amendment(
        change_id=new_identifier(),
        registration_id=current.registration_id,
        client_id=current.client_id,
        status=beginning.state,
        authorities=payload.authorities,
        certificate=certificate,
        submitted_at=beginning.at,
        history=beginning.history,
    )


def request_credentials(
    current: Registration, target: RegistrationState, by: Actor, email: str | None = None
) -> Move[RegistrationState, Registration]:
    """Return the move by which a new login or password is requested.

    Args:
        current: The registration as it was read.
        target: ``ACCEPTED`` for a registration without an account, else ``CREDENTIALS_REQUESTED``.
        by: Who requests it.
        email: New address to which passwords are sent; None keeps the address.

    Raises:
        RegistrationStateNotAllowed: ``target`` cannot follow the state of the registration.
    """
    now = clock.now()
    return REGISTRATION.move(
        current,
        target,
        by,
        at=now,
        email=email or current.email,
        requested_at=now,
        credentials_due=now + PROMISED,
        delivery_id=new_identifier(),
        reason=None,
    )


def accepted(registration: Registration) -> RegistrationAccepted:
    """Return a registration with the message to the user who has submitted the request."""
    message = (
        f"Заявка на регистрацию успешно оформлена. В течение суток на {registration.email} придут "
        "логин и пароль для входа в систему Госотчёт."
        if registration.status is RegistrationState.ACCEPTED
        else f"Новый пароль придёт на {registration.email}. Прежний перестанет действовать."
    )
    return RegistrationAccepted(**registration.card().model_dump(), message=message)
