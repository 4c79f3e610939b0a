"""Sales by invoice.

A service declares what it sells once, in its module ``sale.py``::

    SALE = Sale(
        queue=store.QUEUE,
        first=OrderState.INVOICED,
        lifecycle=ORDER,
        get=store.order,
        unknown=OrderUnknown,
        paid=_paid,
        expired=_expired,
    )

The action that sells calls :meth:`Sale.begin`, commits the writes of :meth:`Sale.issue` with its
own writes and answers with :class:`Sold`. The consumer of the queue calls :meth:`Sale.follow`.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import model_serializer

from chalicelib.core.billing import store
from chalicelib.core.billing.model import (
    Invoice,
    InvoiceClosed,
    InvoiceLine,
    InvoiceState,
    Party,
    payment_purpose,
)
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.organisation.model import Profile
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.lifecycle import Beginning, Lifecycle, StateNotAllowed
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
class Opening(Beginning[S]):
    """A sale as it begins: the invoice to pay, and the first state and history of the thing."""

    invoice: Invoice


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
        invoice = _draw_up(payer, lines, beginning.at)
        return Opening(beginning.state, beginning.at, beginning.history, invoice)

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


def _draw_up(payer: Profile, lines: Sequence[InvoiceLine], at: dt.datetime) -> Invoice:
    settings = BillingSettings.load()
    number, day = store.new_number(), clock.business_day(at)
    return Invoice(
        invoice_id=new_identifier(),
        number=number,
        issued_on=day,
        pay_before=day + dt.timedelta(days=settings.invoice_days),
        seller=settings.seller,
        payer=Party(name=payer.name, inn=payer.inn, kpp=payer.kpp, address=payer.address),
        lines=tuple(lines),
        purpose=payment_purpose(number, day),
        history=(HistoryEntry(status=InvoiceState.OPEN.value, at=at, by=Actor.CLIENT),),
    )
