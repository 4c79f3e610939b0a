"""Reads a message of 1С: its numbers, and its ``Номенклатура``. Nothing in it is trusted."""

from dataclasses import dataclass

from chalicelib.services.integration_1c.message.nomenclature import SentItem

MOST_BYTES = 64 * 1024 * 1024
"""Of XML, once unzipped."""


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
    raise NotImplementedError


def read(content: bytes) -> Incoming:
    """Read a message.

    Raises:
        BadMessage: not well-formed, a DTD or an entity, too deep, too large, no EnterpriseData.
    """
    raise NotImplementedError
