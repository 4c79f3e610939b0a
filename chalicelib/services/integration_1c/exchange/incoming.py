"""Received messages: read from the bucket and accepted once."""

from chalicelib.runtime.commit import put_all, transact
from chalicelib.runtime.table import fetch
from chalicelib.services.integration_1c.enterprise_data import reader
from chalicelib.services.integration_1c.enterprise_data.reader import (
    IncomingMessage,
    InvalidMessage,
)
from chalicelib.services.integration_1c.exchange import files, rules, store
from chalicelib.services.integration_1c.exchange.model import ExchangeNode
from chalicelib.services.integration_1c.exchange.rules import MessageRefused
from chalicelib.services.integration_1c.nomenclature import catalogue


def read_message(client_id: str, file_id: str) -> IncomingMessage:
    """Read the message in an archive.

    Raises:
        FileUnknown: there is no such file.
        MessageRefused: the file is not a valid archive with a valid message.
    """
    content = files.read(client_id, file_id)
    try:
        return reader.read(reader.unzip(content))
    except InvalidMessage as error:
        raise MessageRefused(str(error)) from error


def accept_message(client_id: str, node: ExchangeNode, file_id: str) -> None:
    """Accept a message of 1C: its nomenclature, and its confirmation of sent messages.

    The message numbers are stored last. If the process ends before that, 1C sends the message
    again, and the earlier steps change nothing the second time.

    Raises:
        FileUnknown: there is no such file.
        MessageRefused: the message is invalid; nothing has changed.
        ExchangeInterrupted: another message was accepted at the same time.
    """
    message = read_message(client_id, file_id)
    rules.check_incoming(client_id, node, message)
    if message.items:
        catalogue.learn(client_id, message.items)
    confirmed_no = max(message.received_no or 0, node.confirmed_no)
    if confirmed_no > node.confirmed_no:
        shifts = fetch(store.carried_shifts(client_id, node.node_id, confirmed_no))
        put_all(
            [store.put_confirmed_shift(client_id, node.node_id, shift) for shift in shifts or ()]
        )
    transact(
        [
            store.accept_message(
                client_id,
                node,
                received_no=message.message_no or node.received_no,
                confirmed_no=confirmed_no,
                version=rules.common_version(node, message),
            )
        ]
    )


def learn_nomenclature(client_id: str, file_id: str) -> None:
    """Store the nomenclature of a message and ignore the rest.

    Raises:
        FileUnknown: there is no such file.
        MessageRefused: the file is not a valid archive with a valid message.
    """
    catalogue.learn(client_id, read_message(client_id, file_id).items)
