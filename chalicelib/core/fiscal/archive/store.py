"""Table Fiscal: the catalogue of archives, and of the months that are to be archived.

An archive is catalogued in the partition of its drive, under ``archive#<first number>#<digest>``.
A month of a drive that has documents in the table is under ``<month>#<drive>`` in one of
:data:`SHARDS` partitions ``drive-months#<shard>``, so that neither a day's first receipts nor the
search for months meet in one partition.
"""

import zlib

from boto3.dynamodb.conditions import Attr

from chalicelib.core.fiscal.archive.model import Archive, DriveMonth
from chalicelib.core.fiscal.document import MOST_DOCUMENTS
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Write, to_item

FISCAL_ARCHIVING = Queue("FiscalArchiving")
SHARDS = 32
"""Partitions of the catalogue of months. Never fewer: the rest would not be searched any more."""
_CURSORS = "archiving"


class Changed(Problem):
    """The item is not as it was read."""


def archives(fiscal_drive: str, up_to: int = MOST_DOCUMENTS) -> Query[Archive]:
    """Describe the archives of a drive whose first document number is at most ``up_to``."""
    return FISCAL.between(
        f"drive#{fiscal_drive}", "archive#", f"archive#{up_to:010}#~", _read_archive
    )


def put_archive(archive: Archive) -> Write:
    """Describe the entry of an archive; a repeated write changes nothing."""
    return FISCAL.put(
        {
            "client_id": f"drive#{archive.fiscal_drive}",
            "sk": f"archive#{archive.first:010}#{archive.digest[:16]}",
            **to_item(archive.model_copy(update={"index": b""})),
            "index": archive.index,
        }
    )


def delete_document(document: StoredDocument) -> Write:
    """Describe the deletion of a document that is archived.

    Raises:
        Changed: at the write, if another document is stored under the number.
    """
    return FISCAL.delete(
        f"drive#{document.fiscal_drive}",
        f"document#{document.number:010}",
        when=Attr("packed").eq(document.packed) & Attr("owner").eq(document.owner),
        otherwise=Changed(),
    )


def drive_month(fiscal_drive: str, month: str) -> Get[DriveMonth]:
    """Describe the read of a month in the catalogue."""
    return FISCAL.get(*_month_key(fiscal_drive, month), _read_month)


def put_drive_month(fiscal_drive: str, month: str) -> Write:
    """Describe the entry of a month, after documents of the month were stored."""
    partition, sk = _month_key(fiscal_drive, month)
    return FISCAL.put({"client_id": partition, "sk": sk, "version": new_identifier()})


def delete_drive_month(month: DriveMonth) -> Write:
    """Describe the deletion of a month whose documents are archived.

    Raises:
        Changed: at the write, if documents were stored after the month was read.
    """
    partition, sk = _month_key(month.fiscal_drive, month.month)
    condition = Attr("version").eq(month.version)
    return FISCAL.delete(partition, sk, when=condition, otherwise=Changed())


def due(shard: int, month: str, after: str) -> Query[DriveMonth]:
    """Describe the months of a shard up to ``month``, from the one after the cursor ``after``."""
    return FISCAL.between(_shard(shard), after + "!", f"{month}#~", _read_month)


def cursor(shard: int) -> Get[str]:
    """Describe the read of the place in a shard up to which archives were requested."""
    return FISCAL.get(_CURSORS, _shard(shard), lambda item: str(item["after"]))


def put_cursor(shard: int, last: DriveMonth | None) -> Write:
    """Describe the new place in a shard; None for the beginning."""
    after = f"{last.month}#{last.fiscal_drive}" if last else ""
    return FISCAL.put({"client_id": _CURSORS, "sk": _shard(shard), "after": after})


def _shard(number: int) -> str:
    return f"drive-months#{number:02}"


def _month_key(fiscal_drive: str, month: str) -> tuple[str, str]:
    shard = zlib.crc32(fiscal_drive.encode()) % SHARDS
    return _shard(shard), f"{month}#{fiscal_drive}"


def _read_month(item: Item) -> DriveMonth:
    month, _, fiscal_drive = item["sk"].partition("#")
    return DriveMonth(fiscal_drive=fiscal_drive, month=month, version=item["version"])


def _read_archive(item: Item) -> Archive:
    return Archive.model_validate({name: item[name] for name in Archive.model_fields})
