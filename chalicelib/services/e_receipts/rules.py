"""Eligibility for additional services, and the views of their state."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

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
"""Clients whose cabinet was created later have these terms in their contract."""
MOST_SHARES = 5
"""Most items of statistics of a channel and a day: four, and one from before there were several."""
MOST_ROWS = Period.most_days * len(Channel) * MOST_SHARES
"""Most items of statistics in the longest period."""


class NotEligible(Problem):
    """The cabinet was created before the terms changed, and the agreement is not signed."""

    status = 403
    slug = "e-receipts-agreement-unsigned"
    title = "Нужно подписать соглашение"
    detail = (
        "Подпишите в разделе «Документы» дополнительное соглашение об электронных чеках: оно "
        "нужно для личных кабинетов, созданных не позже 13 августа 2017 года."
    )


class ServiceNotApproved(Problem):
    """No application for the service has been approved."""

    slug = "additional-service-not-approved"
    title = "Услуга ещё не одобрена"
    detail = "Отправьте заявку на услугу: переключатель заработает, когда заявку одобрят."


class ChannelUnknown(NotFound):
    """There is no such channel."""

    slug = "channel-unknown"
    detail = "Такого способа отправки нет."


class ReceiptUnknown(NotFound):
    """There is no receipt with these three numbers. The problem does not say which is wrong."""

    slug = "receipt-unknown"
    detail = "Чек не найден. Проверьте ссылку."


def is_eligible(profile: Profile, agreement_signed: bool) -> bool:
    """Return whether a client may use additional services."""
    return agreement_signed or profile.cabinet_created_on > AGREEMENT_NEEDED_UP_TO


def require_eligible(profile: Profile, agreement_signed: bool) -> None:
    """Check that a client may use additional services.

    Raises:
        NotEligible: the client must sign the agreement first.
    """
    if not is_eligible(profile, agreement_signed):
        raise NotEligible


def channel_of(name: str) -> Channel:
    """Return the channel with this name.

    Raises:
        ChannelUnknown: there is none.
    """
    try:
        return Channel(name)
    except ValueError:
        raise ChannelUnknown from None


def document_number(text: str) -> int | None:
    """Return the document number in a link, or None if it has a sign, leading zeros or letters."""
    return int(text) if re.fullmatch("[1-9][0-9]{0,9}", text) else None


def preview_faults(
    service: AdditionalService, form: PreviewForm, check_logo: Callable[[bytes], list[str]]
) -> list[dict[str, str]]:
    """Return the faults of a preview form, each with a pointer to its field."""
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
    """Return the overview; a channel that was never switched is off."""
    return EReceiptsOverview(
        eligible=eligible,
        reason=None if eligible else NotEligible.detail,
        channels={
            channel.value: ChannelCard(
                enabled=bool(switch and switch.enabled), price_kopecks=prices[channel]
            )
            for channel, switch in channels.items()
        },
        services={
            service.value: ServiceCard(
                state=item.state.value, enabled=item.enabled, brand=item.brand
            )
            if item
            else ServiceCard(state="none", enabled=False)
            for service, item in services.items()
        },
    )


def is_active(service: ServiceItem | None) -> bool:
    """Return whether a service is approved and switched on."""
    return service is not None and service.state is ApplicationState.APPROVED and service.enabled


def active_brand(service: ServiceItem | None) -> str | None:
    """Return the name that SMS begin with, or None for the legal name."""
    return service.brand if service and is_active(service) else None


def statistics(shares: Sequence[DayOfChannel]) -> Statistics:
    """Return the statistics of a period, by day and channel, with their totals."""
    by_day = groupby(shares, lambda share: (share.day, share.channel))
    days = [_together(list(group)) for _, group in by_day]
    totals = {
        channel.value: sum((day for day in days if day.channel is channel), Counters())
        for channel in Channel
    }
    return Statistics(
        days=days,
        totals=totals,
        reasons={channel.value: _reasons(days, channel) for channel in Channel},
        cost_kopecks=sum(total.cost_kopecks for total in totals.values()),
    )


def _together(shares: Sequence[DayOfChannel]) -> DayOfChannel:
    """Return the sum of the shares of a channel and a day."""
    day, channel = shares[0].day, shares[0].channel
    numbers = sum(shares, Counters()).model_dump()
    return DayOfChannel(day=day, channel=channel, reasons=_reasons(shares, channel), **numbers)


def _reasons(days: Sequence[DayOfChannel], channel: Channel) -> dict[str, int]:
    total: Counter[str] = Counter()
    for day in days:
        if day.channel is channel:
            total.update(day.reasons)
    return dict(total)
