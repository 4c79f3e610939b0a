"""What the queue of the service triggers."""

from chalicelib.core.billing.payment import InvoiceClosed
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.services.fiscal_drives.sale import SALE
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES


@consumer(SALE.queue, writes=[FISCAL_DRIVES, OUTBOX])
def follow_invoice(closed: InvoiceClosed) -> None:
    """Move an order on: paid, with an e-mail; or expired, with the drives back in stock."""
    SALE.follow(closed)
