"""The feed of fiscal documents: each document is stored once and added to the turnover once.

Documents are stored before they are added to the turnover, and a repeated document is added in its
stored form. A redelivery therefore completes whatever a crash left undone. If everything is done, a
redelivery costs reads only.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from chalicelib.core.fiscal import store
from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.archive.rules import may_be_archived, month_of
from chalicelib.core.fiscal.archive.store import put_drive_month
from chalicelib.core.fiscal.document import FiscalDocument
from chalicelib.core.fiscal.documents import find_archived
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import FISCAL, FISCAL_DOCUMENTS, TurnoverChanged
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.core.organisation.store import ORGANISATION, register_owner
from chalicelib.runtime import clock
from chalicelib.runtime.commit import pause, put_all, write_alone
from chalicelib.runtime.consumer import Batch, consumer
from chalicelib.runtime.problem import Unavailable
from chalicelib.runtime.table import Get, Write, fetch_all

BATCH = 50
"""Messages per batch: their owners and stored documents fit one read of 100 items."""
_ATTEMPTS = 8
"""Attempts to update a turnover item that other workers update at the same time."""

DayKey = tuple[str, str, dt.date, str]
"""Key of a turnover item: client id, register, day, fiscal drive."""
DriveMonth = tuple[str, str]
"""Fiscal drive, month."""
DocumentsByMessage = dict[str, StoredDocument]
"""Documents in their stored form by the id of the message that brought them."""


class ForeignDocument(Exception):
    """The document is of a register that belongs to no client."""


class AnotherDocument(Exception):
    """A different document is stored under the same fiscal drive and document number."""


@consumer(
    FISCAL_DOCUMENTS,
    reads=[ORGANISATION, FISCAL_ARCHIVE],
    writes=[FISCAL],
    batch_size=BATCH,
    window=2,
    concurrency=20,
    timeout=25,
    memory=1024,
)
def follow_fiscal_documents(batch: Batch[FiscalDocument]) -> None:
    """Store each document and add it to the turnover of its register and day.

    A document of an unknown register, or one that differs from the stored document of the same
    number, is delivered again.
    """
    documents, new = _identify(batch)
    put_all(new)
    days: dict[DayKey, DocumentsByMessage] = {}
    outside_shifts: set[DriveMonth] = set()
    for message_id, document in documents.items():
        if document.kind.is_of_a_shift:
            day = (document.owner, document.register_id, document.day, document.fiscal_drive)
            days.setdefault(day, {})[message_id] = document
        else:
            outside_shifts.add((document.fiscal_drive, month_of(document.day)))
    _catalogue(outside_shifts)
    _add_to_turnover(batch, days)


def _catalogue(months: set[DriveMonth]) -> None:
    """Enter months of drives in the catalogue of what will be archived.

    After the documents are stored: an entry that archiving finds stands for documents it can read.
    """
    put_all([put_drive_month(*month) for month in sorted(months)])


def _identify(batch: Batch[FiscalDocument]) -> tuple[DocumentsByMessage, list[Write]]:
    """Return the documents in their stored form by message, and the writes of the new ones."""
    messages = list(batch)
    if not messages:
        return {}, []
    registers = sorted({document.register_id for _, document in messages})
    names = sorted({(document.fiscal_drive, document.number) for _, document in messages})
    gets: list[Get[Any]] = [*map(register_owner, registers)]
    gets += [store.receipt(*name) for name in names]
    results = fetch_all(gets)
    owners = dict(zip(registers, results, strict=False))
    stored = dict(zip(names, results[len(registers) :], strict=True))
    for document in (document for _, document in messages):
        name = (document.fiscal_drive, document.number)
        if not stored[name] and may_be_archived(document.at.date(), clock.today()):
            stored[name] = find_archived(*name)
    documents: DocumentsByMessage = {}
    new: list[Write] = []
    for message_id, document in batch:
        name = (document.fiscal_drive, document.number)
        try:
            form = _stored_form(document, owners[document.register_id], stored[name])
        except (AnotherDocument, ForeignDocument) as error:
            batch.fail(message_id, error)
            continue
        documents[message_id] = form
        if stored[name] is None:
            stored[name] = form
            new.append(store.put_receipt(form))
    return documents, new


def _stored_form(
    document: FiscalDocument, owner: str | None, stored: StoredDocument | None
) -> StoredDocument:
    if stored is not None:
        if stored.fiscal_sign != document.fiscal_sign:
            raise AnotherDocument
        return stored
    if owner is None:
        raise ForeignDocument
    return StoredDocument.of(owner, document)


def _add_to_turnover(
    batch: Batch[FiscalDocument], days: Mapping[DayKey, DocumentsByMessage]
) -> None:
    """Add documents to the turnover of their days, repeating days that another worker changed."""
    for attempt in range(_ATTEMPTS):
        if not days:
            return
        if attempt:
            pause(attempt)
        stored = fetch_all([store.day(*day) for day in days])
        before = [
            current or Turnover.empty(*day) for day, current in zip(days, stored, strict=True)
        ]
        after = [
            turnover.plus(documents.values())
            for turnover, documents in zip(before, days.values(), strict=True)
        ]
        changes = {
            day: changed
            for day, turnover, changed in zip(days, before, after, strict=True)
            if changed != turnover
        }
        _catalogue({_month(changed) for changed in changes.values() if _opens_month(changed)})
        conflicts: dict[DayKey, DocumentsByMessage] = {}
        for day, changed in changes.items():
            try:
                write_alone(store.put_turnover(changed))
            except TurnoverChanged:
                conflicts[day] = days[day]
            except Exception as error:
                _fail(batch, days[day], error)
        days = conflicts
    for documents in days.values():
        _fail(batch, documents, Unavailable())


def _opens_month(turnover: Turnover) -> bool:
    """Whether the month of a changed day may be missing from the catalogue.

    That is so with the first documents of a day, and where the month may be archived already.
    """
    return not turnover.version or may_be_archived(turnover.day, clock.today())


def _month(turnover: Turnover) -> DriveMonth:
    return turnover.fiscal_drive, month_of(turnover.day)


def _fail(batch: Batch[FiscalDocument], documents: DocumentsByMessage, error: Exception) -> None:
    for message_id in documents:
        batch.fail(message_id, error)
