"""«Интеграция 1С: обмен»: the web services that 1С calls by itself, with its login and password.

They speak SOAP. A refusal is a fault with the sentence for the accountant in it, so that 1С shows
it; who is not known, or has to wait, is told so by HTTP.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.action import action
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.problem import Problem, Unavailable
from chalicelib.runtime.raw import Raw
from chalicelib.services.integration_1c import credentials
from chalicelib.services.integration_1c.settings import Integration1cSettings
from chalicelib.services.integration_1c.store import EXCHANGES, INTEGRATION_1C

if TYPE_CHECKING:
    from chalicelib.services.integration_1c.exchange.soap import Call, Service

_XML = "text/xml"
_FAULT = 500
"""The status of a fault (SOAP 1.1, §6.2): with another one, 1С does not show what it says."""


@action(
    "POST /ws/Exchange_3_0_1_1",
    caller="anyone",
    produces=_XML,
    reads=[ORGANISATION, FISCAL],
    writes=[INTEGRATION_1C, EXCHANGES, OUTBOX],
    timeout=29,
    memory=1536,
    rate_limit=50,
)
def exchange_with_1c(request: Raw) -> FileResponse:
    """Perform an operation of the exchange, for the client whom the password stands for."""
    from chalicelib.services.integration_1c.exchange import interface, operations

    client_id = credentials.authenticate(request.headers.get("authorization", ""))
    return _answer(interface.EXCHANGE, request, lambda call: operations.perform(client_id, call))


@action(
    "POST /ws/InterfaceVersion",
    caller="anyone",
    produces=_XML,
    writes=[INTEGRATION_1C],
    rate_limit=20,
)
def tell_interface_versions(request: Raw) -> FileResponse:
    """Tell 1С which versions of an interface there are."""
    from chalicelib.services.integration_1c.exchange import interface

    credentials.authenticate(request.headers.get("authorization", ""))
    return _answer(interface.INTERFACE_VERSION, request, interface.get_versions)


@action(
    "GET /ws/Exchange_3_0_1_1", caller="anyone", produces=_XML, settings=[Integration1cSettings]
)
def describe_exchange() -> FileResponse:
    """Return the WSDL of the exchange service, with its address in this deployment."""
    from chalicelib.services.integration_1c.exchange import interface

    return _description(interface.EXCHANGE)


@action(
    "GET /ws/InterfaceVersion", caller="anyone", produces=_XML, settings=[Integration1cSettings]
)
def describe_interface_version() -> FileResponse:
    """Return the WSDL of the service that tells which interfaces there are."""
    from chalicelib.services.integration_1c.exchange import interface

    return _description(interface.INTERFACE_VERSION)


def _answer(
    service: "Service", request: Raw, perform: "Callable[[Call], Mapping[str, Any]]"
) -> FileResponse:
    from chalicelib.services.integration_1c.exchange import soap

    logger.remove_keys(["operation"])
    version = soap.version_of(request.headers.get("content-type", ""))
    media_type = soap.MEDIA_TYPES[version]
    try:
        call = soap.read(service, request.body)
        logger.append_keys(operation=call.operation)
        content = soap.answer(service, call.operation, perform(call), version)
    except Unavailable:
        raise
    except Problem as problem:
        logger.append_keys(problem=problem.slug)
        return FileResponse(soap.fault(problem, version), media_type, None, status=_FAULT)
    return FileResponse(content, media_type, None)


def _description(service: "Service") -> FileResponse:
    from chalicelib.services.integration_1c.exchange import wsdl

    address = f"{Integration1cSettings.load().public_url}/ws/{service.name}"
    return FileResponse(wsdl.wsdl(service, address), "text/xml; charset=utf-8", None)
