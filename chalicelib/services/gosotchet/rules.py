"""What a licence admits, what a form must hold, and the way of a registration."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence

from chalicelib.core.billing.model import InvoiceLine, VatRate
from chalicelib.core.organisation.model import Profile
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.lifecycle import Lifecycle, Move, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.gosotchet.authority import MOST_AUTHORITIES, Authority, Fault, Fns
from chalicelib.services.gosotchet.certificate_model import CertificateCard
from chalicelib.services.gosotchet.model import (
    AmendmentState,
    Licence,
    LicenceState,
    Registration,
    RegistrationAccepted,
    RegistrationState,
)
from chalicelib.services.gosotchet.tariff import Tariff

PROMISED = dt.timedelta(hours=24)
"""Within which login and password are mailed, or the client is told why not."""
ALARMING = dt.timedelta(hours=20)
"""Age of a request at which people are called."""
REPEATED_AFTER = dt.timedelta(hours=1)
"""Age from which what the queue gave up is put on it again."""
RESEND_PAUSE = dt.timedelta(minutes=5)
"""Between one password and the next that a client asks for."""

WAITING = (RegistrationState.ACCEPTED, RegistrationState.CREDENTIALS_REQUESTED)
"""Somebody waits for a login or a password."""

LATE = "Не удалось завершить в течение суток. Мы уже разбираемся."

_IN_RUSSIAN = {
    RegistrationState.ACCEPTED: "выполняется",
    RegistrationState.CREDENTIALS_SENT: "завершена",
    RegistrationState.CREDENTIALS_REQUESTED: "завершена, новый пароль уже готовится",
    RegistrationState.FAILED: "не удалась",
}

_CERTIFICATE: Mapping[str, str] = {
    "too-large": "Файл слишком велик для сертификата. Выгрузите открытый сертификат (.cer).",
    "weak-algorithm": "Нужен сертификат с ключом по ГОСТ Р 34.10-2012.",
    "untrusted": "Сертификат выдан удостоверяющим центром, которому мы не доверяем. Приложите "
    "сертификат аккредитованного удостоверяющего центра.",
    "not-accredited": "Удостоверяющий центр, выдавший сертификат, не аккредитован Минцифры.",
    "policy": "Это не квалифицированный сертификат. Приложите сертификат КЭП.",
    "key-usage": "Сертификат не предназначен для подписания документов.",
    "not-yet-valid": "Срок действия сертификата ещё не начался.",
    "expired": "Срок действия сертификата или его удостоверяющего центра истёк.",
    "revoked": "Сертификат или сертификат его удостоверяющего центра отозван.",
    "revocation-unknown": "Сейчас невозможно проверить, не отозван ли сертификат. Повторите позже.",
    "power-of-attorney-required": "Сертификат выдан физическому лицу. Приложите сертификат "
    "руководителя организации или индивидуального предпринимателя.",
    "another-organisation": "Сертификат принадлежит другой организации.",
}
_UNREADABLE = "Файл не читается как сертификат. Приложите открытый сертификат (.cer) в DER или PEM."


class TariffUnknown(NotFound):
    """No such tariff is on sale."""

    slug = "tariff-unknown"
    detail = "Такого тарифа нет."


class LicenceUnknown(NotFound):
    """No such licence, or not the caller's."""

    slug = "licence-unknown"
    detail = "Такой лицензии нет."


class LicenceNotActive(Problem):
    """The licence is not paid, or its time has ended."""

    slug = "licence-not-active"
    title = "Лицензия не действует"
    detail = "Лицензия не оплачена или её срок истёк. Оплатите счёт или приобретите новую."


class LicenceUsed(Problem):
    """The licence has its registration."""

    slug = "licence-used"
    title = "Лицензия уже использована"
    detail = "По этой лицензии уже есть регистрация. Чтобы дополнить её, подайте изменение."


class RegistrationUnknown(NotFound):
    """No such registration, or not the caller's."""

    slug = "registration-unknown"
    detail = "Такой регистрации нет."


class RegistrationStateNotAllowed(StateNotAllowed):
    """The registration is not in a state from which this step is possible."""

    slug = "registration-status-not-allowed"
    title = "Регистрация в другом статусе"
    detail = "Регистрация сейчас {now}, поэтому действие невозможно."
    member = "registration_status"
    in_words = _IN_RUSSIAN


class ChangeOpen(Problem):
    """Another change of the registration is under way."""

    slug = "change-open"
    title = "Предыдущее изменение ещё выполняется"
    detail = "Дождитесь, пока выполнится предыдущее изменение, и повторите."


class ChangeUnknown(NotFound):
    """No such change of this registration."""

    slug = "change-unknown"
    detail = "Такого изменения нет."


class ChangeDone(StateNotAllowed):
    """The amendment is applied, or has failed."""


class CredentialsSentJustNow(Problem):
    """A password was asked for a moment ago."""

    status = 429
    slug = "credentials-sent-just-now"
    title = "Пароль только что отправлен"
    detail = "Проверьте почту. Новый пароль можно запросить через несколько минут."
    headers: Mapping[str, str] = {"Retry-After": str(int(RESEND_PAUSE.total_seconds()))}


class PrivateKeyReceived(Problem):
    """A private key came in place of an open certificate; it is kept nowhere."""

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
    refusal=ChangeDone,
    field="status",
)


def certificate_refusal(code: str) -> str:
    """Return what is wrong with a certificate, by the code of ``chalicelib.kep.errors``."""
    return _CERTIFICATE.get(code, _UNREADABLE)


def invoice_lines(tariff: Tariff) -> list[InvoiceLine]:
    """Return what the invoice says of a licence."""
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
    """Return the last day of so many months from the day of payment, that day counted."""
    year, month = divmod(paid_on.year * 12 + paid_on.month - 1 + months, 12)
    day = min(paid_on.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day) - dt.timedelta(days=1)


def require_free(licence: Licence, today: dt.date) -> dt.date:
    """Return the last day of a licence that may be registered.

    Raises:
        LicenceNotActive: it is not paid, or has ended.
        LicenceUsed: it is registered.
    """
    if licence.status is not LicenceState.ACTIVE or licence.valid_until is None:
        raise LicenceNotActive
    require_in_force(licence.valid_until, today)
    if licence.registration_id is not None:
        raise LicenceUsed
    return licence.valid_until


def require_in_force(valid_until: dt.date, today: dt.date) -> None:
    """Refuse what a licence whose last day has gone does not give.

    Raises:
        LicenceNotActive: as said.
    """
    if today > valid_until:
        raise LicenceNotActive


def require_pause(seen: Registration, now: dt.datetime) -> None:
    """Refuse another password right after one was asked for.

    Raises:
        CredentialsSentJustNow: as said.
    """
    if now < seen.requested_at + RESEND_PAUSE:
        raise CredentialsSentJustNow


def require_changeable(seen: Registration, today: dt.date) -> None:
    """Refuse changes of what has no account, whose licence has ended or that is being changed.

    Raises:
        RegistrationStateNotAllowed, LicenceNotActive, ChangeOpen: as said.
    """
    if seen.login is None:
        raise RegistrationStateNotAllowed(seen.status)
    require_in_force(seen.valid_until, today)
    if seen.open_change is not None:
        raise ChangeOpen


def request_credentials(
    current: Registration, target: RegistrationState, by: Actor, email: str | None = None
) -> Move[RegistrationState, Registration]:
    """Return the move by which a new login or password is requested.

    Args:
        current: The registration as it was read.
        target: ``ACCEPTED`` for a registration without an account, else ``CREDENTIALS_REQUESTED``.
        by: Who requests it.
        email: Where the password goes from now on; None leaves the address.

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
    """Return a registration with what the person at the screen is told of it."""
    said = (
        f"Заявка на регистрацию успешно оформлена. В течение суток на {registration.email} придут "
        "логин и пароль для входа в систему Госотчёт."
        if registration.status is RegistrationState.ACCEPTED
        else f"Новый пароль придёт на {registration.email}. Прежний перестанет действовать."
    )
    return RegistrationAccepted(**registration.card().model_dump(), message=said)


Errors = list[dict[str, str]]


def faults(
    authorities: Sequence[Authority],
    tariff: Tariff,
    owner: Profile,
    registered: Sequence[Authority] = (),
) -> Errors:
    """Return all that is wrong with the authorities of a form, each with a pointer to its field.

    What is ``registered`` already counts towards the tariff's limits and as a duplicate.
    """
    found: Errors = []
    known = {one.title for one in registered}
    offices = {one.code for one in registered if isinstance(one, Fns)}
    codes = {one.kpp for one in registered if isinstance(one, Fns)} - {owner.kpp}
    for place, one in enumerate(authorities):
        wrong = list(one.faults(owner.kind))
        if one.title in known:
            wrong.append(("", f"{one.title}: уже добавлено, уберите повтор."))
        known.add(one.title)
        if one.kind not in tariff.authorities:
            refusal = f"Тариф «{tariff.title}» не допускает отчёты в {one.kind.label}."
            wrong.append(("kind", refusal))
        elif isinstance(one, Fns) and not wrong:
            wrong += _beyond(one, tariff, owner, offices, codes)
        found += [
            {"pointer": f"/authorities/{place}" + (f"/{name}" if name else ""), "detail": detail}
            for name, detail in wrong
        ]
    if len(authorities) + len(registered) > MOST_AUTHORITIES:
        detail = f"В регистрации может быть не больше {MOST_AUTHORITIES} органов."
        found.append({"pointer": "/authorities", "detail": detail})
    return found


def certificate_faults(new: CertificateCard | None, registered: CertificateCard) -> Errors:
    """Return what is wrong with putting a certificate in place of the one registered."""
    if new is None or new.sha256 != registered.sha256:
        return []
    return [{"pointer": "/certificate", "detail": "Этот сертификат уже зарегистрирован."}]


def _beyond(
    one: Fns, tariff: Tariff, owner: Profile, offices: set[str], codes: set[str | None]
) -> list[Fault]:
    """Return the limits of the tariff that one more tax office exceeds, or count it in."""
    wrong = []
    counted = (
        ("code", one.code, offices, tariff.tax_offices, "инспекций ФНС"),
        ("kpp", one.kpp, codes, tariff.additional_kpp, "дополнительных КПП"),
    )
    for name, value, known, most, what in counted:
        if value in (None, owner.kpp) or value in known:
            continue
        if len(known) < most:
            known.add(value)
        else:
            said = f"{one.title}: тариф «{tariff.title}» допускает {what} не больше {most}."
            wrong.append((name, said))
    return wrong
