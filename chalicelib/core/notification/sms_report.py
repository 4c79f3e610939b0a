"""Reports of the SMS gateway, in the shape that gateways with a REST API commonly use."""

from typing import Annotated

from pydantic import Field

from chalicelib.core.notification.carrier import Reference
from chalicelib.core.notification.report import Outcome, Report
from chalicelib.runtime.model import Model, example

_REASONS = {
    "undelivered": "sms-undelivered",
    "failed": "sms-undelivered",
    "expired": "sms-expired",
    "rejected": "sms-rejected",
}


class SmsReport(Model):
    """The state of a message; further fields are ignored."""

    model_config = example(id="7707083893.receipt-9999078900004312-0000000001", status="delivered")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}\.[A-Za-z0-9-]{1,64}$")]
    """The id that came with the message."""
    status: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    """`delivered`, `undelivered`, `failed`, `expired`, `rejected`; others are intermediate."""

    def report(self) -> Report | None:
        """Return the report; None for an intermediate state."""
        reference = Reference.parse(self.id)
        delivered = self.status == "delivered"
        if not delivered and self.status not in _REASONS:
            return None
        return Report(
            client_id=reference.client_id,
            message_id=reference.message_id,
            outcome=Outcome.DELIVERED if delivered else Outcome.UNDELIVERED,
            reason=_REASONS.get(self.status),
        )
