"""Electronic receipts: channels, additional services, previews and delivery statistics."""

import datetime as dt

from pydantic import Field

from chalicelib.core.notification.report import Outcome
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.services.e_receipts.brand import Brand
from chalicelib.services.e_receipts.contact import Channel

_MOST_LOGO_BYTES = 1024 * 1024


class Switch(Payload):
    """New setting of a channel or a service."""

    enabled: bool


class SwitchItem(Model):
    """The stored setting of a channel."""

    enabled: bool


class ChannelCard(Model):
    """Setting and tariff of a channel."""

    model_config = example(enabled=True, price_kopecks=1_80)

    enabled: bool
    price_kopecks: int
    """Price per part of an SMS, or per e-mail."""


class ServiceCard(Model):
    """An additional service.

    `state` is `none` before the first application, then the state of the application.
    """

    model_config = example(state="approved", enabled=True, brand="Ромашка")

    state: str
    enabled: bool
    brand: str | None = None
    """The approved name."""


class EReceiptsOverview(Model):
    """Overview of electronic receipts."""

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
    """Whether the client may apply for additional services and switch them."""
    reason: str | None
    """What makes the client eligible; null if the client is."""
    channels: dict[str, ChannelCard]
    services: dict[str, ServiceCard]


class Preview(Model):
    """The SMS or the e-mail of an example receipt, as buyers receive it."""

    model_config = example(
        channel="sms",
        text="Ромашка: чек на 1 234,50 ₽ https://api.example.com/r/9960440300412358/1042/2757040895",
        parts=2,
    )

    channel: Channel
    text: str | None = None
    parts: int | None = None
    """Number of parts of the SMS, as operators charge them."""
    subject: str | None = None
    html: str | None = None


class PreviewForm(Payload):
    """A name for `branded-message` or a logo for `logo` that is to be previewed."""

    model_config = example(name="Ромашка")

    name: Brand | None = None
    logo: base64_bytes(_MOST_LOGO_BYTES, "iVBORw0KGgo=") | None = None  # type: ignore[valid-type]
    """PNG of exactly 170×68 pixels and at most 204 800 bytes."""


class Counters(Model):
    """Number and cost of deliveries."""

    model_config = example(sent=1, parts=2, failed=0, delivered=1, undelivered=0, cost_kopecks=3_60)

    sent: int = 0
    """SMS or e-mails sent."""
    parts: int = 0
    """Parts of the SMS sent; 0 for e-mails."""
    failed: int = 0
    """Receipts that were not sent because the contact is unusable."""
    delivered: int = 0
    """Of those sent: what the carrier reports as delivered."""
    undelivered: int = 0
    """Of those sent: what the carrier reports as not delivered. About the rest it says nothing."""
    cost_kopecks: int = 0

    def __add__(self, other: "Counters") -> "Counters":
        """Return the sums of both."""
        return Counters(
            **{name: getattr(self, name) + getattr(other, name) for name in Counters.model_fields}
        )


class DayOfChannel(Counters):
    """Deliveries of one channel on one day in Moscow."""

    model_config = example(
        day="2026-11-24",
        channel="sms",
        sent=1,
        parts=2,
        failed=0,
        delivered=1,
        undelivered=0,
        cost_kopecks=3_60,
        reasons={},
    )

    day: dt.date
    channel: Channel
    reasons: dict[str, int] = Field(default_factory=dict)
    """Number of receipts that were not sent or not delivered, by reason."""


class DeliveryItem(Counters):
    """The record of a receipt that was sent, or that could not be."""

    day: dt.date
    channel: Channel
    sent_at: dt.datetime
    due_kopecks: int = 0
    """What the client pays when the carrier reports the delivery."""
    outcome: Outcome | None = None
    """The last report of the carrier."""


class BeingDelivered(Model):
    """The record of a receipt that is being sent."""


class Statistics(Model):
    """Deliveries of a period by day and in total; days without deliveries are omitted."""

    model_config = example(
        totals={
            "sms": {
                "sent": 1,
                "parts": 2,
                "failed": 0,
                "delivered": 1,
                "undelivered": 0,
                "cost_kopecks": 3_60,
            }
        },
        reasons={"sms": {}},
        cost_kopecks=3_60,
    )

    days: list[DayOfChannel]
    totals: dict[str, Counters]
    """Totals by channel."""
    reasons: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Number of receipts that were not sent or not delivered, by channel and reason."""
    cost_kopecks: int
    """Cost of both channels."""
