"""When a delivery is counted and billed: the only place that decides.

A receipt is counted as sent when the carrier takes it, and as delivered or undelivered when the
carrier reports so. The tariff says which of the first two the client pays for.
"""

from enum import StrEnum

from chalicelib.core.notification.report import Outcome
from chalicelib.services.e_receipts.model import Counters, DeliveryItem


class BilledOn(StrEnum):
    """What the client pays for."""

    HANDED_OVER = "handed-over"
    DELIVERED = "delivered"


def handed_over(parts: int, cost_kopecks: int, billed_on: BilledOn) -> tuple[Counters, int]:
    """Return what the hand-over to the carrier adds, and what falls due with the delivery."""
    due = cost_kopecks if billed_on is BilledOn.DELIVERED else 0
    return Counters(sent=1, parts=parts, cost_kopecks=cost_kopecks - due), due


def reported(current: DeliveryItem, outcome: Outcome) -> Counters | None:
    """Return what a carrier's report adds; None if the report changes nothing.

    An e-mail that was delivered may come back later, so ``undelivered`` replaces ``delivered``,
    with its cost. Nothing replaces ``undelivered``.
    """
    if outcome is Outcome.DELIVERED:
        first = current.outcome is None
        return Counters(delivered=1, cost_kopecks=current.due_kopecks) if first else None
    if current.outcome is Outcome.UNDELIVERED:
        return None
    if current.outcome is Outcome.DELIVERED:
        return Counters(delivered=-1, undelivered=1, cost_kopecks=-current.due_kopecks)
    return Counters(undelivered=1)
