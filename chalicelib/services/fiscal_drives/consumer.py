"""The consumer of notifications about the invoices of the service."""

from chalicelib.core.billing.model import InvoiceClosed
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.services.fiscal_drives.sale import SALE
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES


@consumer(SALE.queue, writes=[FISCAL_DRIVES, OUTBOX])
def follow_invoice(closed: InvoiceClosed) -> None:
    """Move an order on when its invoice is paid or has expired.

    The client is notified of a payment by e-mail; the drives of an expired order return to the
    stock.
    """
    SALE.follow(closed)
