"""Settings of billing."""

from typing import Annotated

from pydantic import Field, Json

from chalicelib.core.billing.model import Seller
from chalicelib.runtime.settings import Settings


class BillingSettings(Settings):
    """The seller on every invoice, and the days to pay an invoice."""

    seller: Annotated[
        Json[Seller],
        Field(description="The operator's requisites for invoices, JSON (billing.model.Seller)."),
    ]
    invoice_days: Annotated[int, Field(ge=1, le=365, description="Days to pay an invoice.")] = 5
