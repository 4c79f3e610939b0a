"""How a service issues an invoice: with the seller's and the payer's requisites of the day."""

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


def draw_up(payer: Profile, lines: Sequence[InvoiceLine]) -> Invoice:
    """Return a new open invoice for ``lines``, to be paid within the days configured."""
    settings = BillingSettings.load()
    number, today = store.new_number(), clock.today()
    return Invoice(
        invoice_id=new_identifier(),
        number=number,
        issued_on=today,
        pay_before=today + dt.timedelta(days=settings.invoice_days),
        seller=settings.seller,
        payer=Party(name=payer.name, inn=payer.inn, kpp=payer.kpp, address=payer.address),
        lines=tuple(lines),
        purpose=payment_purpose(number, today),
        history=(HistoryEntry.now(InvoiceState.OPEN.value, Actor.CLIENT),),
    )
