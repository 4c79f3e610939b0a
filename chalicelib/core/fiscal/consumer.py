"""The receipt feed: what registers send is kept once and counted once.

Documents are put before they are counted, and a document counts as the one that is kept. So
whatever a crash leaves, a document not kept, or kept and not counted, its next delivery completes;
and what is counted already costs a read alone.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from chalicelib.core.fiscal import store
from chalicelib.core.fiscal.document import FiscalDocument
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import FISCAL, FISCAL_DOCUMENTS, TurnoverMoved
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.core.organisation.store import ORGANISATION, register_owner
from chalicelib.runtime.commit import pause, put_all, write_alone
from chalicelib.runtime.consumer import Batch, consumer
from chalicelib.runtime.problem import Unavailable
from chalicelib.runtime.table import Get, fetch_all

BATCH = 50
"""Messages taken together: their owners and what is kept of them are one read, of 100 items."""
_ATTEMPTS = 8
"""To count into an item that others count into."""

Day = tuple[str, str, dt.date, str]
"""What names an item of turnover: client, register, day, fiscal drive."""
Documents = dict[str, StoredDocument]
"""Documents as they are kept, by the message that brought them."""


class ForeignDocument(Exception):
    """The document is of a register that no client of ours has."""


class AnotherDocument(Exception):
    """Another document is kept under the same fiscal drive and number."""


@consumer(
    FISCAL_DOCUMENTS,
    reads=[ORGANISATION],
    writes=[FISCAL],
    batch_size=BATCH,
    window=2,
    timeout=25,
    memory=1024,
)
def follow_fiscal_documents(batch: Batch[FiscalDocument]) -> None:
    """Keep each document and count it into the turnover of its register's day, both once."""
    documents, new = _identify(batch)
    put_all([store.put_receipt(one) for one in new])
    days: dict[Day, Documents] = {}
    for message_id, one in documents.items():
        if one.kind.is_of_a_shift:
            day = (one.owner, one.register_id, one.day, one.fiscal_drive)
            days.setdefault(day, {})[message_id] = one
    _count(batch, days)


def _identify(batch: Batch[FiscalDocument]) -> tuple[Documents, list[StoredDocument]]:
    """Return the documents as they are kept, by message, and which of them are yet to be kept."""
    messages = list(batch)
    if not messages:
        return {}, []
    registers = sorted({one.register_id for _, one in messages})
    names = sorted({(one.fiscal_drive, one.number) for _, one in messages})
    gets: list[Get[Any]] = [*map(register_owner, registers)]
    gets += [store.receipt(*name) for name in names]
    found = fetch_all(gets)
    owners = dict(zip(registers, found, strict=False))
    kept = dict(zip(names, found[len(registers) :], strict=True))
    known = {name for name in names if kept[name]}
    documents: Documents = {}
    for message_id, one in messages:
        name = (one.fiscal_drive, one.number)
        try:
            kept[name] = documents[message_id] = _as_kept(one, owners[one.register_id], kept[name])
        except (AnotherDocument, ForeignDocument) as error:
            batch.fail(message_id, error)
    return documents, [one for name, one in kept.items() if one and name not in known]


def _as_kept(
    document: FiscalDocument, owner: str | None, kept: StoredDocument | None
) -> StoredDocument:
    if kept is not None:
        if kept.fiscal_sign != document.fiscal_sign:
            raise AnotherDocument
        return kept
    if owner is None:
        raise ForeignDocument
    return StoredDocument.of(owner, document)


def _count(batch: Batch[FiscalDocument], waiting: Mapping[Day, Documents]) -> None:
    """Count documents into their days, again where another worker counted meanwhile."""
    for attempt in range(_ATTEMPTS):
        if not waiting:
            return
        if attempt:
            pause(attempt)
        seen = fetch_all([store.day(*day) for day in waiting])
        lost: dict[Day, Documents] = {}
        for (day, documents), before in zip(waiting.items(), seen, strict=True):
            turnover = before or Turnover.none(*day)
            counted = turnover.plus(documents.values())
            if counted == turnover:
                continue
            try:
                write_alone(store.count(counted))
            except TurnoverMoved:
                lost[day] = documents
            except Exception as error:
                _fail(batch, documents, error)
        waiting = lost
    for documents in waiting.values():
        _fail(batch, documents, Unavailable())


def _fail(batch: Batch[FiscalDocument], documents: Documents, error: Exception) -> None:
    for message_id in documents:
        batch.fail(message_id, error)
