"""Technology messages of the exchange: what operators and participants say about a document."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chalicelib.services.edo.formats.model import Operator, Party, Signer


class Kind(StrEnum):
    """The message, by the prefix of its file's name."""

    DATE_OF_RECEIPT = "DP_PDPOL"
    DATE_OF_SENDING = "DP_PDOTPR"
    RECEIPT_NOTICE = "DP_IZVPOL"
    CORRECTION_REQUEST = "DP_UVUTOCH"
    ANNULMENT_OFFER = "DP_PRANNUL"


@dataclass(frozen=True, slots=True)
class SignedFile:
    """The file that a message is about, with the signatures (DER) over it."""

    name: str
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A technology message that came in, valid by its schema."""

    kind: Kind
    file_id: str
    """Its own name without ``.xml``."""
    about: SignedFile
    author_id: str
    """Participant or operator code of who says it."""
    addressee_id: str
    """Participant or operator code of who it is said to; a date confirmation: the document's
    recipient (sending) or sender (receipt)."""
    said_at: dt.datetime | None
    """The date it confirms (naive); an annulment offer has none."""
    text: str | None
    """What is asked to be corrected, or why to annul."""


def date_confirmation_of_receipt(
    about: SignedFile,
    operator: Operator,
    sender: Party,
    recipient: Party,
    received_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ПДПОЛ: the operator tells the sender when it took the sender's file."""
    raise NotImplementedError


def date_confirmation_of_sending(
    about: SignedFile,
    operator: Operator,
    sender: Party,
    recipient: Party,
    sent_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ПДОТПР: the operator tells the recipient when it sent them the file."""
    raise NotImplementedError


def receipt_notice(
    about: SignedFile,
    recipient: Party,
    sender: Party | Operator,
    signer: Signer,
    received_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ИЗВПОЛ: who received a file tells its sender, or the operator that made it."""
    raise NotImplementedError


def correction_request(
    about: SignedFile,
    recipient: Party,
    sender: Party,
    signer: Signer,
    text: str,
    received_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """УВУТОЧ: the recipient asks the sender to correct the document; the way to reject it."""
    raise NotImplementedError


def annulment_offer(
    about: SignedFile,
    author: Party,
    addressee: Party,
    signer: Signer,
    text: str,
    moment: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ПРАННУЛ: one side offers the other to annul the document."""
    raise NotImplementedError


def read(content: bytes) -> Message:
    """Read a message of any kind; raises `TitleRefused` with everything found wrong."""
    raise NotImplementedError
