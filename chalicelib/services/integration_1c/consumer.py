"""What happens when a subscription's invoice closes, a message has to be prepared, a term ends."""

import datetime as dt
import itertools
from operator import attrgetter

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import InvoiceClosed
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer, scheduled
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import every, fetch
from chalicelib.services.integration_1c import (
    loading,
    mail,
    node,
    preparation,
    rules,
    sending,
    store,
)
from chalicelib.services.integration_1c.message.objects import Version
from chalicelib.services.integration_1c.model import FileState, SubscriptionStatus
from chalicelib.services.integration_1c.node import OperationState
from chalicelib.services.integration_1c.preparation import (
    ExchangeMessage,
    PeriodMessage,
    Wanted,
)
from chalicelib.services.integration_1c.rules import (
    AccessChanged,
    AlreadyPrepared,
    ExchangeMoved,
    NothingToLoad,
    PeriodTooLarge,
    SubscriptionMoved,
    SubscriptionUnknown,
)
from chalicelib.services.integration_1c.store import (
    EXCHANGES,
    INTEGRATION_1C,
    PREPARATIONS,
    SUBSCRIPTIONS,
)

_AT_ONCE = 1_000
_IN_ONE_MAIL = 50
"""Registers; their notes and the mail are one transaction."""
MOST_RECEIPTS = 300_000
"""Documents of a file that is prepared apart."""


@consumer(SUBSCRIPTIONS, reads=[ORGANISATION], writes=[INTEGRATION_1C, OUTBOX])
def follow_subscription(closed: InvoiceClosed) -> None:
    """Move a subscription on once: paid, with its days and an e-mail; or expired."""
    subscription = fetch(store.subscription(closed.client_id, closed.subject))
    if subscription is None:
        raise SubscriptionUnknown
    if subscription.status is not SubscriptionStatus.INVOICED:
        logger.info("invoice already followed", subscription_id=subscription.subscription_id)
        return
    try:
        if closed.state is InvoiceState.EXPIRED:
            expired = SubscriptionStatus.EXPIRED
            transact([store.move(closed.client_id, subscription, expired, Actor.TIME)])
            return
        access, payer = fetch(
            store.access(closed.client_id, subscription.register_id),
            organisation.profile(closed.client_id),
        )
        if payer is None:
            raise OrganisationUnknown
        longer = rules.extend(subscription.register_id, access, subscription.period, clock.today())
        transact(
            [
                store.move(closed.client_id, subscription, SubscriptionStatus.ACTIVE, Actor.BANK),
                store.put_access(closed.client_id, longer, access),
                mail.subscribed(closed.client_id, payer, longer),
            ]
        )
    except SubscriptionMoved:
        logger.info("invoice followed at the same time")


@scheduled("rate(1 hour)", reads=[ORGANISATION], writes=[INTEGRATION_1C, OUTBOX])
def remind_of_ending_access() -> None:
    """Tell clients, once and in one e-mail, which registers lose their access within a week."""
    today = clock.today()
    ending = every(store.ending(today + rules.REMIND_BEFORE), most=_AT_ONCE)
    ending.sort(key=attrgetter("client_id"))
    for client_id, group in itertools.groupby(ending, key=attrgetter("client_id")):
        payer = fetch(organisation.profile(client_id))
        whole = list(group)
        for start in range(0, len(whole), _IN_ONE_MAIL):
            some = whole[start : start + _IN_ONE_MAIL]
            # What ended while nobody looked is no longer to be reminded of.
            told = [one for one in some if one.until >= today]
            letter = mail.ending(client_id, payer, told) if payer and told else None
            try:
                transact([*map(store.reminded, some), *([letter] if letter else [])])
            except AccessChanged:
                logger.info("access changed meanwhile; the next run looks again")


@consumer(
    PREPARATIONS,
    reads=[ORGANISATION, FISCAL],
    writes=[INTEGRATION_1C, EXCHANGES],
    batch_size=1,
    timeout=300,
    memory=1536,
)
def prepare_message(wanted: Wanted) -> None:
    """Prepare a message that takes longer than a call."""
    match wanted:
        case ExchangeMessage():
            _prepare_for_exchange(wanted)
        case PeriodMessage():
            _prepare_period(wanted)


def _prepare_for_exchange(wanted: ExchangeMessage) -> None:
    operation = fetch(node.operation(wanted.client_id, wanted.operation_id))
    to = fetch(node.node(wanted.client_id, operation.code)) if operation else None
    if operation is None or to is None or operation.state is not OperationState.ACTIVE:
        logger.info("no such preparation is under way")
        return
    accesses = sending.accesses_of(wanted.client_id)
    shifts = sending.pending(wanted.client_id, to.node_id, accesses)
    fitting = sending.fitting(shifts, sending.MOST_DOCUMENTS)
    try:
        sending.send(wanted.client_id, to, operation, fitting)
    except ExchangeMoved:
        logger.info("another exchange went on without this one")
    except Problem as problem:
        logger.info("message cannot be prepared", problem=problem.slug)


def _prepare_period(wanted: PeriodMessage) -> None:
    client_id, message_id = wanted.client_id, wanted.message_id
    asked = fetch(preparation.prepared(client_id, message_id))
    if asked is None or asked.state is not FileState.PREPARING:
        logger.info("no such file is wanted")
        return
    try:
        size, receipts = _put_period(client_id, message_id, asked.first, asked.last, asked.version)
        done = preparation.ready(client_id, message_id, size, receipts)
    except Problem as problem:
        done = preparation.failed(client_id, message_id, problem.detail)
    try:
        transact([done])
    except AlreadyPrepared:
        logger.info("file prepared at the same time")


def _put_period(
    client_id: str, message_id: str, first: dt.date, last: dt.date, version: Version
) -> tuple[int, int]:
    shifts = loading.all_ended_shifts(client_id, first, last, clock.today())
    if not shifts:
        raise NothingToLoad
    documents = sum(one.documents for one in shifts)
    if documents > MOST_RECEIPTS:
        raise PeriodTooLarge(receipts=documents, most=MOST_RECEIPTS)
    size, summary = sending.put_message(client_id, message_id, shifts, version)
    return size, summary.receipts
