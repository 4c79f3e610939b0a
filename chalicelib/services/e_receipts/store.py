"""Switches of channels and services, deliveries and their statistics.

In the client's partition: ``channel#<channel>``; ``service#<service>``, which moderation writes
too, so its switch is changed by itself; ``switched#<channel or service>#<moment>``, one for each
time a switch was set; ``delivery#<fiscal drive>#<document>``, for ninety days;
``statistics#<day>#<channel>``.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.fiscal.model import DeliveryRequested
from chalicelib.core.moderation.model import ApplicationState
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
"""How long a receipt told of again is known to be delivered."""


def channel(client_id: str, which: Channel) -> Get[SwitchItem]:
    """A channel's switch; none before it was first set."""
    return E_RECEIPTS.get(client_id, f"channel#{which.value}", SwitchItem.model_validate)


def switch_channel(client_id: str, which: Channel, enabled: bool) -> list[Write]:
    """Set a channel's switch."""
    sk = f"channel#{which.value}"
    item = {"client_id": client_id, "sk": sk, "enabled": enabled}
    return [E_RECEIPTS.put(item), _switched(client_id, sk, enabled)]


def switch_service(client_id: str, which: AdditionalService, enabled: bool) -> list[Write]:
    """Set the switch of a service that is approved."""
    sk = service_sk(which)
    changed = E_RECEIPTS.update(
        client_id,
        sk,
        put={"enabled": enabled},
        when=Attr("state").eq(ApplicationState.APPROVED.value),
        otherwise=ServiceNotApproved(),
    )
    return [changed, _switched(client_id, sk, enabled)]


def _switched(client_id: str, sk: str, enabled: bool) -> Write:
    item = {
        "client_id": client_id,
        "sk": f"switched#{sk}#{new_identifier()}",
        "enabled": enabled,
        "at": clock.now().isoformat(),
    }
    return E_RECEIPTS.put(item, new=True)


def sending(delivery: DeliveryRequested) -> Sending:
    """The delivery of a receipt, which happens once."""
    sk = f"delivery#{delivery.fiscal_drive}#{delivery.document_number:010}"
    return Sending(E_RECEIPTS, delivery.client_id, sk, DELIVERIES_KEPT_FOR)


def delivered(
    client_id: str, which: Channel, counted: Counters, reason: str | None = None
) -> tuple[Mapping[str, Any], list[Write]]:
    """Return what a delivery's record says, and the statistics that count it with that."""
    day = clock.today().isoformat()
    note = {"day": day, "channel": which.value, **counted.model_dump()}
    statistics = E_RECEIPTS.count(
        client_id, f"statistics#{day}#{which.value}", counted.model_dump()
    )
    return note | ({"reason": reason} if reason else {}), [statistics]


def statistics(client_id: str, first: dt.date, last: dt.date) -> Query[DayOfChannel]:
    """What was delivered from day to day, by channel."""
    return E_RECEIPTS.between(
        client_id,
        f"statistics#{first.isoformat()}",
        # After every channel of the last day.
        f"statistics#{last.isoformat()}$",
        lambda item: DayOfChannel(
            **{name: item[name] for name in Counters.model_fields},
            day=dt.date.fromisoformat(item["sk"].split("#")[1]),
            channel=Channel(item["sk"].split("#")[2]),
        ),
    )
