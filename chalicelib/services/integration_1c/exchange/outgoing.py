"""Sent messages: which shifts an infobase lacks, and the operation that prepares a message."""

import datetime as dt
from collections.abc import Iterable, Sequence

from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import every
from chalicelib.services.integration_1c import store as accesses
from chalicelib.services.integration_1c.enterprise_data.writer import Confirmation
from chalicelib.services.integration_1c.exchange import rules, store
from chalicelib.services.integration_1c.exchange.messages import put_message
from chalicelib.services.integration_1c.exchange.model import (
    ContinuousOperation,
    ExchangeNode,
    ShiftVersion,
)
from chalicelib.services.integration_1c.model import RegisterAccess
from chalicelib.services.integration_1c.shifts import RegisterShift, ended_shifts

LOOKS_BACK = dt.timedelta(days=100)
"""How far back an exchange looks for changed shifts.

A register may deliver receipts up to thirty days late. An infobase that is set up later gets the
earlier days as a file of a period.
"""
INLINE_REGISTERS = 10
"""Maximum number of registers whose message is prepared within one call."""
INLINE_DOCUMENTS = 2_000
"""Maximum number of documents of a message that is prepared within one call."""
MOST_DOCUMENTS = 100_000
"""Maximum number of documents of a message."""


def read_accesses(client_id: str) -> list[RegisterAccess]:
    """Read the accesses of a client's registers."""
    return every(accesses.accesses(client_id), most=accesses.MOST_REGISTERS)


def pending_shifts(
    client_id: str, node_id: str, register_accesses: Iterable[RegisterAccess]
) -> list[RegisterShift]:
    """Read the shifts whose present version an infobase has not confirmed, oldest first.

    Two reads for each register.
    """
    today = clock.today()
    pending: list[RegisterShift] = []
    for access in register_accesses:
        first = max(access.terms[0].since, today - LOOKS_BACK)
        if access.until < first:
            continue
        ended = ended_shifts(client_id, access, first, today, today)
        if ended:
            query = store.confirmed_shifts(client_id, node_id, access.register_id, first, today)
            confirmed = dict(every(query, most=rules.MOST_SHIFTS))
            pending += [
                shift
                for shift in ended
                if confirmed.get(ShiftVersion.of(shift).key) != shift.fingerprint
            ]
    return sorted(pending, key=lambda shift: (shift.day, shift.register_id, shift.first))


def prepare_message(
    client_id: str,
    node: ExchangeNode,
    operation: ContinuousOperation,
    shifts: Sequence[RegisterShift],
) -> None:
    """Store the message of an operation and end the operation.

    Raises:
        Problem: the message cannot be prepared, and the operation has failed.
        ExchangeInterrupted: another exchange with the infobase has ended the operation.
    """
    confirmation = Confirmation(
        recipient=node.code,
        sender=rules.own_code(client_id),
        message_no=operation.message_no,
        received_no=node.received_no,
    )
    try:
        size, _ = put_message(client_id, operation.file_id, shifts, node.version, confirmation)
    except Problem as problem:
        transact(store.fail_operation(client_id, operation, problem.detail))
        raise
    versions = [ShiftVersion.of(shift) for shift in shifts]
    transact(store.complete_operation(client_id, operation, size, versions))
