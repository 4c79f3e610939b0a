"""Table EReceipts: switches of channels and services, deliveries and statistics.

Sort keys in a client's partition: ``channel#<channel>``; ``service#<service>``, to which moderation
writes as well, so the switch is changed by an update; ``switched#<channel or service>#<id>``, an
item for each change of a switch; ``delivery#<fiscal drive>#<document>``, kept for ninety days;
``statistics#<day>#<channel>#<share>``, with a counter ``reason#<reason>`` for each reason.
Transactions on one item wait for one another, so the deliveries of a day share several items.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.fiscal.model import DeliveryRequested
from chalicelib.core.moderation.model import ApplicationState
from chalicelib.core.notification.carrier import Reference
from chalicelib.core.notification.report import Outcome, Report
from chalicelib.core.notification.store import Sending
from chalicelib.runtime import clock
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Get, Query, Write
from chalicelib.services.e_receipts.application_model import AdditionalService
from chalicelib.services.e_receipts.application_store import E_RECEIPTS, service_sk
from chalicelib.services.e_receipts.contact import Channel
from chalicelib.services.e_receipts.model import (
    BeingDelivered,
    Counters,
    DayOfChannel,
    DeliveryItem,
    SwitchItem,
)
from chalicelib.services.e_receipts.rules import ServiceNotApproved

SHARES = 4
"""Items that the statistics of a channel and a day are spread over."""
_REASON = "reason#"
_MESSAGE_ID = re.compile("receipt-([0-9]+)-([0-9]{10})")

DELIVERIES_KEPT_FOR = dt.timedelta(days=90)
"""How long the record of a delivery prevents a repeated delivery."""


def channel(client_id: str, channel: Channel) -> Get[SwitchItem]:
    """Describe the read of a channel's switch; there is no item before it is first set."""
    return E_RECEIPTS.get(client_id, f"channel#{channel.value}", SwitchItem.model_validate)


def switch_channel(client_id: str, channel: Channel, enabled: bool) -> list[Write]:
    """Describe the writes that set a channel's switch and record the change."""
    sk = f"channel#{channel.value}"
    item = {"client_id": client_id, "sk": sk, "enabled": enabled}
    return [E_RECEIPTS.put(item), _record_switch(client_id, sk, enabled)]


def switch_service(client_id: str, service: AdditionalService, enabled: bool) -> list[Write]:
    """Describe the writes that set a service's switch and record the change.

    The commit raises ServiceNotApproved if the service is not approved.
    """
    sk = service_sk(service)
    update = E_RECEIPTS.update(
        client_id,
        sk,
        put={"enabled": enabled},
        when=Attr("state").eq(ApplicationState.APPROVED.value),
        otherwise=ServiceNotApproved(),
    )
    return [update, _record_switch(client_id, sk, enabled)]


def _record_switch(client_id: str, sk: str, enabled: bool) -> Write:
    item = {
        "client_id": client_id,
        "sk": f"switched#{sk}#{new_identifier()}",
        "enabled": enabled,
        "at": clock.now().isoformat(),
    }
    return E_RECEIPTS.put(item, new=True)


def sending(delivery: DeliveryRequested) -> Sending:
    """Return the delivery of a receipt as a message to be sent once."""
    sk = _delivery_sk(delivery.fiscal_drive, f"{delivery.document_number:010}")
    return Sending(E_RECEIPTS, delivery.client_id, sk, DELIVERIES_KEPT_FOR)


def _delivery_sk(fiscal_drive: str, document_number: str) -> str:
    return f"delivery#{fiscal_drive}#{document_number}"


def reference(delivery: DeliveryRequested) -> Reference:
    """Return what the carrier's reports name the delivery of a receipt by."""
    message_id = f"receipt-{delivery.fiscal_drive}-{delivery.document_number:010}"
    return Reference(delivery.client_id, message_id)


class DeliveryReported(Problem):
    """Another report about the delivery was recorded meanwhile."""


def delivered(
    delivery: Reference,
    channel: Channel,
    counters: Counters,
    *,
    reason: str | None = None,
    due_kopecks: int = 0,
) -> tuple[Mapping[str, Any], list[Write]]:
    """Return the attributes of a delivery's record, and the write that adds to the statistics.

    ``reason`` says why the receipt was not sent; ``due_kopecks`` is what the client pays when the
    carrier reports the delivery.
    """
    day = clock.today()
    attributes = {"day": day.isoformat(), "channel": channel.value, **counters.model_dump()}
    if reason:
        attributes["reason"] = reason
    if due_kopecks:
        attributes["due_kopecks"] = due_kopecks
    return attributes, [_count(delivery, day, channel, counters, reason)]


def _count(
    delivery: Reference, day: dt.date, channel: Channel, added: Counters, reason: str | None
) -> Write:
    """Describe the addition to the statistics of a channel and a day, in the delivery's share."""
    share = int(delivery.message_id[-2:]) % SHARES
    numbers = {name: number for name, number in added.model_dump().items() if number}
    if reason:
        numbers[f"{_REASON}{reason}"] = 1
    sk = f"statistics#{day.isoformat()}#{channel.value}#{share}"
    return E_RECEIPTS.count(delivery.client_id, sk, numbers)


def delivery(report: Report) -> Get[DeliveryItem | BeingDelivered] | None:
    """Describe the read of the delivery that a report is about; None for another message."""
    named = _MESSAGE_ID.fullmatch(report.message_id)
    if not named:
        return None
    return E_RECEIPTS.get(
        report.client_id,
        _delivery_sk(*named.groups()),
        lambda item: DeliveryItem.model_validate(item) if "sent_at" in item else BeingDelivered(),
    )


def record_report(current: DeliveryItem, report: Report, added: Counters) -> list[Write]:
    """Describe the writes that record a carrier's report on the day of the sending.

    The commit raises DeliveryReported if another report was recorded meanwhile.
    """
    named = _MESSAGE_ID.fullmatch(report.message_id)
    assert named  # noqa: S101 - current was read by it
    reason = report.reason if report.outcome is Outcome.UNDELIVERED else None
    unchanged = (
        Attr("outcome").eq(current.outcome.value)
        if current.outcome
        else Attr("outcome").not_exists()
    )
    update = E_RECEIPTS.update(
        report.client_id,
        _delivery_sk(*named.groups()),
        put={"outcome": report.outcome.value} | ({"reason": reason} if reason else {}),
        add={name: number for name, number in added.model_dump().items() if number},
        when=unchanged,
        otherwise=DeliveryReported(),
    )
    about = Reference(report.client_id, report.message_id)
    return [update, _count(about, current.day, current.channel, added, reason)]


def statistics(client_id: str, first: dt.date, last: dt.date) -> Query[DayOfChannel]:
    """Describe the deliveries from ``first`` to ``last`` inclusive, by day, channel and share."""
    return E_RECEIPTS.between(
        client_id,
        f"statistics#{first.isoformat()}",
        # "$" follows "#", so this is after every channel of the last day.
        f"statistics#{last.isoformat()}$",
        lambda item: DayOfChannel(
            **{name: item.get(name, 0) for name in Counters.model_fields},
            reasons={
                name.removeprefix(_REASON): number
                for name, number in item.items()
                if name.startswith(_REASON)
            },
            day=dt.date.fromisoformat(item["sk"].split("#")[1]),
            channel=Channel(item["sk"].split("#")[2]),
        ),
    )
