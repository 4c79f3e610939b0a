"""SOAP 1.1 and 1.2, document/literal: as much of it as 1С's web services speak.

What an operation takes and returns is said once, as an :class:`Operation`: calls are read by it,
answers written, and the WSDL is made of it.
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
"""1С's own types."""
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"

Version = Literal["1.1", "1.2"]
_ENVELOPES: dict[str, Version] = {
    "http://schemas.xmlsoap.org/soap/envelope/": "1.1",
    "http://www.w3.org/2003/05/soap-envelope": "1.2",
}
_NAMESPACES = {version: namespace for namespace, version in _ENVELOPES.items()}
MEDIA_TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST = 1_024
"""Characters of a string parameter."""

Type = Literal[
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
class Parameter:
    """What goes in or comes out under a name."""

    name: str
    type: Type
    nillable: bool = False


@dataclasses.dataclass(frozen=True)
class Operation:
    """What is sent and what is answered, in this order."""

    takes: tuple[Parameter, ...] = ()
    returns: tuple[Parameter, ...] = ()


@dataclasses.dataclass(frozen=True)
class Service:
    """A web service by its name, its namespace and its operations."""

    name: str
    namespace: str
    operations: Mapping[str, Operation]


@dataclasses.dataclass(frozen=True)
class Xml:
    """Content of an element that is written already, of a type of 1С's."""

    text: str


@dataclasses.dataclass(frozen=True)
class Call:
    """A call as it came."""

    operation: str
    arguments: Mapping[str, Any]


def version_of(content_type: str) -> Version:
    """Return the version of SOAP that a ``Content-Type`` belongs to."""
    return "1.2" if content_type.lower().startswith("application/soap+xml") else "1.1"


def read(service: Service, content: bytes) -> Call:
    """Read a call.

    Raises:
        SoapFault: it is not XML, bears a DTD or entities, or is no call of the service.
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
    (said,) = body
    namespace, _, name = said.tag.rpartition("}")
    if namespace != f"{{{service.namespace}" or name not in service.operations:
        raise SoapFault(f"Сервис {service.name} не знает такой операции.")
    wanted = service.operations[name].takes
    return Call(name, {one.name: _read(service, said, one) for one in wanted})


def _read(service: Service, said: Element, parameter: Parameter) -> Any:
    found = said.find(f"{{{service.namespace}}}{parameter.name}")
    if found is None or found.get(f"{{{XSI}}}nil") in ("true", "1"):
        if parameter.nillable:
            return None
        raise SoapFault(f"Не передан параметр {parameter.name}.")
    if parameter.type in ("Structure", "Array"):
        return found
    text = found.text or ""
    try:
        return _value(parameter.type, text)
    except ValueError:
        raise SoapFault(f"Неверное значение параметра {parameter.name}.") from None


def _value(kind: Type, text: str) -> Any:
    match kind:
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


def answer(service: Service, operation: str, results: Mapping[str, Any], version: Version) -> bytes:
    """Return the answer to a call."""
    parts = "".join(
        _write(one, results.get(one.name)) for one in service.operations[operation].returns
    )
    name = f"m:{operation}Response"
    said = f"<{name} xmlns:m={quoteattr(service.namespace)}>{parts}</{name}>"
    return _envelope(said, version)


def fault(problem: Problem, version: Version) -> bytes:
    """Return a problem as a fault: the caller's, since ours are never told."""
    text = escape(problem.detail)
    if version == "1.1":
        said = (
            "<s:Fault><faultcode>s:Client</faultcode>"
            f'<faultstring xml:lang="ru">{text}</faultstring>'
            f"<detail><problem>{escape(problem.slug)}</problem></detail></s:Fault>"
        )
    else:
        said = (
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
            f'<s:Reason><s:Text xml:lang="ru">{text}</s:Text></s:Reason>'
            f"<s:Detail><problem>{escape(problem.slug)}</problem></s:Detail></s:Fault>"
        )
    return _envelope(said, version)


def _envelope(said: str, version: Version) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<s:Envelope xmlns:s="{_NAMESPACES[version]}" xmlns:xs="{XS}" xmlns:xsi="{XSI}">'
        f"<s:Body>{said}</s:Body></s:Envelope>"
    ).encode()


def _write(parameter: Parameter, value: Any) -> str:
    name = f"m:{parameter.name}"
    match value:
        case None:
            return f'<{name} xsi:nil="true"/>'
        case bool():
            text = "true" if value else "false"
        case bytes():
            text = base64.b64encode(value).decode()
        case Xml():
            text = value.text
        case _:
            text = escape(str(value))
    return f"<{name}>{text}</{name}>"


# --- 1С's own types


def array(values: Sequence[str]) -> Xml:
    """Return an ``Array`` of strings."""
    return Xml(
        "".join(
            f'<Value xmlns="{CORE}" xsi:type="xs:string">{escape(one)}</Value>' for one in values
        )
    )


def structure(members: Mapping[str, str | bool | Xml]) -> Xml:
    """Return a ``Structure``; what is written already brings its ``Value`` itself."""
    return Xml(
        "".join(
            f'<Property xmlns="{CORE}" name={quoteattr(name)}>{_member(value)}</Property>'
            for name, value in members.items()
        )
    )


def _member(value: str | bool | Xml) -> str:
    match value:
        case Xml():
            return value.text
        case bool():
            return f'<Value xsi:type="xs:boolean">{"true" if value else "false"}</Value>'
        case _:
            return f'<Value xsi:type="xs:string">{escape(value)}</Value>'


def strings(values: Sequence[str]) -> Xml:
    """Return a member of a structure that is an ``Array`` of strings."""
    inner = "".join(f'<Value xsi:type="xs:string">{escape(one)}</Value>' for one in values)
    return Xml(f'<Value xsi:type="Array">{inner}</Value>')


def table(
    columns: Mapping[str, Literal["string", "boolean"]], rows: Sequence[Sequence[str | bool]]
) -> Xml:
    """Return a member of a structure that is a ``ValueTable``."""
    head = "".join(
        f"<column><Name>{escape(name)}</Name><ValueType><Type>xs:{kind}</Type></ValueType></column>"
        for name, kind in columns.items()
    )
    body = "".join(f"<row>{''.join(map(_member, row))}</row>" for row in rows)
    return Xml(f'<Value xsi:type="ValueTable">{head}{body}</Value>')


def text_of(said: Element, name: str) -> str | None:
    """Return the text of a member of a ``Structure`` that came, if it has such a one."""
    for one in said.iter(f"{{{CORE}}}Property"):
        if one.get("name") == name:
            value = one.find(f"{{{CORE}}}Value")
            return None if value is None else value.text
    return None


def decode(said: str) -> Element:
    """Read XML that came inside a string.

    Raises:
        SoapFault: it is none, or bears a DTD or entities.
    """
    try:
        found: Element = ElementTree.fromstring(said, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise SoapFault("Параметры настройки не читаются.") from None
    return found
