"""Table Fiscal: fiscal documents and turnover.

A document is unique by fiscal drive and document number, whichever client owns it. Its partition is
``drive#<fiscal drive>``, its sort key ``document#<number>``; numbers ascend with time. The turnover
of a client's register is in the client's partition, under
``turnover#<РНМ>#<day>#<fiscal drive>``. The
numbers of a client's documents are in the turnover; :mod:`chalicelib.core.fiscal.documents` reads
documents, also those that have moved to an archive.

A document with a buyer's contact is also a message: the relay reads the table's stream as it reads
that of the outbox, and sends ``body`` to ``queue``. The message needs no write of its own. It was
written at ``queued_at``, in seconds since 1970, by which ``infra/resend.py`` finds it.
"""

import datetime as dt
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.fiscal.document import MOST_DOCUMENTS, OperationType
from chalicelib.core.fiscal.model import DeliveryRequested, StoredDocument
from chalicelib.core.fiscal.turnover import ShiftSpan, Sums, Turnover
from chalicelib.runtime import clock, outbox
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item

FISCAL = Table("Fiscal")
FISCAL_DOCUMENTS = Queue("FiscalDocuments")
DELIVERIES = Queue("Deliveries")


class TurnoverChanged(Problem):
    """Another worker changed the turnover item after it was read; read and add again."""


def receipt(fiscal_drive: str, number: int) -> Get[StoredDocument]:
    """Describe the read of one document of any kind and any client."""
    return FISCAL.get(_drive(fiscal_drive), _document(number), _read_document)


def receipts(
    fiscal_drive: str, first: int = 1, last: int = MOST_DOCUMENTS
) -> Query[StoredDocument]:
    """Describe the documents ``first`` to ``last`` of a fiscal drive, of any client, by number."""
    return FISCAL.between(_drive(fiscal_drive), _document(first), _document(last), _read_document)


def put_receipt(document: StoredDocument) -> Write:
    """Describe the write of a document; a repeated write changes nothing."""
    item = {
        "client_id": _drive(document.fiscal_drive),
        "sk": _document(document.number),
        "packed": document.packed,
        **document.model_dump(
            mode="json", exclude={"fiscal_drive", "number", "packed"}, exclude_defaults=True
        ),
    }
    if document.has_delivery:
        message = DeliveryRequested(
            client_id=document.owner,
            fiscal_drive=document.fiscal_drive,
            document_number=document.number,
        )
        item |= outbox.relayed(DELIVERIES, message)
        item["queued_at"] = int(clock.now().timestamp())
    return FISCAL.put(item)


def turnover(
    client_id: str, register_id: str, from_day: dt.date, to_day: dt.date
) -> Query[Turnover]:
    """Describe a register's turnover from ``from_day`` to ``to_day`` inclusive.

    There is one item per day and fiscal drive.
    """
    return FISCAL.between(
        client_id,
        f"turnover#{register_id}#{from_day.isoformat()}#",
        f"turnover#{register_id}#{to_day.isoformat()}#~",
        _read_turnover,
    )


def day(client_id: str, register_id: str, day: dt.date, fiscal_drive: str) -> Get[Turnover]:
    """Describe the read of a register's turnover on one day and one fiscal drive."""
    return FISCAL.get(client_id, _turnover(register_id, day, fiscal_drive), _read_turnover)


def put_turnover(changed: Turnover) -> Write:
    """Describe the write of a turnover item to which documents were added.

    Raises:
        TurnoverChanged: at commit, if the stored version is not ``changed.version``.
    """
    item = {
        "client_id": changed.client_id,
        "sk": _turnover(changed.register_id, changed.day, changed.fiscal_drive),
        "version": changed.version + 1,
        "operations": {
            str(operation.value): _sums(sums) for operation, sums in changed.operations.items()
        },
        "shifts": {str(number): to_item(span) for number, span in changed.shifts.items()},
        "counted": {str(page): _bits(bits) for page, bits in changed.counted.items()},
        "corrections": changed.corrections,
    }
    if changed.last_document_at:
        item["last_document_at"] = changed.last_document_at.isoformat()
    if not changed.version:
        return FISCAL.put(item, new=True, otherwise=TurnoverChanged())
    return FISCAL.put(item, when=Attr("version").eq(changed.version), otherwise=TurnoverChanged())


def _drive(fiscal_drive: str) -> str:
    return f"drive#{fiscal_drive}"


def _document(number: int) -> str:
    return f"document#{number:010}"


def _turnover(register_id: str, day: dt.date, fiscal_drive: str) -> str:
    return f"turnover#{register_id}#{day.isoformat()}#{fiscal_drive}"


def _read_document(item: Item) -> StoredDocument:
    return StoredDocument(
        fiscal_drive=item["client_id"].partition("#")[2],
        number=int(item["sk"].partition("#")[2]),
        **{name: item[name] for name in StoredDocument.model_fields if name in item},
    )


def _read_turnover(item: Item) -> Turnover:
    _, register_id, day, fiscal_drive = item["sk"].split("#")
    return Turnover(
        client_id=item["client_id"],
        register_id=register_id,
        day=dt.date.fromisoformat(day),
        fiscal_drive=fiscal_drive,
        operations={
            OperationType(int(name)): Sums(**sums) for name, sums in item["operations"].items()
        },
        corrections=item["corrections"],
        last_document_at=item.get("last_document_at"),
        shifts={int(number): ShiftSpan(**span) for number, span in item["shifts"].items()},
        counted={
            int(page): int.from_bytes(bits, "little") for page, bits in item["counted"].items()
        },
        version=item["version"],
    )


def _sums(sums: Sums) -> dict[str, Any]:
    return {name: value for name, value in to_item(sums).items() if value}


def _bits(page: int) -> bytes:
    """Return a page of bits as bytes, without the zero bytes after the last bit set."""
    return page.to_bytes((page.bit_length() + 7) // 8, "little")
