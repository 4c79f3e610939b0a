"""E-mails to the tenant about a grant."""

from chalicelib.runtime import notify
from chalicelib.runtime.clock import MOSCOW
from chalicelib.runtime.table import Write
from chalicelib.services.rent.model import KeptTenantGrant
from chalicelib.services.rent.turnover_model import Access


def first_access(grant: KeptTenantGrant, access: Access, to: str) -> Write:
    """Return the e-mail about the first access of the landlord."""
    at = access.at.astimezone(MOSCOW)
    landlord = access.landlord
    return notify.email(
        grant.tenant_id,
        to=to,
        subject=f"Арендодатель посмотрел оборот магазина «{grant.shop.name}»",
        text=(
            "Здравствуйте!\n\n"
            f"{landlord.name} (ИНН {landlord.inn}) впервые получил данные об обороте магазина "
            f"«{grant.shop.name}» {at:%d.%m.%Y} в {at:%H:%M} (МСК), за период с "
            f"{access.first:%d.%m.%Y} по {access.last:%d.%m.%Y}.\n\n"
            "Доступ вы предоставили в личном кабинете: «Сервис и Услуги» — «Аренда». Там же видно, "
            "кто и когда смотрел данные, и там доступ можно прекратить."
        ),
    )
