"""«Интеграция 1С: обмен»: the web services that 1C calls with its own login and password.

The protocol is SOAP. A problem is answered as a SOAP fault with its Russian detail, which 1C
shows to the accountant. A wrong password and an unavailable service are answered by HTTP status.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.action import action
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.problem import Problem, TooLarge, Unavailable
from chalicelib.runtime.raw_request import RawRequest
from chalicelib.services.integration_1c import credentials
from chalicelib.services.integration_1c.resources import EXCHANGES, INTEGRATION_1C
from chalicelib.services.integration_1c.settings import Integration1cSettings

if TYPE_CHECKING:
    from chalicelib.services.integration_1c.web_service.soap import SoapCall, SoapService

_XML = "text/xml"
_FAULT = 500
"""HTTP status of a fault (SOAP 1.1, section 6.2). With any other status 1C hides the text."""


@action(
    "POST /ws/Exchange_3_0_1_1",
    caller="anyone",
    produces=_XML,
    reads=[ORGANISATION, FISCAL, FISCAL_ARCHIVE],
    writes=[INTEGRATION_1C, EXCHANGES, OUTBOX],
    timeout=29,
    memory=1536,
    rate_limit=50,
)
def exchange_with_1c(request: RawRequest) -> FileResponse:
    """Perform an operation of the exchange for the client whose credentials the request bears."""
    from chalicelib.services.integration_1c.web_service import interface, operations

    client_id = credentials.authenticate(request.headers.get("authorization", ""))
    return _answer(interface.EXCHANGE, request, lambda call: operations.perform(client_id, call))


@action(
    "POST /ws/InterfaceVersion",
    caller="anyone",
    produces=_XML,
    writes=[INTEGRATION_1C],
    rate_limit=20,
)
def tell_interface_versions(request: RawRequest) -> FileResponse:
    """Return the supported versions of an interface of 1C."""
    from chalicelib.services.integration_1c.web_service import interface

    credentials.authenticate(request.headers.get("authorization", ""))
    return _answer(interface.INTERFACE_VERSION, request, interface.get_versions)


@action(
    "GET /ws/Exchange_3_0_1_1", caller="anyone", produces=_XML, settings=[Integration1cSettings]
)
def describe_exchange() -> FileResponse:
    """Return the WSDL of the exchange service with its address in this deployment."""
    from chalicelib.services.integration_1c.web_service import interface

    return _description(interface.EXCHANGE)


@action(
    "GET /ws/InterfaceVersion", caller="anyone", produces=_XML, settings=[Integration1cSettings]
)
def describe_interface_version() -> FileResponse:
    """Return the WSDL of the service that lists interface versions."""
    from chalicelib.services.integration_1c.web_service import interface

    return _description(interface.INTERFACE_VERSION)


def _answer(
    service: "SoapService", request: RawRequest, perform: "Callable[[SoapCall], Mapping[str, Any]]"
) -> FileResponse:
    """Answer a call with the result of ``perform``, or with a fault.

    Raises:
        Unavailable: a cloud service does not answer; 1C repeats the call later.
    """
    from chalicelib.services.integration_1c.web_service import soap

    logger.remove_keys(["operation"])
    version = soap.version_of(request.headers.get("content-type", ""))
    media_type = soap.MEDIA_TYPES[version]
    try:
        call = soap.parse(service, _body(request))
        logger.append_keys(operation=call.operation)
        content = soap.answer(service, call.operation, perform(call), version)
    except Unavailable:
        raise
    except Problem as problem:
        logger.append_keys(problem=problem.slug)
        return FileResponse(soap.fault(problem, version), media_type, None, status=_FAULT)
    return FileResponse(content, media_type, None)


def _body(request: RawRequest) -> bytes:
    from chalicelib.services.integration_1c.exchange.rules import PartTooLarge

    try:
        return request.body
    except TooLarge:
        # Nothing else that 1C sends is large.
        raise PartTooLarge from None


def _description(service: "SoapService") -> FileResponse:
    from chalicelib.services.integration_1c.web_service import wsdl

    address = f"{Integration1cSettings.load().public_url}/ws/{service.name}"
    return FileResponse(wsdl.wsdl(service, address), "text/xml; charset=utf-8", None)
