"""XML of the exchange, in windows-1251.

The senders of files are not trusted. A file must not contain a DTD, because a DTD may declare
entities that expand without limit or refer to other files. The limits of the parser bound the depth
of a file and the length of its values.
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
"""Bytes of a file, at most."""

_ENCODING: Final = "windows-1251"
_DECLARATION: Final = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.0["']\s+encoding\s*=\s*["']windows-1251["']\s*"""
    rb"""(standalone\s*=\s*["'](yes|no)["']\s*)?\?>""",
    re.IGNORECASE,
)


def parse(content: bytes) -> etree._Element:
    """Return the root element of a file.

    Raises:
        TitleRefused: the file is too large, has another encoding, contains a DTD or is no XML.
    """
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
        encoding=_ENCODING,  # the encoding in which the patterns above were searched for
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
    """Return the content of a file, with references for characters that windows-1251 lacks."""
    out = BytesIO()
    # lxml would write the declaration in single quotes, which some programs do not recognise.
    out.write(f'<?xml version="1.0" encoding="{_ENCODING}"?>\n'.encode())
    root.getroottree().write(out, encoding=_ENCODING, xml_declaration=False)
    return out.getvalue()


def add(
    parent: etree._Element, name: str, text: str | None = None, /, **attributes: str | None
) -> etree._Element:
    """Append an element and return it; attributes that are None are omitted."""
    present = {key: value for key, value in attributes.items() if value is not None}
    child = etree.SubElement(parent, name, present)
    child.text = text
    return child


def add_person(parent: etree._Element, name: FullName) -> etree._Element:
    """Append a person's name; all formats write names alike."""
    return add(parent, "ФИО", Фамилия=name.surname, Имя=name.given_name, Отчество=name.patronymic)


def place(element: etree._Element, attribute: str | None = None) -> str:
    """Return the place of an element or of its attribute, see :class:`TitleRefused`."""
    path = element.getroottree().getpath(element)
    return f"{path}/@{attribute}" if attribute else path


def add_signatures(parent: etree._Element, name: str, signatures: Iterable[bytes]) -> None:
    """Append each signature, given as DER, as an element with base64."""
    for signature in signatures:
        add(parent, name, base64.b64encode(signature).decode())


def read_signature(element: etree._Element) -> bytes:
    """Return the signature in an element, as DER.

    Raises:
        TitleRefused: the text of the element is not base64.
    """
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise TitleRefused((place(element), "Подпись должна быть записана в base64.")) from None


def child(parent: etree._Element, name: str) -> etree._Element:
    """Return a child that the schema requires.

    Raises:
        KeyError: there is no such child.
    """
    element = parent.find(name)
    if element is None:
        raise KeyError(name)
    return element


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute that the schema requires.

    Raises:
        KeyError: there is no such attribute.
    """
    value = element.get(name)
    if value is None:
        raise KeyError(name)
    return value


def date(element: etree._Element, name: str) -> dt.date:
    """Return the date in an attribute.

    Raises:
        TitleRefused: the calendar has no such date; the schemas permit 29.02.1900.
    """
    day, month, year = attribute(element, name).split(".")
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        raise TitleRefused((place(element, name), "Такой даты нет в календаре.")) from None


def moment(element: etree._Element, date_name: str, time_name: str) -> dt.datetime:
    """Return the naive moment whose date and time are in two attributes.

    Raises:
        TitleRefused: see :func:`date`.
    """
    time = dt.time.fromisoformat(attribute(element, time_name).replace(".", ":"))
    return dt.datetime.combine(date(element, date_name), time)


def date_and_time(at: dt.datetime) -> tuple[str, str]:
    """Return the date and the time of an aware moment in Moscow, as the formats write them."""
    here = at.astimezone(MOSCOW)
    return f"{here:%d.%m.%Y}", f"{here:%H.%M.%S}"
