"""What the deployment decides about invoices."""

from typing import Annotated

from pydantic import Field, Json

from chalicelib.core.billing.model import Seller
from chalicelib.runtime.settings import Settings


class BillingSettings(Settings):
    """Who sells, and for how long an invoice may be paid."""

    seller: Json[Seller]
    invoice_days: Annotated[int, Field(ge=1, le=365)]
