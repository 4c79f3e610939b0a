"""Fiscal documents by number, from the table or from an archive.

A document is archived first and deleted from the table afterwards. A reader of the table first, and
the catalogue of archives afterwards, therefore finds each document. Some are in both for a moment;
they are returned once.
"""

import datetime as dt

from chalicelib.core.fiscal import store
from chalicelib.core.fiscal.archive.rules import may_be_archived
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime import clock
from chalicelib.runtime.table import every, fetch


def find_document(fiscal_drive: str, number: int) -> StoredDocument | None:
    """Return one document of any client, or None. An archived one takes two further reads."""
    return fetch(store.receipt(fiscal_drive, number)) or find_archived(fiscal_drive, number)


def find_archived(fiscal_drive: str, number: int) -> StoredDocument | None:
    """Return one document from the archives of its drive, or None."""
    return next(iter(_list_archived(fiscal_drive, number, number)), None)


def list_documents(
    fiscal_drive: str, first: int, last: int, *, since: dt.date, most: int
) -> list[StoredDocument]:
    """Return the documents ``first`` to ``last`` of a drive, of any client, in order of numbers.

    Archives are read only where ``since``, the day of the oldest document, is so long ago. At most
    ``most`` documents are returned.
    """
    rows = every(store.receipts(fiscal_drive, first, last), most=most)
    if not may_be_archived(since, clock.today()):
        return rows
    archived = _list_archived(fiscal_drive, first, last)
    documents = {document.number: document for document in archived}
    documents |= {document.number: document for document in rows}
    return [documents[number] for number in sorted(documents)[:most]]


def _list_archived(fiscal_drive: str, first: int, last: int) -> list[StoredDocument]:
    # Imported here, since few calls are about documents so old, and the import slows the start.
    from chalicelib.core.fiscal.archive.reading import list_archived

    return list_archived(fiscal_drive, first, last)
