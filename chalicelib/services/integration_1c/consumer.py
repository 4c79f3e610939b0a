"""Background work: invoices of subscriptions, preparation of messages, reminders."""

import datetime as dt
import itertools
from operator import attrgetter

from chalicelib.core.billing.model import InvoiceClosed
from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer, scheduled
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import every, fetch
from chalicelib.services.integration_1c import mail, rules, store
from chalicelib.services.integration_1c.enterprise_data.version import FormatVersion
from chalicelib.services.integration_1c.exchange import outgoing
from chalicelib.services.integration_1c.exchange import store as exchanges
from chalicelib.services.integration_1c.exchange.messages import put_message
from chalicelib.services.integration_1c.exchange.model import OperationState
from chalicelib.services.integration_1c.exchange.rules import ExchangeInterrupted, first_shifts
from chalicelib.services.integration_1c.model import (
    FileState,
    PreparationRequest,
    PrepareExchangeMessage,
    PreparePeriodFile,
)
from chalicelib.services.integration_1c.resources import (
    EXCHANGES,
    INTEGRATION_1C,
    PREPARATIONS,
)
from chalicelib.services.integration_1c.rules import (
    AccessChanged,
    AlreadyPrepared,
    NothingToLoad,
    PeriodTooLarge,
)
from chalicelib.services.integration_1c.sale import SALE
from chalicelib.services.integration_1c.shifts import ended_shifts_of_client

_MOST_REMINDERS = 1_000
"""Maximum number of accesses in one run."""
_MOST_REGISTERS_IN_EMAIL = 50
"""Maximum number of registers in one e-mail, which are updated in one transaction with it."""
MOST_RECEIPTS = 300_000
"""Maximum number of documents of a file of a period."""


@consumer(SALE.queue, reads=[ORGANISATION], writes=[INTEGRATION_1C, OUTBOX])
def follow_subscription(closed: InvoiceClosed) -> None:
    """Activate a subscription when its invoice is paid; close it when the invoice expires."""
    SALE.follow(closed)


@scheduled("rate(1 hour)", reads=[ORGANISATION], writes=[INTEGRATION_1C, OUTBOX])
def remind_of_ending_access() -> None:
    """Notify clients by e-mail, once, of the registers whose access ends within a week."""
    today = clock.today()
    ending = every(store.ending(today + rules.REMIND_BEFORE), most=_MOST_REMINDERS)
    ending.sort(key=attrgetter("client_id"))
    for client_id, group in itertools.groupby(ending, key=attrgetter("client_id")):
        payer = fetch(organisation.profile(client_id))
        accesses = list(group)
        for start in range(0, len(accesses), _MOST_REGISTERS_IN_EMAIL):
            batch = accesses[start : start + _MOST_REGISTERS_IN_EMAIL]
            # Access that has ended already needs no reminder.
            current = [access for access in batch if access.until >= today]
            email = mail.ending(client_id, payer, current) if payer and current else None
            try:
                transact([*map(store.put_reminded, batch), *([email] if email else [])])
            except AccessChanged:
                logger.info("access changed at the same time; the next run tries again")


@consumer(
    PREPARATIONS,
    reads=[ORGANISATION, FISCAL, FISCAL_ARCHIVE],
    writes=[INTEGRATION_1C, EXCHANGES],
    batch_size=1,
    timeout=300,
    memory=1536,
)
def prepare_message(request: PreparationRequest) -> None:
    """Prepare a message that takes longer than one call."""
    match request:
        case PrepareExchangeMessage():
            _prepare_exchange_message(request)
        case PreparePeriodFile():
            _prepare_period_file(request)


def _prepare_exchange_message(request: PrepareExchangeMessage) -> None:
    client_id = request.client_id
    operation = fetch(exchanges.operation(client_id, request.operation_id))
    node = fetch(exchanges.node(client_id, operation.code)) if operation else None
    if operation is None or node is None or operation.state is not OperationState.ACTIVE:
        logger.info("no such operation is running")
        return
    accesses = outgoing.read_accesses(client_id)
    shifts = outgoing.pending_shifts(client_id, node.node_id, accesses)
    selected = first_shifts(shifts, outgoing.MOST_DOCUMENTS)
    try:
        outgoing.prepare_message(client_id, node, operation, selected)
    except ExchangeInterrupted:
        logger.info("another exchange interrupted this one")
    except Problem as problem:
        logger.info("message cannot be prepared", problem=problem.slug)


def _prepare_period_file(request: PreparePeriodFile) -> None:
    client_id, message_id = request.client_id, request.message_id
    file = fetch(store.period_file(client_id, message_id))
    if file is None or file.state is not FileState.PREPARING:
        logger.info("no such file is to be prepared")
        return
    try:
        size, receipts = _put_period(client_id, message_id, file.first, file.last, file.version)
        end = rules.PERIOD_FILE.move(
            file, FileState.READY, Actor.SYSTEM, size=size, receipts=receipts
        )
    except Problem as problem:
        end = rules.PERIOD_FILE.move(file, FileState.FAILED, Actor.SYSTEM, reason=problem.detail)
    try:
        transact([store.end_period_file(client_id, end)])
    except AlreadyPrepared:
        logger.info("file prepared at the same time")


def _put_period(
    client_id: str, message_id: str, first: dt.date, last: dt.date, version: FormatVersion
) -> tuple[int, int]:
    """Store the message of a period; return its bytes and its number of receipts.

    Raises:
        NothingToLoad: no shift ended in the period while access was in force.
        PeriodTooLarge: the shifts have more than ``MOST_RECEIPTS`` documents.
    """
    shifts = ended_shifts_of_client(client_id, first, last, clock.today())
    if not shifts:
        raise NothingToLoad
    documents = sum(shift.documents for shift in shifts)
    if documents > MOST_RECEIPTS:
        raise PeriodTooLarge(receipts=documents, most=MOST_RECEIPTS)
    size, summary = put_message(client_id, message_id, shifts, version)
    return size, summary.receipts
