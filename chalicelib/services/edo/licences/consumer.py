"""Follows the invoices for packages."""

from chalicelib.core.billing.model import InvoiceState
from chalicelib.core.billing.payment import InvoiceClosed
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import logger
from chalicelib.runtime.table import fetch
from chalicelib.services.edo.licences import rules, store
from chalicelib.services.edo.licences.model import PurchaseState
from chalicelib.services.edo.resources import EDO


@consumer(store.LICENCES, writes=[EDO])
def follow_invoice_of_licence(closed: InvoiceClosed) -> None:
    """Start the licence when its invoice is paid; close the purchase when the invoice expires."""
    purchase = fetch(store.purchase(closed.client_id, closed.subject))
    if purchase is None:
        raise rules.PurchaseUnknown
    try:
        if closed.state is InvoiceState.PAID:
            licence = rules.licence_of(purchase.purchase_id, purchase.package, clock.today())
            transact(
                [
                    store.close_purchase(purchase, PurchaseState.PAID, Actor.BANK),
                    store.put_licence(purchase.client_id, licence),
                ]
            )
        else:
            transact([store.close_purchase(purchase, PurchaseState.EXPIRED, Actor.TIME)])
    except store.PurchaseClosed:
        logger.info("invoice already followed", purchase_id=purchase.purchase_id)
