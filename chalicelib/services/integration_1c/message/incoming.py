"""Reads a message of 1С: its numbers, and its ``Номенклатура``. Nothing in it is trusted."""

import io
import struct
import uuid
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from chalicelib.services.integration_1c.message.nomenclature import LONGEST_NAME, SentItem

NAMESPACE = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData/"

MOST_BYTES = 64 * 1024 * 1024
"""Of XML, once unzipped."""
_MOST_ITEMS = 200_000
_MOST_PARTS = 1_000_000
"""Elements and attributes: what they cost to read is theirs, not their bytes'."""
_READ_AT_ONCE = 1024 * 1024
_MOST_SILENT = 16
"""Reads in a row in which no element begins."""
_DEEPEST = 64
_MOST_DIGITS = 15
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    struct.error,
    RuntimeError,  # a password
    OSError,
    ValueError,
)


class BadMessage(ValueError):
    """Not a message that can be taken; the text says why, in Russian."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What of a message matters to us."""

    version: str
    """Of the format, such as ``1.17``."""
    available_versions: tuple[str, ...]
    sender: str | None
    recipient: str | None
    message_no: int | None
    """The number of this message, by 1С's count; none in a file made by hand."""
    received_no: int | None
    """The last of our messages that 1С took in: those up to it are confirmed."""
    items: tuple[SentItem, ...]


def unzip(content: bytes, *, most: int = MOST_BYTES) -> bytes:
    """Return the one XML file of an archive.

    Raises:
        BadMessage: no archive, not one XML file in it, or more than ``most`` bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            named = [one for one in archive.filelist if one.filename.casefold().endswith(".xml")]
            if len(named) != 1 or named[0].compress_type not in _METHODS:
                raise BadMessage("В архиве должен быть один файл XML, сжатый обычным способом.")
            # The size that the archive itself states is the sender's word, so it is not asked.
            with archive.open(named[0]) as file:
                found = file.read(most + 1)
    except BadMessage:
        raise
    except _UNREADABLE as error:
        raise BadMessage("Архив ZIP не читается.") from error
    if len(found) > most:
        raise BadMessage("Сообщение слишком большое.")
    return found


def read(content: bytes) -> Incoming:
    """Read a message.

    Raises:
        BadMessage: not well-formed, a DTD or an entity, too deep, too large, no EnterpriseData.
    """
    if len(content) > MOST_BYTES:
        raise BadMessage("Сообщение слишком большое.")
    header: Element | None = None
    items: dict[uuid.UUID, SentItem] = {}
    barcodes: dict[uuid.UUID, list[str]] = defaultdict(list)
    for name, element in _parts(content):
        if name == "Header":
            header = element
        elif name == "Справочник.Номенклатура" and (item := _item(element)):
            items[item.id] = item
        elif name == "Справочник.ШтрихкодыНоменклатуры":
            for identifier in _bearers(element):
                barcodes[identifier].append(_text(element, "Штрихкод") or "")
        if len(items) > _MOST_ITEMS:
            raise BadMessage("В сообщении слишком много номенклатуры.")
    if header is None:
        raise BadMessage("В сообщении нет заголовка EnterpriseData.")
    return _incoming(
        header,
        tuple(
            item.model_copy(update={"barcodes": tuple(barcodes.get(item.id, ()))})
            for item in items.values()
        ),
    )


class _Source:
    """A message for the parser, in larger pieces than it asks for.

    Expat before 2.6 begins an unfinished tag anew with every piece (CVE-2023-52425), so that many
    small pieces of a large tag take hours.
    """

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)
        self._silent = 0
        self._parts = 0

    def read(self, _size: int = -1, /) -> bytes:
        """Return the next piece."""
        self._silent += 1
        if self._silent > _MOST_SILENT:
            raise BadMessage("В сообщении слишком большой элемент.")
        return self._file.read(_READ_AT_ONCE)

    def answered(self, element: Element) -> None:
        """Note that an element has begun."""
        self._silent = 0
        self._parts += 1 + len(element.attrib)
        if self._parts > _MOST_PARTS:
            raise BadMessage("В сообщении слишком много элементов.")


def _parts(content: bytes) -> Iterator[tuple[str, Element]]:
    """Yield the header and then each object, with its local name, forgetting it afterwards."""
    path: list[Element] = []
    source = _Source(content)
    try:
        for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                source.answered(element)
                path.append(element)
                _expect(path)
                continue
            path.pop()
            name = _local(element)
            if len(path) == 1 and name == "Header":
                yield name, element
            elif len(path) == 2 and _local(path[1]) == "Body":
                yield name, element
                path[1].clear()
    except DefusedXmlException as error:
        raise BadMessage("DTD и сущности в сообщении не допускаются.") from error
    except (ParseError, LookupError, UnicodeError) as error:
        raise BadMessage("Сообщение не является правильным XML.") from error


def _expect(path: list[Element]) -> None:
    if len(path) > _DEEPEST:
        raise BadMessage("Элементы сообщения вложены слишком глубоко.")
    if len(path) == 1 and path[0].tag != "Message":
        raise BadMessage("Это не сообщение обмена: корневой элемент не Message.")


def _incoming(header: Element, items: tuple[SentItem, ...]) -> Incoming:
    format_name = _text(header, "Format") or ""
    if not format_name.startswith(NAMESPACE):
        raise BadMessage("Формат сообщения не EnterpriseData.")
    return Incoming(
        version=format_name.removeprefix(NAMESPACE),
        available_versions=tuple(
            (one.text or "").strip() for one in header.iterfind("{*}AvailableVersion")
        ),
        sender=_text(header, "Confirmation/From"),
        recipient=_text(header, "Confirmation/To"),
        message_no=_number(_text(header, "Confirmation/MessageNo")),
        received_no=_number(_text(header, "Confirmation/ReceivedNo")),
        items=items,
    )


def _item(element: Element) -> SentItem | None:
    identifier = _identifier(_text(element, "КлючевыеСвойства/Ссылка"))
    name = _text(element, "КлючевыеСвойства/Наименование")
    if identifier is None or name is None:
        return None
    return SentItem(
        id=identifier,
        name=name[:LONGEST_NAME],
        full_name=(_text(element, "КлючевыеСвойства/НаименованиеПолное") or name)[:LONGEST_NAME],
        unit=_text(element, "ЕдиницаИзмерения/ДанныеКлассификатора/Код"),
    )


def _bearers(element: Element) -> Iterator[uuid.UUID]:
    """Yield the items that a barcode stands on."""
    path = "Записи/Строка/ДанныеНоменклатуры/Номенклатура/Номенклатура/Ссылка"
    for found in element.iterfind(_anywhere(path)):
        if identifier := _identifier(found.text):
            yield identifier


def _anywhere(path: str) -> str:
    """Return a path in whichever version's namespace."""
    return "/".join("{*}" + step for step in path.split("/"))


def _text(element: Element, path: str) -> str | None:
    return (element.findtext(_anywhere(path)) or "").strip() or None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _identifier(said: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID((said or "").strip())
    except ValueError:
        return None


def _number(said: str | None) -> int | None:
    """Return a message's number; none is a number without one."""
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        raise BadMessage("Номер сообщения должен быть целым неотрицательным числом.")
    return int(said)
