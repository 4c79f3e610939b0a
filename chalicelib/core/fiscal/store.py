"""Where fiscal documents and turnover are kept.

A document is unique by its fiscal drive and number, whoever's it is, so its partition is the drive,
of no client: ``drive#<fiscal drive>``, sorted by ``document#<number>``, which is the order of time
too. The turnover of a client's registers is in the partition of the client, as
``turnover#<РНМ>#<day>#<fiscal drive>``. A client reaches documents through his own turnover, which
says which numbers of which drive are his; :mod:`chalicelib.core.fiscal.register_documents` does.

A document with a buyer's contact is a message as well (attributes ``queue`` and ``body``): the
table's stream is relayed as the outbox's is, so that it costs no write of its own.
"""

import datetime as dt
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.fiscal.document import MOST_DOCUMENTS, OperationType
from chalicelib.core.fiscal.model import DeliveryRequested, StoredDocument
from chalicelib.core.fiscal.turnover import ShiftSpan, Sums, Turnover
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item

FISCAL = Table("Fiscal")
FISCAL_DOCUMENTS = Queue("FiscalDocuments")
DELIVERIES = Queue("Deliveries")


class TurnoverMoved(Problem):
    """Somebody counted into the item since it was read; to be read and counted again."""


def receipt(fiscal_drive: str, number: int) -> Get[StoredDocument]:
    """A receipt, or another document, whoever's it is."""
    return FISCAL.get(_drive(fiscal_drive), _document(number), _read_document)


def receipts(
    fiscal_drive: str, first: int = 1, last: int = MOST_DOCUMENTS
) -> Query[StoredDocument]:
    """Documents of a drive by number, from ``first`` to ``last``, whoever's they are."""
    return FISCAL.between(_drive(fiscal_drive), _document(first), _document(last), _read_document)


def put_receipt(new: StoredDocument) -> Write:
    """Keep a document; kept once more it is the same."""
    item = {
        "client_id": _drive(new.fiscal_drive),
        "sk": _document(new.number),
        "packed": new.packed,
        **new.model_dump(
            mode="json", exclude={"fiscal_drive", "number", "packed"}, exclude_defaults=True
        ),
    }
    if new.to_be_delivered:
        delivery = DeliveryRequested(
            client_id=new.owner, fiscal_drive=new.fiscal_drive, document_number=new.number
        )
        item |= {"queue": DELIVERIES.variable, "body": delivery.model_dump_json()}
    return FISCAL.put(item)


def turnover(
    client_id: str, register_id: str, from_day: dt.date, to_day: dt.date
) -> Query[Turnover]:
    """Turnover of a register from day to day, both included: an item a day and fiscal drive."""
    return FISCAL.between(
        client_id,
        f"turnover#{register_id}#{from_day.isoformat()}#",
        f"turnover#{register_id}#{to_day.isoformat()}#~",
        _read_turnover,
    )


def day(client_id: str, register_id: str, day: dt.date, fiscal_drive: str) -> Get[Turnover]:
    """Turnover of a register's day on one fiscal drive."""
    return FISCAL.get(client_id, _turnover(register_id, day, fiscal_drive), _read_turnover)


def count(counted: Turnover) -> Write:
    """Keep turnover with more documents in it than it had when it was read."""
    item = {
        "client_id": counted.client_id,
        "sk": _turnover(counted.register_id, counted.day, counted.fiscal_drive),
        "version": counted.version + 1,
        "operations": {
            str(operation.value): _sums(sums) for operation, sums in counted.operations.items()
        },
        "shifts": {str(number): to_item(shift) for number, shift in counted.shifts.items()},
        "counted": {str(page): _bits(marks) for page, marks in counted.counted.items()},
        "corrections": counted.corrections,
    }
    if counted.last_document_at:
        item["last_document_at"] = counted.last_document_at.isoformat()
    moved = TurnoverMoved()
    if not counted.version:
        return FISCAL.put(item, new=True, otherwise=moved)
    return FISCAL.put(item, when=Attr("version").eq(counted.version), otherwise=moved)


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
        shifts={int(number): ShiftSpan(**shift) for number, shift in item["shifts"].items()},
        counted={
            int(page): int.from_bytes(bits, "little") for page, bits in item["counted"].items()
        },
        version=item["version"],
    )


def _sums(sums: Sums) -> dict[str, Any]:
    return {name: value for name, value in to_item(sums).items() if value}


def _bits(marks: int) -> bytes:
    """Return a page without what follows its last mark."""
    return marks.to_bytes((marks.bit_length() + 7) // 8, "little")
