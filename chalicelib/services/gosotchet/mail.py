"""E-mails to the client about licences, logins and amendments."""

from chalicelib.core.notification.mail import Letter
from chalicelib.runtime import clock, notify
from chalicelib.runtime.table import Write
from chalicelib.services.gosotchet.model import Amendment, Licence, Registration

_WHERE = "«Сервис и Услуги» — «Платформа Госотчёт»"


def licence_active(licence: Licence, to: str) -> Write:
    """Describe the e-mail that the licence is paid and can be registered."""
    return notify.email(
        licence.client_id,
        to=to,
        subject=f"Лицензия Госотчёт действует: счёт {licence.invoice_number}",
        text=(
            f"Здравствуйте!\n\nОплата по счёту № {licence.invoice_number} получена, лицензия "
            f"«Платформа Госотчёт» с тарифом «{licence.tariff.title}» действует.\n\n"
            f"Заполните форму регистрации в личном кабинете: {_WHERE} — «Регистрация лицензии»."
        ),
    )


def credentials(registration: Registration, login: str, password: str, sign_in_url: str) -> Letter:
    """Return the e-mail with the login and password, which is sent at once and never stored."""
    issued = clock.now().astimezone(clock.MOSCOW)
    address = f"Адрес для входа: {sign_in_url}\n" if sign_in_url else ""
    return Letter(
        to=registration.email,
        subject="Вход в систему Госотчёт: логин и пароль",
        text=(
            f"Здравствуйте!\n\n{registration.organisation_name} (ИНН "
            f"{registration.organisation_inn}) может войти в систему Госотчёт.\n\n"
            f"{address}Логин: {login}\nОдноразовый пароль: {password}\n\n"
            "При первом входе система попросит задать новый пароль.\n"
            f"Пароль выдан {issued:%d.%m.%Y в %H:%M:%S} (мск). Если писем с паролем несколько, "
            "действует только выданный последним.\n\n"
            "Никому не сообщайте пароль. Запросить новый можно в личном кабинете: "
            f"{_WHERE}."
        ),
    )


def failed(registration: Registration, reason: str) -> Write:
    """Describe the e-mail that the login and password cannot be issued, with the reason."""
    next_step = (
        "Прежний пароль мог перестать действовать. Мы сообщим, когда отправим новый."
        if registration.login
        else f"Исправьте данные и подайте заявку заново в личном кабинете: {_WHERE}. Лицензия "
        "остаётся за вами."
    )
    return notify.email(
        registration.client_id,
        to=registration.email,
        subject="Регистрация в системе Госотчёт не выполнена",
        text=f"Здравствуйте!\n\nЗаявка не выполнена. Причина: {reason}\n\n{next_step}",
    )


def amendment_completed(amendment: Amendment, registration: Registration) -> Write:
    """Describe the e-mail that an amendment is in force."""
    added = "".join(f"\n— {authority.title}" for authority in amendment.authorities)
    summary = f"Добавлены контролирующие органы:{added}\n" if added else ""
    if amendment.certificate:
        summary += f"Зарегистрирован новый сертификат № {amendment.certificate.serial}.\n"
    return notify.email(
        amendment.client_id,
        to=registration.email,
        subject="Изменения в системе Госотчёт выполнены",
        text=f"Здравствуйте!\n\n{summary}\nЛогин и пароль остались прежними.",
    )


def amendment_failed(amendment: Amendment, registration: Registration, reason: str) -> Write:
    """Describe the e-mail that an amendment cannot be applied, with the reason."""
    return notify.email(
        amendment.client_id,
        to=registration.email,
        subject="Изменения в системе Госотчёт не выполнены",
        text=(
            f"Здравствуйте!\n\nИзменения не выполнены. Причина: {reason}\n\n"
            f"Регистрация осталась прежней. Подать изменения заново можно в личном кабинете: "
            f"{_WHERE}."
        ),
    )
