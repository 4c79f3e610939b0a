"""Messages of ours: what goes into one, and its way into the bucket."""

import datetime as dt
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import BinaryIO, cast

from chalicelib.runtime import clock, object_store
from chalicelib.runtime.commit import transact
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import every
from chalicelib.services.integration_1c import loading, node, store
from chalicelib.services.integration_1c.loading import Shift
from chalicelib.services.integration_1c.message import enterprise_data
from chalicelib.services.integration_1c.message.enterprise_data import (
    Confirmation,
    Header,
    Summary,
)
from chalicelib.services.integration_1c.message.objects import Version
from chalicelib.services.integration_1c.message.reference import reference
from chalicelib.services.integration_1c.model import Access
from chalicelib.services.integration_1c.node import Node, Operation
from chalicelib.services.integration_1c.store import EXCHANGES

LOOKS_BACK = dt.timedelta(days=100)
"""How far an exchange looks for shifts that changed. A register may hold receipts back for thirty
days; earlier days, of a base set up late, come by file."""
INLINE_REGISTERS = 10
INLINE_DOCUMENTS = 2_000
"""What is prepared within one call."""
MOST_DOCUMENTS = 100_000
MOST_SHIFTS = 4_000
"""What goes into one message; the rest goes into the next."""

_SPOOLED = 8 * 1024 * 1024
_ZIP = "application/zip"


def own_code(client_id: str) -> str:
    """Return the code of our side towards the bases of a client."""
    return str(reference("exchange-node", client_id))


def pending(client_id: str, node_id: str, accesses: Iterable[Access]) -> list[Shift]:
    """Return the shifts that a base has not confirmed as they are now, the oldest first.

    Two reads a register.
    """
    today = clock.today()
    found = []
    for access in accesses:
        first = max(access.terms[0].since, today - LOOKS_BACK)
        if access.until < first:
            continue
        ended = loading.ended_shifts(client_id, access, first, today, today)
        if ended:
            listed = node.loaded(client_id, node_id, access.register_id, first, today)
            loaded = dict(every(listed, most=MOST_SHIFTS))
            found += [one for one in ended if loaded.get(node.name_of(one)) != one.fingerprint]
    return sorted(found, key=lambda one: (one.day, one.register_id, one.first))


def fitting(shifts: Sequence[Shift], most_documents: int) -> list[Shift]:
    """Return the first shifts, with no more documents than that; one at the least."""
    taken: list[Shift] = []
    documents = 0
    for shift in shifts[:MOST_SHIFTS]:
        documents += shift.documents
        if taken and documents > most_documents:
            break
        taken.append(shift)
    return taken


def accesses_of(client_id: str) -> list[Access]:
    """Read the accesses of a client's registers."""
    return every(store.accesses(client_id), most=store.MOST_REGISTERS)


def send(client_id: str, to: Node, operation: Operation, shifts: Sequence[Shift]) -> None:
    """Prepare the message of an operation with these shifts, and end the operation.

    Raises:
        Problem: it cannot be prepared, and the operation has failed; or another exchange went on
            without it (ExchangeMoved).
    """
    confirmation = Confirmation(
        recipient=to.code,
        sender=own_code(client_id),
        message_no=operation.message_no,
        received_no=to.received_no,
    )
    try:
        written, _ = put_message(client_id, operation.file_id, shifts, to.version, confirmation)
    except Problem as problem:
        transact(node.fail(client_id, operation, problem.detail))
        raise
    transact(node.complete(client_id, operation, written, shifts))


def put_message(
    client_id: str,
    file_id: str,
    shifts: Sequence[Shift],
    version: Version,
    confirmation: Confirmation | None = None,
) -> tuple[int, Summary]:
    """Write a message into the bucket, zipped; return its bytes there and what is in it.

    Raises:
        RateNotInVersion: as said.
    """
    with tempfile.SpooledTemporaryFile(_SPOOLED) as kept:
        target = cast(BinaryIO, kept)
        with (
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
            archive.open("Message.xml", "w", force_zip64=True) as entry,
        ):
            summary = write(cast(BinaryIO, entry), client_id, shifts, version, confirmation)
        size = target.tell()
        target.seek(0)
        object_store.put(EXCHANGES, key(client_id, file_id), target, _ZIP)
    return size, summary


def write(
    target: BinaryIO,
    client_id: str,
    shifts: Sequence[Shift],
    version: Version,
    confirmation: Confirmation | None = None,
    *,
    keep_items: bool = True,
) -> Summary:
    """Write the XML of a message with these shifts.

    Raises:
        RateNotInVersion: as said.
    """
    header = Header(clock.now().astimezone(clock.MOSCOW), confirmation)
    made = loading.reports(client_id, shifts, keep_items=keep_items)
    return enterprise_data.write(target, header, made, version=version)


def key(client_id: str, file_id: str) -> str:
    """Return what a file is kept under."""
    return f"{client_id}/{file_id}"
