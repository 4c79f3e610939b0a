"""Archiving: a schedule requests archives of months that are due, a queue's consumer makes them.

The order is: store the file and read it back, catalogue the archive, delete the documents from the
table. A crash anywhere leaves each document in the table, in an archive, or equally in both; the
next request continues.
"""

from collections.abc import Sequence

from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.archive import rules, store
from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.archive.files import store_archive
from chalicelib.core.fiscal.archive.format import line
from chalicelib.core.fiscal.archive.model import DriveMonth
from chalicelib.core.fiscal.archive.reading import list_archived
from chalicelib.core.fiscal.archive.store import FISCAL_ARCHIVING, SHARDS, Changed
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.runtime import clock
from chalicelib.runtime.commit import commit, put_all, write_alone
from chalicelib.runtime.consumer import consumer, scheduled
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX, message
from chalicelib.runtime.table import every, fetch, fetch_all

MOST_REQUESTED = 200
"""Months requested per shard and run: in a month 4.6 million."""
MOST_ARCHIVED = 5_000
"""Documents of an archive, which bounds the work of a message to about half a minute."""
_PAGE = 500


@scheduled("rate(1 hour)", writes=[FISCAL, OUTBOX], timeout=300)
def request_archives() -> None:
    """Request the archiving of months that are due, from where the previous run stopped.

    A run that reaches the end of a shard is followed by one from its beginning, so that what failed
    is requested again and delays nothing else.
    """
    month = rules.newest_archived_month(clock.today())
    cursors = fetch_all([store.cursor(shard) for shard in range(SHARDS)])
    for shard, cursor in enumerate(cursors):
        due = every(store.due(shard, month, cursor or ""), most=MOST_REQUESTED)
        put_all([message("archiving", FISCAL_ARCHIVING, request) for request in due])
        if due or cursor:
            last = due[-1] if len(due) == MOST_REQUESTED else None
            put_all([store.put_cursor(shard, last)])


@consumer(
    FISCAL_ARCHIVING,
    writes=[FISCAL, FISCAL_ARCHIVE, OUTBOX],
    batch_size=1,
    timeout=300,
    memory=1024,
)
def archive_documents(request: DriveMonth) -> None:
    """Move the documents of a drive's month, and any older ones of the drive, to an archive.

    Raises:
        ArchiveDamaged: what was stored is not what was read; nothing is deleted.
    """
    month = fetch(store.drive_month(request.fiscal_drive, request.month))
    if month is None or month.month > rules.newest_archived_month(clock.today()):
        logger.info("nothing to archive")
        return
    documents = _due_documents(month)
    if missing := _not_archived(documents):
        # Outside a transaction: before the file nothing refers to it, and a repeat is equal.
        put_all([store.put_archive(store_archive(month.month, missing))])
    changed = sum(not _deleted(document) for document in documents)
    logger.info("archived", documents=len(missing), deleted=len(documents) - changed)
    if len(documents) == MOST_ARCHIVED:
        commit(None, message("archiving", FISCAL_ARCHIVING, month))
    elif not changed:
        _finish(month)


def _due_documents(month: DriveMonth) -> list[StoredDocument]:
    """Return the lowest-numbered documents of a drive that are of the month or older.

    Numbers ascend with time, so the search ends with a page that has no such document.
    """
    due: list[StoredDocument] = []
    first = 1
    while len(due) < MOST_ARCHIVED:
        page = every(fiscal.receipts(month.fiscal_drive, first), most=_PAGE)
        matching = [document for document in page if rules.month_of(document.day) <= month.month]
        due += matching
        if len(page) < _PAGE or not matching:
            break
        first = page[-1].number + 1
    return due[:MOST_ARCHIVED]


def _not_archived(documents: Sequence[StoredDocument]) -> list[StoredDocument]:
    """Return the documents that are in no archive, as a crash before their deletion leaves them."""
    if not documents:
        return []
    first, last = documents[0], documents[-1]
    archived = list_archived(first.fiscal_drive, first.number, last.number)
    lines = set(map(line, archived))
    return [document for document in documents if line(document) not in lines]


def _deleted(document: StoredDocument) -> bool:
    """Delete a document; False if another one is stored under the number."""
    try:
        write_alone(store.delete_document(document))
    except Changed:
        # A repeat by the SDK after a lost answer fails on its own effect.
        return fetch(fiscal.receipt(document.fiscal_drive, document.number)) is None
    return True


def _finish(month: DriveMonth) -> None:
    try:
        write_alone(store.delete_drive_month(month))
    except Changed:
        logger.info("documents arrived meanwhile")
