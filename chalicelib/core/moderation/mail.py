"""E-mails that notify a client of the decision on an application."""

from chalicelib.core.moderation.model import Application, ApplicationState
from chalicelib.runtime import notify
from chalicelib.runtime.table import Write


def decided(application: Application, to: str) -> Write:
    """Describe the e-mail that reports an approval or a rejection to the address ``to``."""
    approved = application.state is ApplicationState.APPROVED
    name = f" (название «{application.name}»)" if application.name else ""
    title = application.service_title
    decision = (
        f"Заявка на услугу «{title}»{name} одобрена, услуга включена."
        if approved
        else f"Заявка на услугу «{title}»{name} отклонена."
    )
    if application.reason:
        decision += f"\n\n{'Комментарий' if approved else 'Причина'}: {application.reason}"
    next_step = (
        "Отключить услугу и снова включить её можно"
        if approved
        else "Исправить замечания и подать заявку заново можно"
    )
    return notify.email(
        application.client_id,
        to=to,
        subject=f"Заявка {'одобрена' if approved else 'отклонена'}: «{title}»",
        text=(
            f"Здравствуйте!\n\n{decision}\n\n"
            f"{next_step} в личном кабинете: «Сервис и Услуги» — «Электронные чеки»."
        ),
    )
