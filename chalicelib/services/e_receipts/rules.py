"""Who may have additional services, and what takes effect."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence

from chalicelib.core.moderation.model import ApplicationState
from chalicelib.core.organisation.model import Profile
from chalicelib.runtime.period import Period
from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.e_receipts.application_model import AdditionalService, ServiceItem
from chalicelib.services.e_receipts.contact import Channel
from chalicelib.services.e_receipts.model import (
    ChannelCard,
    Counters,
    DayOfChannel,
    EReceiptsOverview,
    PreviewForm,
    ServiceCard,
    Statistics,
    SwitchItem,
)

AGREEMENT_NEEDED_UP_TO = dt.date(2017, 8, 13)
"""Cabinets created later come with the terms of the service in their contract."""
MOST_ROWS = Period.most_days * len(Channel)
"""Of statistics."""


class NotEligible(Problem):
    """The supplementary agreement is not signed, and the cabinet is too old to do without."""

    status = 403
    slug = "e-receipts-agreement-unsigned"
    title = "Нужно подписать соглашение"
    detail = (
        "Подпишите в разделе «Документы» дополнительное соглашение об электронных чеках: оно "
        "нужно для личных кабинетов, созданных не позже 13 августа 2017 года."
    )


def is_eligible(profile: Profile, agreement_signed: bool) -> bool:
    """Whether a client may have additional services."""
    return agreement_signed or profile.cabinet_created_on > AGREEMENT_NEEDED_UP_TO


def require_eligible(profile: Profile, agreement_signed: bool) -> None:
    """Refuse a client who may not have additional services.

    Raises:
        NotEligible: as said.
    """
    if not is_eligible(profile, agreement_signed):
        raise NotEligible


class ServiceNotApproved(Problem):
    """No application for the service was approved yet."""

    slug = "additional-service-not-approved"
    title = "Услуга ещё не одобрена"
    detail = "Отправьте заявку на услугу: переключатель заработает, когда заявку одобрят."


class ChannelUnknown(NotFound):
    """There is no such channel."""

    slug = "channel-unknown"
    detail = "Такого способа отправки нет."


class ReceiptUnknown(NotFound):
    """No such receipt, or one of the three numbers is wrong: the two are not told apart."""

    slug = "receipt-unknown"
    detail = "Чек не найден. Проверьте ссылку."


def channel_of(name: str) -> Channel:
    """Return the channel of that name.

    Raises:
        ChannelUnknown: there is none.
    """
    try:
        return Channel(name)
    except ValueError:
        raise ChannelUnknown from None


def document_number(said: str) -> int | None:
    """Return the number of a document as it stands in a link: no sign, no idle noughts."""
    return int(said) if re.fullmatch("[1-9][0-9]{0,9}", said) else None


def preview_faults(
    service: AdditionalService, form: PreviewForm, check_logo: Callable[[bytes], list[str]]
) -> list[dict[str, str]]:
    """Return what is wrong with what a client wants to see, each at its field."""
    wanted, foreign = ("name", "logo")
    if service is AdditionalService.LOGO:
        wanted, foreign = foreign, wanted
    if getattr(form, foreign) is not None:
        return [{"pointer": f"/{foreign}", "detail": "Не нужно для этой услуги."}]
    if getattr(form, wanted) is None:
        return [{"pointer": f"/{wanted}", "detail": "Обязательное поле."}]
    faults = check_logo(form.logo) if form.logo is not None else []
    return [{"pointer": "/logo", "detail": fault} for fault in faults]


def overview(
    eligible: bool,
    channels: Mapping[Channel, SwitchItem | None],
    services: Mapping[AdditionalService, ServiceItem | None],
    prices: Mapping[Channel, int],
) -> EReceiptsOverview:
    """Return the section at a glance; a channel that was never set is off."""
    return EReceiptsOverview(
        eligible=eligible,
        reason=None if eligible else NotEligible.detail,
        channels={
            which.value: ChannelCard(
                enabled=bool(set_ and set_.enabled), price_kopecks=prices[which]
            )
            for which, set_ in channels.items()
        },
        services={
            which.value: ServiceCard(state=item.state.value, enabled=item.enabled, brand=item.brand)
            if item
            else ServiceCard(state="none", enabled=False)
            for which, item in services.items()
        },
    )


def is_active(service: ServiceItem | None) -> bool:
    """Whether a service takes effect on the next receipt."""
    return service is not None and service.state is ApplicationState.APPROVED and service.enabled


def statistics(days: Sequence[DayOfChannel]) -> Statistics:
    """Return days of statistics with their totals."""
    totals = {
        channel.value: sum((day for day in days if day.channel is channel), Counters())
        for channel in Channel
    }
    return Statistics(
        days=list(days),
        totals=totals,
        cost_kopecks=sum(total.cost_kopecks for total in totals.values()),
    )
