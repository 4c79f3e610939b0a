"""The access of registers, the lifecycle of subscriptions and the problems of the section."""

import calendar
import datetime as dt
from collections.abc import Mapping

from chalicelib.core.billing.model import InvoiceLine, VatRate
from chalicelib.runtime.clock import business_day
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem, Unauthenticated
from chalicelib.services.integration_1c.model import (
    AccessState,
    AccessTerm,
    FileState,
    RegisterAccess,
    SubscriptionPeriod,
    SubscriptionState,
)

CLOSED_FOR = dt.timedelta(minutes=15)
"""How long a login is closed after too many wrong passwords."""
REMIND_BEFORE = dt.timedelta(days=7)
"""How long before the end of access the client is reminded."""
_MONTHS = {SubscriptionPeriod.MONTH: 1, SubscriptionPeriod.YEAR: 12}
_IN_RUSSIAN = {SubscriptionPeriod.MONTH: "1 месяц", SubscriptionPeriod.YEAR: "1 год"}


class SubscriptionUnknown(NotFound):
    """The subscription does not exist."""

    slug = "subscription-unknown"


class SubscriptionStateNotAllowed(StateNotAllowed):
    """The subscription's invoice was followed before."""


SUBSCRIPTION = Lifecycle(
    {SubscriptionState.INVOICED: {SubscriptionState.ACTIVE, SubscriptionState.EXPIRED}},
    refusal=SubscriptionStateNotAllowed,
    field="status",
)


class TrialUsed(Problem):
    """The register has used its trial."""

    slug = "trial-used"
    title = "Пробный период уже был"
    detail = "Пробный период даётся кассе один раз. Подключите тариф на месяц или на год."


class AccessInForce(Problem):
    """The register has access, so a trial would be lost."""

    slug = "access-in-force"
    title = "Касса уже подключена"
    detail = "Тариф кассы действует. Пробный период можно включить, когда он закончится."


class AccessChanged(Problem):
    """Another request changed the register's access at the same time."""

    slug = "access-changed"
    title = "Тариф изменился"
    detail = "Тариф кассы изменился в другом окне. Обновите страницу и повторите."


class CredentialsChanged(Problem):
    """Another request issued or revoked credentials at the same time."""

    slug = "credentials-changed"
    title = "Данные для входа изменились"
    detail = "Логин для 1С изменился в другом окне. Обновите страницу и повторите."


class PeriodTooLarge(Problem):
    """The period has more receipts than one list or file may contain."""

    slug = "period-too-large"
    title = "Слишком много чеков"
    detail = "За этот период {receipts} чеков, показать можно {most}. Сократите период."


class MessageTooLarge(Problem):
    """The message is too large for one call and has to be prepared in the background."""

    slug = "message-too-large"
    title = "Большой период"
    detail = (
        "Файл за этот период готовится отдельно. Нажмите «Подготовить файл» "
        "(POST /integration-1c/messages) и скачайте его, когда он будет готов."
    )


class MessageUnknown(NotFound):
    """The message does not exist or belongs to another client."""

    slug = "message-unknown"
    detail = "Такого файла нет. Подготовьте его заново."


class NothingToLoad(NotFound):
    """No shift ended in the period while access was in force."""

    slug = "nothing-to-load"
    title = "Загружать нечего"
    detail = (
        "За эти дни нет закрытых смен у касс, тариф которых действовал. "
        "Проверьте период и тарифы касс."
    )


class ItemUnknown(NotFound):
    """The item does not exist or belongs to another client."""

    slug = "item-unknown"
    detail = "Такой номенклатуры нет."


class ChoiceUnknown(Problem):
    """The chosen item of 1C is not a candidate for the item."""

    status = 422
    slug = "choice-unknown"
    title = "Такого варианта нет"
    detail = "Выберите одну из предложенных позиций 1С или оставьте свою."


class ItemChanged(Problem):
    """1C or another request changed the item at the same time."""

    slug = "item-changed"
    title = "Номенклатура изменилась"
    detail = "Позиция изменилась. Обновите список и выберите ещё раз."


class PasswordWrong(Unauthenticated):
    """The login or the password is missing or wrong."""

    slug = "password-wrong"
    title = "Неверный логин или пароль"
    detail = (
        "Проверьте логин и пароль синхронизации: они выданы в личном кабинете, в разделе "
        "«Интеграция 1С». Если пароль утерян, получите новый."
    )
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Basic realm="1C", charset="UTF-8"'}


class LoginClosed(Problem):
    """The login is closed because of too many wrong passwords."""

    status = 429
    slug = "login-closed"
    title = "Слишком много попыток входа"
    detail = "Было много неверных паролей подряд. Повторите через 15 минут."
    headers: Mapping[str, str] = {"Retry-After": str(int(CLOSED_FOR.total_seconds()))}


class SoapFault(Problem):
    """The SOAP request is not a valid call of the service."""

    status = 400
    slug = "soap-fault"
    title = "Вызов не выполнен"


class AlreadyPrepared(StateNotAllowed):
    """The preparation has ended: the same request was delivered twice."""


PERIOD_FILE = Lifecycle(
    {FileState.PREPARING: {FileState.READY, FileState.FAILED}}, refusal=AlreadyPrepared
)


def state(access: RegisterAccess | None, today: dt.date) -> AccessState:
    """Return whether documents of ``today`` are loaded."""
    if access is None:
        return AccessState.NONE
    for term in access.terms:
        if term.since <= today <= term.until:
            return AccessState.TRIAL if term.kind == "trial" else AccessState.ACTIVE
    return AccessState.EXPIRED


def covers(access: RegisterAccess, day: dt.date) -> bool:
    """Return whether access was in force on ``day``, so that its documents are loaded."""
    return any(term.since <= day <= term.until for term in access.terms)


def begin_trial(
    register_id: str, access: RegisterAccess | None, days: int, at: dt.datetime
) -> RegisterAccess:
    """Return the access of a register with a trial of ``days`` days, which begins on the day of
    ``at``.

    Raises:
        AccessInForce: the register has access on this day or later.
    """
    today = business_day(at)
    if access is not None and access.until >= today:
        raise AccessInForce
    until = today + dt.timedelta(days=days - 1)
    term = AccessTerm(kind="trial", since=today, until=until)
    entry = HistoryEntry(status=term.kind, at=at, by=Actor.CLIENT)
    return _with_term(register_id, access, term, entry)


def extend(
    register_id: str, access: RegisterAccess | None, period: SubscriptionPeriod, at: dt.datetime
) -> RegisterAccess:
    """Return the access of a register with one more period, which was paid at ``at``.

    The period begins on the day after the last day of access, a trial included, or on the day of
    ``at`` if access has ended.
    """
    since = today = business_day(at)
    if access is not None and access.until >= today:
        since = access.until + dt.timedelta(days=1)
    term = AccessTerm(kind=period.value, since=since, until=last_day(since, period))
    entry = HistoryEntry(status=term.kind, at=at, by=Actor.BANK)
    return _with_term(register_id, access, term, entry)


def last_day(since: dt.date, period: SubscriptionPeriod) -> dt.date:
    """Return the last day of a period that begins on ``since``.

    That is the day before the same date of the later month, or the last day of that month if the
    month has no such date (Civil Code of the Russian Federation, article 192).
    """
    months = since.year * 12 + since.month - 1 + _MONTHS[period]
    year, month = months // 12, months % 12 + 1
    days = calendar.monthrange(year, month)[1]
    if since.day > days:
        return dt.date(year, month, days)
    return dt.date(year, month, since.day) - dt.timedelta(days=1)


def _with_term(
    register_id: str, access: RegisterAccess | None, term: AccessTerm, entry: HistoryEntry
) -> RegisterAccess:
    terms = access.terms if access else ()
    history = access.history if access else ()
    return RegisterAccess(
        register_id=register_id,
        terms=(*terms, term),
        history=(*history, entry),
    )


def invoice_line(register_id: str, period: SubscriptionPeriod, price_kopecks: int) -> InvoiceLine:
    """Return the line of the invoice for a subscription."""
    return InvoiceLine(
        title=f"Интеграция 1С для кассы {register_id}, {_IN_RUSSIAN[period]}",
        quantity=1,
        unit="шт.",
        price_kopecks=price_kopecks,
        vat_rate=VatRate.STANDARD,
    )
