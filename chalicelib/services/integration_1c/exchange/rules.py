"""Rules of the exchange: what a message carries, which messages are accepted, and its problems."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.runtime.lifecycle import Lifecycle
from chalicelib.runtime.problem import NotFound, Problem, TooLarge
from chalicelib.services.integration_1c.enterprise_data.reference import reference
from chalicelib.services.integration_1c.enterprise_data.version import VERSIONS, FormatVersion
from chalicelib.services.integration_1c.exchange.model import ExchangeNode, OperationState
from chalicelib.services.integration_1c.shifts import RegisterShift

if TYPE_CHECKING:  # the reader imports an XML parser, which few functions need
    from chalicelib.services.integration_1c.enterprise_data.reader import IncomingMessage

MOST_SHIFTS = 4_000
"""Maximum number of shifts in a message; further shifts go into the next message."""


class NodeUnknown(NotFound):
    """No infobase with this code has been set up."""

    slug = "node-unknown"
    detail = (
        "Настройка синхронизации с кодом «{code}» не найдена. "
        "Создайте её в 1С заново: «Настройка синхронизации данных»."
    )


class ExchangeUnderWay(Problem):
    """Another exchange with the same infobase is running."""

    slug = "exchange-under-way"
    title = "Обмен уже выполняется"
    detail = "Обмен с этой базой уже выполняется. Повторите через несколько минут."


class ExchangeInterrupted(Problem):
    """Another exchange with the same infobase has interrupted this exchange."""

    slug = "exchange-moved"
    title = "Обмен прерван"
    detail = "Обмен прерван другим обменом с этой базой. Повторите его."


OPERATION = Lifecycle({OperationState.ACTIVE: {OperationState.COMPLETED, OperationState.FAILED}})


class MessageRefused(Problem):
    """The message of 1C cannot be accepted."""

    status = 422
    slug = "message-refused"
    title = "Сообщение 1С не принято"


class PartUnknown(NotFound):
    """The part is missing, or its number is out of range."""

    slug = "part-unknown"
    detail = "Часть файла {part} не получена. Повторите обмен."


class PartTooLarge(TooLarge):
    """The part, or the call that brings the part, is larger than a call may be."""

    slug = "part-too-large"
    detail = "Часть файла больше 2 МБ. Уменьшите размер части в настройках 1С."


class FileUnknown(NotFound):
    """The file does not exist: it is not ready yet, or has been deleted."""

    slug = "file-unknown"
    detail = "Файл обмена не найден: он ещё готовится или уже удалён. Повторите обмен."


def own_code(client_id: str) -> str:
    """Return the code of this application's node for the infobases of a client."""
    return str(reference("exchange-node", client_id))


def first_shifts(shifts: Sequence[RegisterShift], most_documents: int) -> list[RegisterShift]:
    """Return the first shifts with at most ``most_documents`` documents, and at least one shift."""
    selected: list[RegisterShift] = []
    documents = 0
    for shift in shifts[:MOST_SHIFTS]:
        documents += shift.documents
        if selected and documents > most_documents:
            break
        selected.append(shift)
    return selected


def check_incoming(client_id: str, node: ExchangeNode, message: "IncomingMessage") -> None:
    """Check the addresses and the numbers of a message from a node.

    Raises:
        MessageRefused: the message is from or to another node, older than the last accepted
            message, or confirms a message that was not sent.
    """
    if message.sender is not None and message.sender != node.code:
        raise MessageRefused(f"Сообщение отправлено другой базой: «{message.sender[:64]}».")
    if message.recipient is not None and message.recipient != own_code(client_id):
        raise MessageRefused("Сообщение предназначено другому получателю.")
    # The last number again is a repeat after a lost answer; a lower number is an old copy.
    if message.message_no is not None and message.message_no < node.received_no:
        raise MessageRefused(
            f"Сообщение № {message.message_no} уже устарело: принято № {node.received_no}."
        )
    if (message.received_no or 0) > node.sent_no:
        raise MessageRefused(
            f"1С подтверждает сообщение № {message.received_no}, а отправлено только "
            f"{node.sent_no}. Проверьте, не восстановлена ли база из копии."
        )


def common_version(node: ExchangeNode, message: "IncomingMessage") -> FormatVersion:
    """Return the preferred format version that both sides support."""
    supported = {*message.available_versions, message.version}
    return next((version for version in VERSIONS if version in supported), node.version)
