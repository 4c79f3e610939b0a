"""XML of the exchange: windows-1251, read with nothing in it that could harm, written by lxml.

Whoever sends a file is a stranger, so a file may not declare a type of its own: without DTD there
are no entities to multiply or to fetch. The parser's own limits bound depth and length of values.
"""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Iterable
from io import BytesIO
from typing import Final

from lxml import etree

from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.edo.formats.model import FullName
from chalicelib.services.edo.formats.refusal import TitleRefused

LARGEST: Final = 15 * 1024 * 1024
"""Bytes of a file that the exchange takes."""

_ENCODING: Final = "windows-1251"
_DECLARATION: Final = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.0["']\s+encoding\s*=\s*["']windows-1251["']\s*"""
    rb"""(standalone\s*=\s*["'](yes|no)["']\s*)?\?>""",
    re.IGNORECASE,
)


def parse(content: bytes) -> etree._Element:
    """The root element of a file; raises `TitleRefused`."""
    if len(content) > LARGEST:
        raise TitleRefused(("", f"Файл больше {LARGEST // 1024**2} МБ."))
    if not _DECLARATION.match(content):
        raise TitleRefused(
            (
                "",
                "Файл должен быть документом XML в кодировке windows-1251 и начинаться "
                'с <?xml version="1.0" encoding="windows-1251"?>.',
            )
        )
    if re.search(rb"<!DOCTYPE|<!ENTITY", content, re.IGNORECASE):
        raise TitleRefused(("", "Файл содержит описание типа (DOCTYPE), формат его не допускает."))
    parser = etree.XMLParser(
        encoding=_ENCODING,  # of the bytes just looked at, so that none can hide from the look
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise TitleRefused(
            ("", f"Файл не читается как XML: ошибка в строке {line}, позиция {column}.")
        ) from None


def serialise(root: etree._Element) -> bytes:
    """The bytes of a file; what windows-1251 lacks is written as character references."""
    out = BytesIO()
    # By hand: lxml writes the declaration in single quotes, and others read it by eye or pattern.
    out.write(f'<?xml version="1.0" encoding="{_ENCODING}"?>\n'.encode())
    root.getroottree().write(out, encoding=_ENCODING, xml_declaration=False)
    return out.getvalue()


def add(
    parent: etree._Element, name: str, text: str | None = None, /, **attributes: str | None
) -> etree._Element:
    """Append an element; an attribute that is None is left out."""
    said = {key: value for key, value in attributes.items() if value is not None}
    child = etree.SubElement(parent, name, said)
    child.text = text
    return child


def add_person(parent: etree._Element, name: FullName) -> etree._Element:
    """Append a person's name, which all formats write alike."""
    return add(parent, "ФИО", Фамилия=name.surname, Имя=name.given_name, Отчество=name.patronymic)


def place(element: etree._Element, attribute: str | None = None) -> str:
    """Where an element or its attribute stands, as `TitleRefused` tells it."""
    path = element.getroottree().getpath(element)
    return f"{path}/@{attribute}" if attribute else path


def add_signatures(parent: etree._Element, name: str, signatures: Iterable[bytes]) -> None:
    """Append signatures (DER), each an element of base64."""
    for one in signatures:
        add(parent, name, base64.b64encode(one).decode())


def signature(element: etree._Element) -> bytes:
    """The signature (DER) inside an element, base64 there; raises `TitleRefused`."""
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise TitleRefused((place(element), "Подпись должна быть записана в base64.")) from None


def child(parent: etree._Element, name: str) -> etree._Element:
    """A child that the schema requires."""
    found = parent.find(name)
    if found is None:
        raise KeyError(name)
    return found


def attribute(element: etree._Element, name: str) -> str:
    """An attribute that the schema requires."""
    value = element.get(name)
    if value is None:
        raise KeyError(name)
    return value


def date(element: etree._Element, name: str) -> dt.date:
    """The date in an attribute; raises `TitleRefused`: the schemas let in 29.02.1900."""
    day, month, year = attribute(element, name).split(".")
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        raise TitleRefused((place(element, name), "Такой даты нет в календаре.")) from None


def moment(element: etree._Element, date_name: str, time_name: str) -> dt.datetime:
    """Date and time in two attributes, of no zone; raises `TitleRefused`."""
    time = dt.time.fromisoformat(attribute(element, time_name).replace(".", ":"))
    return dt.datetime.combine(date(element, date_name), time)


def date_and_time(at: dt.datetime) -> tuple[str, str]:
    """An aware moment as the formats write it: date and time of Moscow."""
    here = at.astimezone(MOSCOW)
    return f"{here:%d.%m.%Y}", f"{here:%H.%M.%S}"
