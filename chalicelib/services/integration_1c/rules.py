"""Access of registers as it is computed from days, and why something cannot be done."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence

from chalicelib.core.billing.model import InvoiceLine, VatRate
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.problem import NotFound, Problem, Unauthenticated
from chalicelib.services.integration_1c.model import (
    Access,
    AccessState,
    SubscriptionPeriod,
    SubscriptionStatus,
    Term,
)

TRANSITIONS = {
    SubscriptionStatus.INVOICED: {SubscriptionStatus.ACTIVE, SubscriptionStatus.EXPIRED},
    SubscriptionStatus.ACTIVE: set[SubscriptionStatus](),
    SubscriptionStatus.EXPIRED: set[SubscriptionStatus](),
}

CLOSED_FOR = dt.timedelta(minutes=15)
"""How long a login rests after too many wrong passwords."""
REMIND_BEFORE = dt.timedelta(days=7)
_MONTHS = {SubscriptionPeriod.MONTH: 1, SubscriptionPeriod.YEAR: 12}
_IN_RUSSIAN = {SubscriptionPeriod.MONTH: "1 месяц", SubscriptionPeriod.YEAR: "1 год"}


class SubscriptionUnknown(NotFound):
    """No such subscription."""

    slug = "subscription-unknown"


class SubscriptionMoved(Problem):
    """The subscription's invoice was followed before."""


class TrialUsed(Problem):
    """The register had its trial."""

    slug = "trial-used"
    title = "Пробный период уже был"
    detail = "Пробный период даётся кассе один раз. Подключите тариф на месяц или на год."


class AccessInForce(Problem):
    """A trial of what is paid for would be lost."""

    slug = "access-in-force"
    title = "Касса уже подключена"
    detail = "Тариф кассы действует. Пробный период можно включить, когда он закончится."


class AccessChanged(Problem):
    """Another call changed the register's access meanwhile."""

    slug = "access-changed"
    title = "Тариф изменился"
    detail = "Тариф кассы изменился в другом окне. Обновите страницу и повторите."


class CredentialsChanged(Problem):
    """Another call made or took away credentials meanwhile."""

    slug = "credentials-changed"
    title = "Данные для входа изменились"
    detail = "Логин для 1С изменился в другом окне. Обновите страницу и повторите."


class PeriodTooLarge(Problem):
    """More receipts than can be shown at once."""

    slug = "period-too-large"
    title = "Слишком много чеков"
    detail = "За этот период {receipts} чеков, показать можно {most}. Сократите период."


class MessageTooLarge(Problem):
    """The message is not made within one call; it has to be asked for."""

    slug = "message-too-large"
    title = "Большой период"
    detail = (
        "Файл за этот период готовится отдельно. Нажмите «Подготовить файл» "
        "(POST /integration-1c/messages) и скачайте его, когда он будет готов."
    )


class MessageUnknown(NotFound):
    """No such message, or not the caller's."""

    slug = "message-unknown"
    detail = "Такого файла нет. Подготовьте его заново."


class NothingToLoad(NotFound):
    """No access was in force, or no shifts were closed."""

    slug = "nothing-to-load"
    title = "Загружать нечего"
    detail = (
        "За эти дни нет закрытых смен у касс, тариф которых действовал. "
        "Проверьте период и тарифы касс."
    )


class ItemUnknown(NotFound):
    """No such item of nomenclature, or not the caller's."""

    slug = "item-unknown"
    detail = "Такой номенклатуры нет."


class ChoiceUnknown(Problem):
    """The item chosen is not among those that 1С sent for it."""

    status = 422
    slug = "choice-unknown"
    title = "Такого варианта нет"
    detail = "Выберите одну из предложенных позиций 1С или оставьте свою."


class ItemChanged(Problem):
    """1С or another call changed the item meanwhile."""

    slug = "item-changed"
    title = "Номенклатура изменилась"
    detail = "Позиция изменилась. Обновите список и выберите ещё раз."


class NodeUnknown(NotFound):
    """1С calls itself by a code that was never set up."""

    slug = "node-unknown"
    detail = (
        "Настройка синхронизации с кодом «{code}» не найдена. "
        "Создайте её в 1С заново: «Настройка синхронизации данных»."
    )


class ExchangeUnderWay(Problem):
    """Another exchange of the same base is being prepared."""

    slug = "exchange-under-way"
    title = "Обмен уже выполняется"
    detail = "Обмен с этой базой уже выполняется. Повторите через несколько минут."


class ExchangeMoved(Problem):
    """Another exchange of the same base ended this one, or went on without it."""

    slug = "exchange-moved"
    title = "Обмен прерван"
    detail = "Обмен прерван другим обменом с этой базой. Повторите его."


class MessageRefused(Problem):
    """What 1С sent is no message that can be taken in."""

    status = 422
    slug = "message-refused"
    title = "Сообщение 1С не принято"


class PartUnknown(NotFound):
    """A part is missing, or there can be none of that number."""

    slug = "part-unknown"
    detail = "Часть файла {part} не получена. Повторите обмен."


class FileUnknown(NotFound):
    """No such file, no longer, or not yet."""

    slug = "file-unknown"
    detail = "Файл обмена не найден: он ещё готовится или уже удалён. Повторите обмен."


class PasswordWrong(Unauthenticated):
    """The login or the password is wrong, or there is none."""

    slug = "password-wrong"
    title = "Неверный логин или пароль"
    detail = (
        "Проверьте логин и пароль синхронизации: они выданы в личном кабинете, в разделе "
        "«Интеграция 1С». Если пароль утерян, получите новый."
    )
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Basic realm="1C", charset="UTF-8"'}


class LoginClosed(Problem):
    """Too many wrong passwords came lately."""

    status = 429
    slug = "login-closed"
    title = "Слишком много попыток входа"
    detail = "Было много неверных паролей подряд. Повторите через 15 минут."
    headers: Mapping[str, str] = {"Retry-After": str(int(CLOSED_FOR.total_seconds()))}


class SoapFault(Problem):
    """A call that is no call of this service. Raised problems are told as faults as well."""

    status = 400
    slug = "soap-fault"
    title = "Вызов не выполнен"


class AlreadyPrepared(Problem):
    """Another delivery of the same message ended the preparation."""


def state(access: Access | None, today: dt.date) -> AccessState:
    """Return whether documents of today load."""
    if access is None:
        return AccessState.NONE
    for term in access.terms:
        if term.since <= today <= term.until:
            return AccessState.TRIAL if term.kind == "trial" else AccessState.ACTIVE
    return AccessState.EXPIRED


def covers(access: Access, day: dt.date) -> bool:
    """Whether documents of ``day`` load: those of the days on which access was in force."""
    return any(term.since <= day <= term.until for term in access.terms)


def begin_trial(register_id: str, access: Access | None, days: int, today: dt.date) -> Access:
    """Return the access of a register with its trial, which begins today.

    Raises:
        AccessInForce: the register has access today.
    """
    if access is not None and access.until >= today:
        raise AccessInForce
    until = today + dt.timedelta(days=days - 1)
    return _with(register_id, access, Term(kind="trial", since=today, until=until), Actor.CLIENT)


def extend(
    register_id: str, access: Access | None, period: SubscriptionPeriod, today: dt.date
) -> Access:
    """Return the access of a register with a paid period more.

    It begins after the present end, a trial's too, so that nothing is lost; today if that is past.
    """
    since = today
    if access is not None and access.until >= today:
        since = access.until + dt.timedelta(days=1)
    term = Term(kind=period.value, since=since, until=last_day(since, period))
    return _with(register_id, access, term, Actor.BANK)


def last_day(since: dt.date, period: SubscriptionPeriod) -> dt.date:
    """Return the day before the same date of a later month, or that month's last one without it
    (Civil Code, article 192)."""
    months = since.year * 12 + since.month - 1 + _MONTHS[period]
    year, month = months // 12, months % 12 + 1
    days = calendar.monthrange(year, month)[1]
    if since.day > days:
        return dt.date(year, month, days)
    return dt.date(year, month, since.day) - dt.timedelta(days=1)


def _with(register_id: str, access: Access | None, term: Term, by: Actor) -> Access:
    before: Sequence[Term] = access.terms if access else ()
    history = access.history if access else ()
    return Access(
        register_id=register_id,
        terms=(*before, term),
        history=(*history, HistoryEntry.now(term.kind, by)),
    )


def invoice_line(register_id: str, period: SubscriptionPeriod, price_kopecks: int) -> InvoiceLine:
    """Return what the invoice says of a subscription."""
    return InvoiceLine(
        title=f"Интеграция 1С для кассы {register_id}, {_IN_RUSSIAN[period]}",
        quantity=1,
        unit="шт.",
        price_kopecks=price_kopecks,
        vat_rate=VatRate.STANDARD,
    )
