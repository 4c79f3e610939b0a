"""E-mails to clients about the access of registers."""

from collections.abc import Sequence

from chalicelib.core.organisation.model import Profile
from chalicelib.runtime import notify
from chalicelib.runtime.table import Write
from chalicelib.services.integration_1c.model import RegisterAccess

_WHERE = "в личном кабинете: «Сервис и Услуги» — «Интеграция 1С»."


def subscribed(client_id: str, payer: Profile, access: RegisterAccess) -> Write:
    """Describe the e-mail that a paid period has been added to the access of a register."""
    return notify.email(
        client_id,
        to=payer.email,
        subject=f"Интеграция 1С: касса {access.register_id} подключена",
        text=(
            "Здравствуйте!\n\n"
            f"Оплата получена. Документы кассы {access.register_id} будут загружаться в 1С "
            f"по {access.until:%d.%m.%Y} включительно.\n\n"
            f"Тарифы всех касс — {_WHERE}"
        ),
    )


def ending(client_id: str, payer: Profile, accesses: Sequence[RegisterAccess]) -> Write:
    """Describe the e-mail that the access of registers is about to end."""
    lines = "\n".join(
        f"— касса {access.register_id}: по {access.until:%d.%m.%Y} включительно"
        for access in accesses
    )
    return notify.email(
        client_id,
        to=payer.email,
        subject="Интеграция 1С: заканчивается срок тарифа",
        text=(
            "Здравствуйте!\n\n"
            "Скоро документы этих касс перестанут загружаться в 1С:\n"
            f"{lines}\n\n"
            f"Продлить тариф можно {_WHERE} Новый срок начнётся, когда закончится нынешний."
        ),
    )
