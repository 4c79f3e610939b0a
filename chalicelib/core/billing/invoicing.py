"""Draws up invoices with the requisites that the seller and the payer have on that day."""

import datetime as dt
from collections.abc import Sequence

from chalicelib.core.billing import store
from chalicelib.core.billing.model import (
    Invoice,
    InvoiceLine,
    InvoiceState,
    Party,
    payment_purpose,
)
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.organisation.model import Profile
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.identifier import new_identifier


def draw_up(payer: Profile, lines: Sequence[InvoiceLine], at: dt.datetime | None = None) -> Invoice:
    """Return an open invoice for ``lines``, issued at ``at``.

    The time to pay is configured by :class:`BillingSettings`.
    """
    at = at or clock.now()
    settings = BillingSettings.load()
    number, today = store.new_number(), clock.business_day(at)
    return Invoice(
        invoice_id=new_identifier(),
        number=number,
        issued_on=today,
        pay_before=today + dt.timedelta(days=settings.invoice_days),
        seller=settings.seller,
        payer=Party(name=payer.name, inn=payer.inn, kpp=payer.kpp, address=payer.address),
        lines=tuple(lines),
        purpose=payment_purpose(number, today),
        history=(HistoryEntry(status=InvoiceState.OPEN.value, at=at, by=Actor.CLIENT),),
    )
