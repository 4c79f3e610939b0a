"""Sales by invoice: what every service does alike when it sells something.

A service declares its sale once, in a room ``sale.py``::

    SALE = Sale(
        queue=store.QUEUE,
        first=OrderState.INVOICED,
        lifecycle=ORDER,
        get=store.order,
        unknown=OrderUnknown,
        paid=_paid,
        expired=_expired,
    )

The action that sells begins with :meth:`Sale.begin`, commits the writes of :meth:`Sale.issue` with
its own and answers :class:`Sold`. The consumer of the queue calls :meth:`Sale.follow`.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import model_serializer

from chalicelib.core.billing import invoicing, store
from chalicelib.core.billing.model import Invoice, InvoiceLine, InvoiceState
from chalicelib.core.billing.payment import InvoiceClosed
from chalicelib.core.organisation.model import Profile
from chalicelib.runtime.commit import transact
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.log import logger
from chalicelib.runtime.model import Model
from chalicelib.runtime.problem import NotFound
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Write, fetch

M = TypeVar("M", bound=Model)
S = TypeVar("S", bound=StrEnum)


class Sold(Model, Generic[M]):
    """A thing just sold, with the invoice to pay.

    In JSON the fields of the thing and ``invoice`` stand side by side.
    """

    sold: M
    invoice: Invoice

    @model_serializer(mode="wrap")
    def _flatten(self, serialise: Callable[["Sold[M]"], dict[str, Any]]) -> dict[str, Any]:
        fields = serialise(self)
        return {**fields["sold"], "invoice": fields["invoice"]}


@dataclasses.dataclass(frozen=True)
class Opening(Generic[S]):
    """A sale as it begins: the invoice to pay, and the first state and history of the thing."""

    invoice: Invoice
    state: S
    at: dt.datetime
    history: tuple[HistoryEntry, ...]


@dataclasses.dataclass(frozen=True)
class Sale(Generic[M, S]):
    """What a service sells by invoice."""

    queue: Queue
    """Where the service is notified of the end of its invoices."""
    first: S
    """The state of a thing whose invoice is open."""
    lifecycle: Lifecycle[S]
    get: Callable[[str, str], Get[M]]
    """Describes the read of a thing by client and identifier."""
    unknown: type[NotFound]
    """What to raise where there is no such thing."""
    paid: Callable[[M], Sequence[Write]]
    """Returns the writes for a thing whose invoice is paid, its move among them."""
    expired: Callable[[M], Sequence[Write]]
    """Returns the writes for a thing whose invoice has expired, its move among them."""

    def begin(self, payer: Profile, lines: Sequence[InvoiceLine]) -> Opening[S]:
        """Draw up the invoice for ``lines`` and begin the lifecycle of what it sells."""
        beginning = self.lifecycle.begin(self.first, Actor.CLIENT)
        invoice = invoicing.draw_up(payer, lines, beginning.at)
        return Opening(invoice, beginning.state, beginning.at, beginning.history)

    def issue(self, client_id: str, invoice: Invoice, subject: str) -> list[Write]:
        """Describe a new invoice for the thing with the identifier ``subject``."""
        return store.issue(client_id, invoice, subject=subject, queue=self.queue)

    def follow(self, closed: InvoiceClosed) -> None:
        """Move a thing on when its invoice is paid or has expired. A repeat changes nothing.

        Raises:
            NotFound: there is no such thing; the problem is ``unknown``.
        """
        sold = fetch(self.get(closed.client_id, closed.subject))
        if sold is None:
            raise self.unknown
        if getattr(sold, self.lifecycle.field) is not self.first:
            logger.info("invoice already followed", subject=closed.subject)
            return
        effects = self.paid if closed.state is InvoiceState.PAID else self.expired
        try:
            transact(effects(sold))
        except StateNotAllowed:
            logger.info("invoice followed at the same time", subject=closed.subject)
