"""WSDL 1.1 of a web service."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

from chalicelib.services.integration_1c.web_service.soap import SoapParameter, SoapService

_CORE = Path(__file__).with_name("core.xsd")
_OF_CORE = {"UUID", "Structure", "Array", "ValueStorage"}
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_SOAP_12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_HTTP = "http://schemas.xmlsoap.org/soap/http"


def wsdl(service: SoapService, address: str) -> bytes:
    """Return the WSDL of ``service`` at ``address``, for SOAP 1.1 and 1.2."""
    operations = service.operations.items()
    elements = "".join(
        _element(name, operation.takes) + _element(f"{name}Response", operation.returns)
        for name, operation in operations
    )
    messages = "".join(_messages(name) for name, _ in operations)
    port_type = "".join(_abstract(name) for name, _ in operations)
    bindings = "".join(
        f'<binding name="{service.name}{suffix}Binding" type="tns:{service.name}PortType">'
        f'<{prefix}:binding style="document" transport="{_HTTP}"/>'
        f"{''.join(_bound(service, name, prefix) for name, _ in operations)}</binding>"
        for suffix, prefix in (("Soap", "soap"), ("Soap12", "soap12"))
    )
    ports = "".join(
        f'<port name="{service.name}{suffix}" binding="tns:{service.name}{suffix}Binding">'
        f"<{prefix}:address location={quoteattr(address)}/></port>"
        for suffix, prefix in (("Soap", "soap"), ("Soap12", "soap12"))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="{_SOAP}" '
        f'xmlns:soap12="{_SOAP_12}" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'xmlns:core="http://v8.1c.ru/8.1/data/core" '
        f'xmlns:tns="{service.namespace}" targetNamespace="{service.namespace}" '
        f'name="{service.name}"><types>{_CORE.read_text(encoding="utf-8")}'
        f'<xs:schema targetNamespace="{service.namespace}" elementFormDefault="qualified">'
        '<xs:import namespace="http://v8.1c.ru/8.1/data/core"/>'
        f"{elements}</xs:schema></types>{messages}"
        f'<portType name="{service.name}PortType">{port_type}</portType>{bindings}'
        f'<service name="{service.name}">{ports}</service></definitions>'
    ).encode()


def _element(name: str, parameters: tuple[SoapParameter, ...]) -> str:
    inner = "".join(
        f'<xs:element name="{parameter.name}"'
        f' type="{"core" if parameter.type in _OF_CORE else "xs"}:{parameter.type}"'
        f"{_nillable(parameter)}/>"
        for parameter in parameters
    )
    return (
        f'<xs:element name="{name}"><xs:complexType><xs:sequence>{inner}'
        "</xs:sequence></xs:complexType></xs:element>"
    )


def _nillable(parameter: SoapParameter) -> str:
    return ' nillable="true"' if parameter.nillable else ""


def _messages(name: str) -> str:
    return "".join(
        f'<message name="{name}{kind}Message">'
        f'<part name="parameters" element="tns:{name}{suffix}"/></message>'
        for kind, suffix in (("Request", ""), ("Response", "Response"))
    )


def _abstract(name: str) -> str:
    return (
        f'<operation name="{name}"><input message="tns:{name}RequestMessage"/>'
        f'<output message="tns:{name}ResponseMessage"/></operation>'
    )


def _bound(service: SoapService, name: str, prefix: str) -> str:
    body = f'<{prefix}:body use="literal"/>'
    action = f"{service.namespace}#{service.name}:{name}"
    return (
        f'<operation name="{name}">'
        f'<{prefix}:operation style="document" soapAction="{action}"/>'
        f"<input>{body}</input><output>{body}</output></operation>"
    )
