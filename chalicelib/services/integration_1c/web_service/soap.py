"""The part of SOAP 1.1 and 1.2 (document/literal) that the web services of 1C use.

A :class:`SoapOperation` declares the parameters and results of an operation. Calls are parsed by
this declaration, answers are written by it, and the WSDL is generated from it.
"""

import base64
import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

import defusedxml.ElementTree as ElementTree
from defusedxml.common import DefusedXmlException

from chalicelib.runtime.problem import Problem
from chalicelib.services.integration_1c.rules import SoapFault

CORE = "http://v8.1c.ru/8.1/data/core"
"""Namespace of the types of 1C."""
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"

SoapVersion = Literal["1.1", "1.2"]
_ENVELOPES: dict[str, SoapVersion] = {
    "http://schemas.xmlsoap.org/soap/envelope/": "1.1",
    "http://www.w3.org/2003/05/soap-envelope": "1.2",
}
_NAMESPACES = {version: namespace for namespace, version in _ENVELOPES.items()}
MEDIA_TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST = 1_024
"""Maximum number of characters of a string parameter."""

SoapType = Literal[
    "string",
    "boolean",
    "int",
    "decimal",
    "base64Binary",
    "UUID",
    "Structure",
    "Array",
    "ValueStorage",
]


@dataclasses.dataclass(frozen=True)
class SoapParameter:
    """A parameter or a result of an operation."""

    name: str
    type: SoapType
    nillable: bool = False


@dataclasses.dataclass(frozen=True)
class SoapOperation:
    """The parameters and the results of an operation, in order."""

    takes: tuple[SoapParameter, ...] = ()
    returns: tuple[SoapParameter, ...] = ()


@dataclasses.dataclass(frozen=True)
class SoapService:
    """A web service: its name, namespace and operations by name."""

    name: str
    namespace: str
    operations: Mapping[str, SoapOperation]


@dataclasses.dataclass(frozen=True)
class XmlContent:
    """The content of an element as XML text, of a type of 1C."""

    text: str


@dataclasses.dataclass(frozen=True)
class SoapCall:
    """A call: the operation and its arguments by name."""

    operation: str
    arguments: Mapping[str, Any]


def version_of(content_type: str) -> SoapVersion:
    """Return the SOAP version that a ``Content-Type`` header states."""
    return "1.2" if content_type.lower().startswith("application/soap+xml") else "1.1"


def parse(service: SoapService, content: bytes) -> SoapCall:
    """Return the call in an envelope.

    Raises:
        SoapFault: the content is not XML, contains a DTD or entities, or is not a valid call of
            the service.
    """
    try:
        envelope = ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise SoapFault("Запрос не является сообщением SOAP.") from None
    namespace, _, name = envelope.tag.rpartition("}")
    if namespace.removeprefix("{") not in _ENVELOPES or name != "Envelope":
        raise SoapFault("Запрос не является сообщением SOAP.")
    body = envelope.find(f"{namespace}}}Body")
    if body is None or len(body) != 1:
        raise SoapFault("В запросе должна быть одна операция.")
    (request,) = body
    namespace, _, name = request.tag.rpartition("}")
    if namespace != f"{{{service.namespace}" or name not in service.operations:
        raise SoapFault(f"Сервис {service.name} не знает такой операции.")
    parameters = service.operations[name].takes
    return SoapCall(
        name,
        {parameter.name: _argument(service, request, parameter) for parameter in parameters},
    )


def _argument(service: SoapService, request: Element, parameter: SoapParameter) -> Any:
    element = request.find(f"{{{service.namespace}}}{parameter.name}")
    if element is None or element.get(f"{{{XSI}}}nil") in ("true", "1"):
        if parameter.nillable:
            return None
        raise SoapFault(f"Не передан параметр {parameter.name}.")
    if parameter.type in ("Structure", "Array"):
        return element
    text = element.text or ""
    try:
        return _value(parameter.type, text)
    except ValueError:
        raise SoapFault(f"Неверное значение параметра {parameter.name}.") from None


def _value(type_: SoapType, text: str) -> Any:
    match type_:
        case "base64Binary" | "ValueStorage":
            return base64.b64decode("".join(text.split()), validate=True)
        case "boolean":
            if text.strip() not in ("true", "1", "false", "0"):
                raise ValueError
            return text.strip() in ("true", "1")
        case "int":
            return _int(text)
        case "decimal":
            return _int(text.partition(".")[0])
        case "UUID":
            if not _UUID.fullmatch(text.strip()):
                raise ValueError
            return text.strip().lower()
        case _:
            if len(text) > _LONGEST:
                raise ValueError
            return text


def _int(text: str) -> int:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", text):
        raise ValueError
    return int(text)


def answer(
    service: SoapService, operation: str, results: Mapping[str, Any], version: SoapVersion
) -> bytes:
    """Return the envelope with the results of an operation."""
    parts = "".join(
        _element(result, results.get(result.name))
        for result in service.operations[operation].returns
    )
    name = f"m:{operation}Response"
    response = f"<{name} xmlns:m={quoteattr(service.namespace)}>{parts}</{name}>"
    return _envelope(response, version)


def fault(problem: Problem, version: SoapVersion) -> bytes:
    """Return a problem as a fault of the caller (``Client`` in SOAP 1.1, ``Sender`` in 1.2)."""
    text = escape(problem.detail)
    if version == "1.1":
        body = (
            "<s:Fault><faultcode>s:Client</faultcode>"
            f'<faultstring xml:lang="ru">{text}</faultstring>'
            f"<detail><problem>{escape(problem.slug)}</problem></detail></s:Fault>"
        )
    else:
        body = (
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
            f'<s:Reason><s:Text xml:lang="ru">{text}</s:Text></s:Reason>'
            f"<s:Detail><problem>{escape(problem.slug)}</problem></s:Detail></s:Fault>"
        )
    return _envelope(body, version)


def _envelope(body: str, version: SoapVersion) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<s:Envelope xmlns:s="{_NAMESPACES[version]}" xmlns:xs="{XS}" xmlns:xsi="{XSI}">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _element(parameter: SoapParameter, value: Any) -> str:
    name = f"m:{parameter.name}"
    match value:
        case None:
            return f'<{name} xsi:nil="true"/>'
        case bool():
            text = "true" if value else "false"
        case bytes():
            text = base64.b64encode(value).decode()
        case XmlContent():
            text = value.text
        case _:
            text = escape(str(value))
    return f"<{name}>{text}</{name}>"


# --- types of 1C


def array(values: Sequence[str]) -> XmlContent:
    """Return an ``Array`` of strings, as a result."""
    return XmlContent(
        "".join(
            f'<Value xmlns="{CORE}" xsi:type="xs:string">{escape(value)}</Value>'
            for value in values
        )
    )


def structure(members: Mapping[str, str | bool | XmlContent]) -> XmlContent:
    """Return a ``Structure``. A member given as ``XmlContent`` contains its ``Value`` element."""
    return XmlContent(
        "".join(
            f'<Property xmlns="{CORE}" name={quoteattr(name)}>{_member(value)}</Property>'
            for name, value in members.items()
        )
    )


def _member(value: str | bool | XmlContent) -> str:
    match value:
        case XmlContent():
            return value.text
        case bool():
            return f'<Value xsi:type="xs:boolean">{"true" if value else "false"}</Value>'
        case _:
            return f'<Value xsi:type="xs:string">{escape(value)}</Value>'


def strings(values: Sequence[str]) -> XmlContent:
    """Return an ``Array`` of strings, as a member of a structure."""
    inner = "".join(f'<Value xsi:type="xs:string">{escape(value)}</Value>' for value in values)
    return XmlContent(f'<Value xsi:type="Array">{inner}</Value>')


def table(
    columns: Mapping[str, Literal["string", "boolean"]], rows: Sequence[Sequence[str | bool]]
) -> XmlContent:
    """Return a ``ValueTable``, as a member of a structure."""
    head = "".join(
        f"<column><Name>{escape(name)}</Name><ValueType><Type>xs:{kind}</Type></ValueType></column>"
        for name, kind in columns.items()
    )
    body = "".join(f"<row>{''.join(map(_member, row))}</row>" for row in rows)
    return XmlContent(f'<Value xsi:type="ValueTable">{head}{body}</Value>')


def member_text(parameters: Element, name: str) -> str | None:
    """Return the text of a member of a received ``Structure``; None without such a member."""
    for member in parameters.iter(f"{{{CORE}}}Property"):
        if member.get("name") == name:
            value = member.find(f"{{{CORE}}}Value")
            return None if value is None else value.text
    return None


def parse_settings(text: str) -> Element:
    """Return the XML in a string parameter.

    Raises:
        SoapFault: the text is not XML, or contains a DTD or entities.
    """
    try:
        settings: Element = ElementTree.fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise SoapFault("Параметры настройки не читаются.") from None
    return settings
