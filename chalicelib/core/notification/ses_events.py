"""Events that SES publishes about e-mails, through the configuration set that sending names.

The format is that of "Contents of event data that Amazon SES publishes to Amazon SNS" in the SES
developer guide. The tags are those that the adapter gave to the e-mail.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from chalicelib.core.notification.carrier import Reference
from chalicelib.core.notification.report import Outcome, Report
from chalicelib.runtime.model import Model

CLIENT_TAG, MESSAGE_TAG = "client", "message"

_SUPPRESSED = {"Suppressed", "OnAccountSuppressionList"}


class _Mail(Model):
    tags: Mapping[str, Sequence[str]] = Field(default_factory=dict)


class _Bounce(Model):
    kind: str = Field(alias="bounceType")
    detail: str = Field(alias="bounceSubType")

    @property
    def reason(self) -> str:
        """The reason as the statistics show it.

        SES reports a temporary bounce when it has given up, so that one is final too.
        """
        if self.detail in _SUPPRESSED:
            return "email-suppressed"
        return "email-bounced" if self.kind == "Permanent" else "email-unreachable"


class SesEvent(Model):
    """An event about an e-mail; other types of events are not subscribed to."""

    event_type: Literal["Bounce", "Complaint", "Delivery", "Reject"] = Field(alias="eventType")
    mail: _Mail
    bounce: _Bounce | None = None

    @property
    def reference(self) -> Reference:
        """The message that the event is about; empty strings for an e-mail sent without one."""
        client_id, message_id = (
            next(iter(self.mail.tags.get(tag, [])), "") for tag in (CLIENT_TAG, MESSAGE_TAG)
        )
        return Reference(client_id, message_id)

    def report(self) -> Report | None:
        """Return the report; None for a complaint, which follows a delivery."""
        reference = self.reference
        if self.event_type == "Complaint":
            return None
        outcome = Outcome.DELIVERED if self.event_type == "Delivery" else Outcome.UNDELIVERED
        reason = "email-rejected" if self.event_type == "Reject" else None
        return Report(
            client_id=reference.client_id,
            message_id=reference.message_id,
            outcome=outcome,
            reason=self.bounce.reason if self.bounce else reason,
        )
