"""Parses messages of 1C: the header and ``Номенклатура``. The input is not trusted."""

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

from chalicelib.services.integration_1c.enterprise_data.item_matching import LONGEST_NAME, OnecItem
from chalicelib.services.integration_1c.enterprise_data.version import NAMESPACE

MOST_BYTES = 64 * 1024 * 1024
"""Maximum size of the XML."""
_MOST_ITEMS = 200_000
_MOST_PARTS = 1_000_000
"""Maximum number of elements and attributes, which determine the cost of parsing."""
_CHUNK = 1024 * 1024
_MOST_CHUNKS_IN_TAG = 16
"""Maximum number of consecutive chunks in which no element starts."""
_MOST_DEPTH = 64
_MOST_DIGITS = 15
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    struct.error,
    RuntimeError,  # the archive is encrypted
    OSError,
    ValueError,
)


class InvalidMessage(ValueError):
    """The message cannot be accepted. The text of the exception is the reason in Russian."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """The parts of a message of 1C that this application uses."""

    version: str
    """Version of the format, such as ``1.17``."""
    available_versions: tuple[str, ...]
    sender: str | None
    recipient: str | None
    message_no: int | None
    """Number that 1C gave to this message; None in a file made by hand."""
    received_no: int | None
    """Number of the last sent message that 1C accepted: all messages up to it are confirmed."""
    items: tuple[OnecItem, ...]
    """The objects ``Справочник.Номенклатура`` with their barcodes."""


def unzip(content: bytes, *, most: int = MOST_BYTES) -> bytes:
    """Return the one XML file of an archive.

    Raises:
        InvalidMessage: the content is not a ZIP archive with exactly one XML file of at most
            ``most`` bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [
                entry for entry in archive.filelist if entry.filename.casefold().endswith(".xml")
            ]
            if len(entries) != 1 or entries[0].compress_type not in _METHODS:
                raise InvalidMessage("В архиве должен быть один файл XML, сжатый обычным способом.")
            # The size that the archive states is not trusted, so the read is limited.
            with archive.open(entries[0]) as file:
                message = file.read(most + 1)
    except InvalidMessage:
        raise
    except _UNREADABLE as error:
        raise InvalidMessage("Архив ZIP не читается.") from error
    if len(message) > most:
        raise InvalidMessage("Сообщение слишком большое.")
    return message


def read(content: bytes) -> IncomingMessage:
    """Return the parsed message.

    Raises:
        InvalidMessage: the XML is not well-formed, contains a DTD or entities, exceeds a limit of
            this module, or is not an EnterpriseData message.
    """
    if len(content) > MOST_BYTES:
        raise InvalidMessage("Сообщение слишком большое.")
    header: Element | None = None
    items: dict[uuid.UUID, OnecItem] = {}
    barcodes: dict[uuid.UUID, list[str]] = defaultdict(list)
    for name, element in _objects(content):
        if name == "Header":
            header = element
        elif name == "Справочник.Номенклатура" and (item := _item(element)):
            items[item.id] = item
        elif name == "Справочник.ШтрихкодыНоменклатуры":
            for identifier in _items_of_barcode(element):
                barcodes[identifier].append(_text(element, "Штрихкод") or "")
        if len(items) > _MOST_ITEMS:
            raise InvalidMessage("В сообщении слишком много номенклатуры.")
    if header is None:
        raise InvalidMessage("В сообщении нет заголовка EnterpriseData.")
    return _message(
        header,
        tuple(
            item.model_copy(update={"barcodes": tuple(barcodes.get(item.id, ()))})
            for item in items.values()
        ),
    )


class _ChunkedSource:
    """Feeds the parser with larger chunks than the parser requests.

    Expat before 2.6 parses an unfinished tag again with every chunk (CVE-2023-52425), so many
    small chunks of a large tag take hours.
    """

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)
        self._chunks_in_tag = 0
        self._elements = 0

    def read(self, _size: int = -1, /) -> bytes:
        """Return the next chunk.

        Raises:
            InvalidMessage: an element is too large.
        """
        self._chunks_in_tag += 1
        if self._chunks_in_tag > _MOST_CHUNKS_IN_TAG:
            raise InvalidMessage("В сообщении слишком большой элемент.")
        return self._file.read(_CHUNK)

    def element_started(self, element: Element) -> None:
        """Count an element and its attributes.

        Raises:
            InvalidMessage: the message has too many elements.
        """
        self._chunks_in_tag = 0
        self._elements += 1 + len(element.attrib)
        if self._elements > _MOST_PARTS:
            raise InvalidMessage("В сообщении слишком много элементов.")


def _objects(content: bytes) -> Iterator[tuple[str, Element]]:
    """Yield the header and then each object, with its local name.

    An object is cleared when the next one is requested.
    """
    path: list[Element] = []
    source = _ChunkedSource(content)
    try:
        for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                source.element_started(element)
                path.append(element)
                _check(path)
                continue
            path.pop()
            name = _local(element)
            if len(path) == 1 and name == "Header":
                yield name, element
            elif len(path) == 2 and _local(path[1]) == "Body":
                yield name, element
                path[1].clear()
    except DefusedXmlException as error:
        raise InvalidMessage("DTD и сущности в сообщении не допускаются.") from error
    except (ParseError, LookupError, UnicodeError) as error:
        raise InvalidMessage("Сообщение не является правильным XML.") from error


def _check(path: list[Element]) -> None:
    if len(path) > _MOST_DEPTH:
        raise InvalidMessage("Элементы сообщения вложены слишком глубоко.")
    if len(path) == 1 and path[0].tag != "Message":
        raise InvalidMessage("Это не сообщение обмена: корневой элемент не Message.")


def _message(header: Element, items: tuple[OnecItem, ...]) -> IncomingMessage:
    format_name = _text(header, "Format") or ""
    if not format_name.startswith(NAMESPACE):
        raise InvalidMessage("Формат сообщения не EnterpriseData.")
    return IncomingMessage(
        version=format_name.removeprefix(NAMESPACE),
        available_versions=tuple(
            (element.text or "").strip() for element in header.iterfind("{*}AvailableVersion")
        ),
        sender=_text(header, "Confirmation/From"),
        recipient=_text(header, "Confirmation/To"),
        message_no=_number(_text(header, "Confirmation/MessageNo")),
        received_no=_number(_text(header, "Confirmation/ReceivedNo")),
        items=items,
    )


def _item(element: Element) -> OnecItem | None:
    identifier = _identifier(_text(element, "КлючевыеСвойства/Ссылка"))
    name = _text(element, "КлючевыеСвойства/Наименование")
    if identifier is None or name is None:
        return None
    return OnecItem(
        id=identifier,
        name=name[:LONGEST_NAME],
        full_name=(_text(element, "КлючевыеСвойства/НаименованиеПолное") or name)[:LONGEST_NAME],
        unit=_text(element, "ЕдиницаИзмерения/ДанныеКлассификатора/Код"),
    )


def _items_of_barcode(element: Element) -> Iterator[uuid.UUID]:
    """Yield the identifiers of the items that have a barcode."""
    path = "Записи/Строка/ДанныеНоменклатуры/Номенклатура/Номенклатура/Ссылка"
    for item_reference in element.iterfind(_any_namespace(path)):
        if identifier := _identifier(item_reference.text):
            yield identifier


def _any_namespace(path: str) -> str:
    """Return a path that matches the namespace of any version."""
    return "/".join("{*}" + step for step in path.split("/"))


def _text(element: Element, path: str) -> str | None:
    return (element.findtext(_any_namespace(path)) or "").strip() or None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _identifier(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID((text or "").strip())
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    """Return a message number; None if the message has no number.

    Raises:
        InvalidMessage: the text is not a whole number.
    """
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise InvalidMessage("Номер сообщения должен быть целым неотрицательным числом.")
    return int(text)
