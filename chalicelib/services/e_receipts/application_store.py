"""Items of the additional services in the table EReceipts: ``service#<service>``.

An application is recorded here when it is submitted. Later changes of its state are written to the
item by moderation, see :class:`ApplicationSubject`.
"""

from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.moderation.model import ApplicationState, ApplicationSubject
from chalicelib.core.moderation.rules import ApplicationOpen
from chalicelib.runtime.table import Get, Table, Write
from chalicelib.services.e_receipts.application_model import AdditionalService, ServiceItem

E_RECEIPTS = Table("EReceipts")


def service_item(client_id: str, service: AdditionalService) -> Get[ServiceItem]:
    """Describe the read of a client's service; there is no item before the first application."""
    return E_RECEIPTS.get(client_id, service_sk(service), ServiceItem.model_validate)


def subject(
    service: AdditionalService, outcomes: dict[ApplicationState, dict[str, Any]]
) -> ApplicationSubject:
    """Return the item that an application is about, and what each state writes to the item."""
    return ApplicationSubject(table=E_RECEIPTS.name, sk=service_sk(service), outcomes=outcomes)


def open_application(
    client_id: str, service: AdditionalService, current: ServiceItem | None, application_id: str
) -> Write:
    """Describe the write that records an open application.

    The commit raises ApplicationOpen if another application is open.
    """
    sk = service_sk(service)
    opened = {"open_application": application_id}
    submitted = {"state": ApplicationState.SUBMITTED.value}
    if current is None:
        item = {"client_id": client_id, "sk": sk, "enabled": False, **submitted, **opened}
        return E_RECEIPTS.put(item, new=True, otherwise=ApplicationOpen())
    unchanged = Attr("open_application").not_exists() & Attr("state").eq(current.state.value)
    return E_RECEIPTS.update(
        client_id,
        sk,
        put=opened if current.state is ApplicationState.APPROVED else opened | submitted,
        when=unchanged,
        otherwise=ApplicationOpen(),
    )


def service_sk(service: AdditionalService) -> str:
    """Return the sort key of a service's item."""
    return f"service#{service.value}"
