"""What the client is told by e-mail about an application."""

from chalicelib.core.moderation.model import Application, ApplicationState
from chalicelib.runtime import notify
from chalicelib.runtime.table import Write


def decided(application: Application, to: str) -> Write:
    """Tell how a moderator decided."""
    approved = application.state is ApplicationState.APPROVED
    named = f" (название «{application.name}»)" if application.name else ""
    title = application.service_title
    said = (
        f"Заявка на услугу «{title}»{named} одобрена, услуга включена."
        if approved
        else f"Заявка на услугу «{title}»{named} отклонена."
    )
    if application.reason:
        said += f"\n\n{'Комментарий' if approved else 'Причина'}: {application.reason}"
    onward = (
        "Отключить услугу и снова включить её можно"
        if approved
        else "Исправить замечания и подать заявку заново можно"
    )
    return notify.email(
        application.client_id,
        to=to,
        subject=f"Заявка {'одобрена' if approved else 'отклонена'}: «{title}»",
        text=(
            f"Здравствуйте!\n\n{said}\n\n"
            f"{onward} в личном кабинете: «Сервис и Услуги» — «Электронные чеки»."
        ),
    )
