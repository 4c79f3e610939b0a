"""Electronic receipts: channels, additional services, what was delivered and what it cost."""

import datetime as dt

from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.services.e_receipts.brand import Brand
from chalicelib.services.e_receipts.contact import Channel

_MOST_LOGO_BYTES = 1024 * 1024


class Switch(Payload):
    """What a channel or a service is set to."""

    enabled: bool


class SwitchItem(Model):
    """A channel as it is kept."""

    enabled: bool


class ChannelCard(Model):
    """A channel and its tariff."""

    model_config = example(enabled=True, price_kopecks=1_80)

    enabled: bool
    price_kopecks: int
    """Of a part of an SMS, or of an e-mail."""


class ServiceCard(Model):
    """An additional service: ``none`` before the first application, then as the application."""

    model_config = example(state="approved", enabled=True, brand="Ромашка")

    state: str
    enabled: bool
    brand: str | None = None
    """The name approved."""


class EReceiptsOverview(Model):
    """«Электронные чеки» at a glance."""

    model_config = example(
        eligible=True,
        reason=None,
        channels={
            "sms": {"enabled": True, "price_kopecks": 1_80},
            "email": {"enabled": True, "price_kopecks": 0},
        },
        services={
            "branded-message": {"state": "approved", "enabled": True, "brand": "Ромашка"},
            "logo": {"state": "none", "enabled": False, "brand": None},
        },
    )

    eligible: bool
    """Whether additional services may be applied for and switched."""
    reason: str | None
    """What to do to become eligible."""
    channels: dict[str, ChannelCard]
    services: dict[str, ServiceCard]


class Preview(Model):
    """A message or an e-mail as customers get it; the receipt in it is an example."""

    model_config = example(
        channel="sms",
        text="Ромашка: чек на 1 234,50 ₽ https://api.example.com/r/9960440300412358/1042/2757040895",
        parts=2,
    )

    channel: Channel
    text: str | None = None
    parts: int | None = None
    """Of the SMS, as operators charge them."""
    subject: str | None = None
    html: str | None = None


class PreviewForm(Payload):
    """What is not applied for yet: a name for `branded-message`, a logo for `logo`."""

    model_config = example(name="Ромашка")

    name: Brand | None = None
    logo: base64_bytes(_MOST_LOGO_BYTES, "iVBORw0KGgo=") | None = None  # type: ignore[valid-type]
    """PNG of 170×68 pixels, at most 204 800 bytes."""


class Counters(Model):
    """What was delivered by a channel."""

    model_config = example(sent=1, parts=2, failed=0, cost_kopecks=3_60)

    sent: int = 0
    """Messages."""
    parts: int = 0
    """Of SMS; an e-mail has none."""
    failed: int = 0
    """Receipts whose contact could not be used."""
    cost_kopecks: int = 0

    def __add__(self, other: "Counters") -> "Counters":
        """Return both counted together."""
        return Counters(
            **{name: getattr(self, name) + getattr(other, name) for name in Counters.model_fields}
        )


class DayOfChannel(Counters):
    """What was delivered by a channel in a day; business days are Moscow's."""

    model_config = example(
        day="2026-11-24", channel="sms", sent=1, parts=2, failed=0, cost_kopecks=3_60
    )

    day: dt.date
    channel: Channel


class Statistics(Model):
    """What was delivered in a period, by day and in total; days without deliveries are left out."""

    model_config = example(
        totals={"sms": {"sent": 1, "parts": 2, "failed": 0, "cost_kopecks": 3_60}},
        cost_kopecks=3_60,
    )

    days: list[DayOfChannel]
    totals: dict[str, Counters]
    """By channel."""
    cost_kopecks: int
    """Of both channels."""
