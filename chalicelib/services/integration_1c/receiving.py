"""Messages of 1С: put together from parts, read without trust, taken in once."""

import uuid

from chalicelib.runtime import object_store
from chalicelib.runtime.commit import put_all, transact
from chalicelib.runtime.table import fetch
from chalicelib.services.integration_1c import catalogue, node, sending
from chalicelib.services.integration_1c.message import incoming
from chalicelib.services.integration_1c.message.enterprise_data import VERSIONS
from chalicelib.services.integration_1c.message.incoming import BadMessage, Incoming
from chalicelib.services.integration_1c.message.objects import Version
from chalicelib.services.integration_1c.node import Node
from chalicelib.services.integration_1c.rules import FileUnknown, MessageRefused, PartUnknown
from chalicelib.services.integration_1c.store import EXCHANGES

MOST_PARTS = 64
MOST_PART_BYTES = 4 * 1024 * 1024
MOST_ZIPPED_BYTES = 16 * 1024 * 1024


def put_part(client_id: str, transfer_id: str, number: int, content: bytes) -> None:
    """Keep a part; put again it is the same.

    Raises:
        PartUnknown: there can be none of that number.
        MessageRefused: it is too large.
    """
    if not 1 <= number <= MOST_PARTS:
        raise PartUnknown(part=number)
    if len(content) > MOST_PART_BYTES:
        raise MessageRefused("Часть файла больше 4 МБ. Уменьшите размер части в настройках 1С.")
    object_store.put(EXCHANGES, _part(client_id, transfer_id, number), content, "application/zip")


def join_parts(client_id: str, transfer_id: str, quantity: int) -> str:
    """Put parts together; return the id of the file. Joined again it is the same file.

    Raises:
        PartUnknown: one is missing.
        MessageRefused: together they are too large.
    """
    if not 1 <= quantity <= MOST_PARTS:
        raise PartUnknown(part=quantity)
    content = b""
    for number in range(1, quantity + 1):
        part = object_store.get(EXCHANGES, _part(client_id, transfer_id, number))
        if part is None:
            raise PartUnknown(part=number)
        content += part
        if len(content) > MOST_ZIPPED_BYTES:
            raise MessageRefused("Файл обмена больше 16 МБ. Выгружайте данные чаще.")
    file_id = str(uuid.uuid5(uuid.UUID(transfer_id), f"{client_id}#{quantity}"))
    object_store.put(EXCHANGES, sending.key(client_id, file_id), content, "application/zip")
    return file_id


def read(client_id: str, file_id: str) -> Incoming:
    """Read the message in a file.

    Raises:
        FileUnknown, MessageRefused: as said.
    """
    content = object_store.get(EXCHANGES, sending.key(client_id, file_id))
    if content is None:
        raise FileUnknown
    try:
        return incoming.read(incoming.unzip(content))
    except BadMessage as error:
        raise MessageRefused(str(error)) from error


def take_in(client_id: str, seen: Node, file_id: str) -> None:
    """Take a message of 1С in: its nomenclature, and what it confirms. Twice changes nothing.

    First what may be done again and stays the same, last the numbers: wherever it stops, 1С sends
    the message again.

    Raises:
        FileUnknown, MessageRefused: as said; nothing has changed.
        ExchangeMoved: another message was taken in meanwhile.
    """
    message = read(client_id, file_id)
    _check(client_id, seen, message)
    if message.items:
        catalogue.learn(client_id, message.items)
    confirmed = max(message.received_no or 0, seen.confirmed_no)
    if confirmed > seen.confirmed_no:
        carried = fetch(node.carried(client_id, seen.node_id, confirmed))
        put_all([node.load(client_id, seen.node_id, name) for name in carried or ()])
    transact(
        [
            node.take_in(
                client_id,
                seen,
                received_no=message.message_no or seen.received_no,
                confirmed_no=confirmed,
                version=_version(seen, message),
            )
        ]
    )


def learn(client_id: str, file_id: str) -> None:
    """Take the nomenclature of a message, and nothing else of it.

    Raises:
        FileUnknown, MessageRefused: as said.
    """
    catalogue.learn(client_id, read(client_id, file_id).items)


def _check(client_id: str, seen: Node, message: Incoming) -> None:
    if message.sender is not None and message.sender != seen.code:
        raise MessageRefused(f"Сообщение отправлено другой базой: «{message.sender[:64]}».")
    if message.recipient is not None and message.recipient != sending.own_code(client_id):
        raise MessageRefused("Сообщение предназначено другому получателю.")
    # The last one again is a repeat after a lost answer; one before it is an old copy.
    if message.message_no is not None and message.message_no < seen.received_no:
        raise MessageRefused(
            f"Сообщение № {message.message_no} уже устарело: принято № {seen.received_no}."
        )
    if (message.received_no or 0) > seen.sent_no:
        raise MessageRefused(
            f"1С подтверждает сообщение № {message.received_no}, а отправлено только "
            f"{seen.sent_no}. Проверьте, не восстановлена ли база из копии."
        )


def _version(seen: Node, message: Incoming) -> Version:
    """Return the newest version that both sides know."""
    known = {*message.available_versions, message.version}
    return next((one for one in VERSIONS if one in known), seen.version)


def _part(client_id: str, transfer_id: str, number: int) -> str:
    return f"{client_id}/parts/{transfer_id}/{number:02}"
