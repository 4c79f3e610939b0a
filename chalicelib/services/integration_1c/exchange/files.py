"""Messages in the bucket: sent and received archives, and parts of received archives."""

import datetime as dt
import uuid
from typing import BinaryIO

from chalicelib.runtime import object_store
from chalicelib.services.integration_1c.exchange.model import FileTransfer
from chalicelib.services.integration_1c.exchange.rules import (
    FileUnknown,
    MessageRefused,
    PartTooLarge,
    PartUnknown,
)
from chalicelib.services.integration_1c.resources import EXCHANGES

MOST_PARTS = 64
"""Maximum number of parts of a received file."""
MOST_PART_BYTES = 2 * 1024 * 1024
"""Maximum bytes of a part, in both directions. In base64, which 1C breaks into lines, and in its
envelope a part has to fit into ``limits.BODY``. 1C takes 1 MB unless it is set otherwise."""
MOST_ZIPPED_BYTES = 16 * 1024 * 1024
_ZIP = "application/zip"


def put(client_id: str, file_id: str, content: BinaryIO | bytes) -> None:
    """Store an archive."""
    object_store.put(EXCHANGES, _key(client_id, file_id), content, _ZIP)


def read(client_id: str, file_id: str) -> bytes:
    """Return an archive.

    Raises:
        FileUnknown: there is no such file.
    """
    content = object_store.get(EXCHANGES, _key(client_id, file_id))
    if content is None:
        raise FileUnknown
    return content


def read_part(client_id: str, transfer: FileTransfer, number: int) -> bytes:
    """Return a part of an archive that 1C downloads.

    Raises:
        PartUnknown: the file has no part with this number.
        FileUnknown: there is no such file.
    """
    if not 1 <= number <= transfer.parts:
        raise PartUnknown(part=number)
    first = (number - 1) * transfer.block
    last = min(first + transfer.block, transfer.size) - 1
    key = _key(client_id, transfer.file_id)
    content = object_store.get(EXCHANGES, key, first=first, last=last)
    if content is None:
        raise FileUnknown
    return content


def link(client_id: str, file_id: str, *, name: str, valid: dt.timedelta) -> str:
    """Return an address from which an archive can be downloaded under ``name``."""
    key = _key(client_id, file_id)
    return object_store.link(EXCHANGES, key, name=name, media_type=_ZIP, valid=valid)


def put_part(client_id: str, transfer_id: str, number: int, content: bytes) -> None:
    """Store a part of an archive that 1C uploads. The same part may be stored again.

    Raises:
        PartUnknown: the number is not from 1 to ``MOST_PARTS``.
        PartTooLarge: the part is larger than ``MOST_PART_BYTES``.
    """
    if not 1 <= number <= MOST_PARTS:
        raise PartUnknown(part=number)
    if len(content) > MOST_PART_BYTES:
        raise PartTooLarge
    object_store.put(EXCHANGES, _part_key(client_id, transfer_id, number), content, _ZIP)


def join_parts(client_id: str, transfer_id: str, quantity: int) -> str:
    """Store the archive that the parts of a transfer make up, and return its identifier.

    The identifier is the same if the parts are joined again.

    Raises:
        PartUnknown: a part is missing, or ``quantity`` is not from 1 to ``MOST_PARTS``.
        MessageRefused: the archive is larger than ``MOST_ZIPPED_BYTES``.
    """
    if not 1 <= quantity <= MOST_PARTS:
        raise PartUnknown(part=quantity)
    content = b""
    for number in range(1, quantity + 1):
        part = object_store.get(EXCHANGES, _part_key(client_id, transfer_id, number))
        if part is None:
            raise PartUnknown(part=number)
        content += part
        if len(content) > MOST_ZIPPED_BYTES:
            raise MessageRefused("Файл обмена больше 16 МБ. Выгружайте данные чаще.")
    file_id = str(uuid.uuid5(uuid.UUID(transfer_id), f"{client_id}#{quantity}"))
    put(client_id, file_id, content)
    return file_id


def _key(client_id: str, file_id: str) -> str:
    return f"{client_id}/{file_id}"


def _part_key(client_id: str, transfer_id: str, number: int) -> str:
    return f"{client_id}/parts/{transfer_id}/{number:02}"
