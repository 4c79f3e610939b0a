"""Table EReceipts: switches of channels and services, deliveries and statistics.

Sort keys in a client's partition: ``channel#<channel>``; ``service#<service>``, to which moderation
writes as well, so the switch is changed by an update; ``switched#<channel or service>#<id>``, an
item for each change of a switch; ``delivery#<fiscal drive>#<document>``, kept for ninety days;
``statistics#<day>#<channel>``.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.fiscal.model import DeliveryRequested
from chalicelib.core.moderation.model import ApplicationState
from chalicelib.core.notification.carrier import Reference
from chalicelib.core.notification.store import Sending
from chalicelib.runtime import clock
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.table import Get, Query, Write
from chalicelib.services.e_receipts.application_model import AdditionalService
from chalicelib.services.e_receipts.application_store import E_RECEIPTS, service_sk
from chalicelib.services.e_receipts.contact import Channel
from chalicelib.services.e_receipts.model import Counters, DayOfChannel, SwitchItem
from chalicelib.services.e_receipts.rules import ServiceNotApproved

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
    sk = f"delivery#{delivery.fiscal_drive}#{delivery.document_number:010}"
    return Sending(E_RECEIPTS, delivery.client_id, sk, DELIVERIES_KEPT_FOR)


def reference(delivery: DeliveryRequested) -> Reference:
    """Return what the carrier's reports name the delivery of a receipt by."""
    message_id = f"receipt-{delivery.fiscal_drive}-{delivery.document_number:010}"
    return Reference(delivery.client_id, message_id)


def delivered(
    client_id: str, channel: Channel, counters: Counters, reason: str | None = None
) -> tuple[Mapping[str, Any], list[Write]]:
    """Return the attributes of a delivery's record, and the write that adds to the statistics.

    ``reason`` says why the receipt was not sent.
    """
    day = clock.today().isoformat()
    attributes = {"day": day, "channel": channel.value, **counters.model_dump()}
    statistics = E_RECEIPTS.count(
        client_id, f"statistics#{day}#{channel.value}", counters.model_dump()
    )
    return attributes | ({"reason": reason} if reason else {}), [statistics]


def statistics(client_id: str, first: dt.date, last: dt.date) -> Query[DayOfChannel]:
    """Describe the deliveries from ``first`` to ``last`` inclusive, by day and channel."""
    return E_RECEIPTS.between(
        client_id,
        f"statistics#{first.isoformat()}",
        # "$" follows "#", so this is after every channel of the last day.
        f"statistics#{last.isoformat()}$",
        lambda item: DayOfChannel(
            **{name: item[name] for name in Counters.model_fields},
            day=dt.date.fromisoformat(item["sk"].split("#")[1]),
            channel=Channel(item["sk"].split("#")[2]),
        ),
    )
