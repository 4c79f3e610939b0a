"""The items of the two additional services: ``service#<service>`` of the table EReceipts.

A submission opens an application on the item; what becomes of it afterwards, moderation writes.
"""

from boto3.dynamodb.conditions import Attr

from chalicelib.core.moderation.model import ApplicationState
from chalicelib.core.moderation.rules import ApplicationOpen
from chalicelib.runtime.table import Get, Table, Write
from chalicelib.services.e_receipts.application_model import AdditionalService, ServiceItem

E_RECEIPTS = Table("EReceipts")


def service_item(client_id: str, service: AdditionalService) -> Get[ServiceItem]:
    """A service of a client's; none before the first application."""
    return E_RECEIPTS.get(client_id, service_sk(service), ServiceItem.model_validate)


def open_application(
    client_id: str, service: AdditionalService, seen: ServiceItem | None, application_id: str
) -> Write:
    """Note the one application that may be open, unless another is."""
    sk = service_sk(service)
    opened = {"open_application": application_id}
    shown = {"state": ApplicationState.SUBMITTED.value}
    if seen is None:
        item = {"client_id": client_id, "sk": sk, "enabled": False, **shown, **opened}
        return E_RECEIPTS.put(item, new=True, otherwise=ApplicationOpen())
    closed = Attr("open_application").not_exists() & Attr("state").eq(seen.state.value)
    return E_RECEIPTS.update(
        client_id,
        sk,
        put=opened if seen.state is ApplicationState.APPROVED else opened | shown,
        when=closed,
        otherwise=ApplicationOpen(),
    )


def service_sk(service: AdditionalService) -> str:
    """Return the sort key of a service's item."""
    return f"service#{service.value}"
