"""Follows the invoices for packages."""

from chalicelib.core.billing.model import InvoiceClosed
from chalicelib.runtime.consumer import consumer
from chalicelib.services.edo.licences.sale import SALE
from chalicelib.services.edo.resources import EDO


@consumer(SALE.queue, writes=[EDO])
def follow_invoice_of_licence(closed: InvoiceClosed) -> None:
    """Start the licence when its invoice is paid; close the purchase when the invoice expires."""
    SALE.follow(closed)
