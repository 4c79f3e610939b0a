"""A month of a large operator, as arithmetic: what limits first, and what it costs.

What cannot be run is computed: from what ``feed`` and ``cost`` measure of one receipt and one call,
and from the quotas that AWS gives an account at first ("Quotas" in each service's developer guide,
as of November 2025). What was assumed is named as such.
"""

import dataclasses
from collections.abc import Iterator

from tests.bench import prices

# --- the operator

REGISTERS = 2_000_000
RECEIPTS_A_DAY = 46_000_000
CLIENTS = 500_000
"""Assumed: four registers a client."""
ACTIVE_SHARE = 0.01
CALLS_OF_A_VISIT = 40
"""Assumed: pages seen and actions taken by a client who comes on a day."""
PEAK = 3.0
"""The busiest minute against the mean of the day: assumed, most is sold in ten hours."""
TOLD_SHARE = 0.05
"""Receipts whose buyer left an address: assumed; half of them telephones."""
LARGEST_REGISTERS, LARGEST_RECEIPTS = 20_000, 300
"""Assumed, of the largest client: registers, and receipts of one a day."""

# --- the product, measured

WRITE_UNITS, READ_UNITS = 2.24, 1.8
"""Of a receipt with one of its register's a batch: two million registers do not fall together.

``feed`` measures 1.2 at five of a register a batch; alone a receipt takes a unit, its turnover
another, and the sizes of real receipts 0.24 more.
"""
RECEIPT_BYTES = 620
FEED_BATCH, FEED_SECONDS, FEED_GB = 50, 1.5, 1.0
"""Receipts of a call, and its billed seconds: assumed 3 ms a receipt and 30 calls of DynamoDB."""
SEND_BATCH, SEND_SECONDS = 10, 1.0
CALL_SECONDS = 0.15

DAY = 86_400
DAYS = 30


@dataclasses.dataclass(frozen=True)
class Limit:
    """What the busiest minute asks of a quota, by the second unless it says otherwise."""

    name: str
    asked: float
    quota: float
    done: str


def limits() -> list[Limit]:
    """Return what the peak asks of each quota, the tightest first."""
    receipts = RECEIPTS_A_DAY / DAY * PEAK
    told = receipts * TOLD_SHARE
    calls = CLIENTS * ACTIVE_SHARE * CALLS_OF_A_VISIT / DAY * PEAK
    largest = LARGEST_REGISTERS * LARGEST_RECEIPTS / DAY * PEAK
    running = (
        receipts / FEED_BATCH * FEED_SECONDS
        + told / SEND_BATCH * SEND_SECONDS
        + calls * CALL_SECONDS
    )
    used = [
        Limit(
            "SES, e-mails a second (quota of an account out of the sandbox)",
            told / 2,
            14,
            "a queue keeps what waits for 14 days, its age rings; ask for more, or another provider",
        ),
        Limit(
            "SNS, SMS a second (promised of a new account)",
            told / 2,
            20,
            "the same; the carrier is a parameter",
        ),
        Limit(
            "Lambda, functions running at once",
            running,
            1000,
            "batches of 50 for the feed; the dashboard shows it; ask for more before the first day",
        ),
        Limit(
            "DynamoDB, write units of table Fiscal",
            receipts * WRITE_UNITS,
            40_000,
            "two units a receipt, not the four of a transaction",
        ),
        Limit(
            "DynamoDB, write units of one partition: turnover of the largest client",
            largest,
            1000,
            "receipts are kept by drive; by client only turnover, one unit a batch and register",
        ),
        Limit(
            "DynamoDB, write units of one partition: receipts of one drive",
            LARGEST_RECEIPTS / DAY * PEAK * WRITE_UNITS,
            1000,
            "the drive is the partition",
        ),
        Limit(
            "API Gateway, calls a second",
            calls,
            10_000,
            "receipts come by a queue, not by calls; the stage is throttled at 500",
        ),
    ]
    return sorted(used, key=lambda item: -item.asked / item.quota)


def costs() -> Iterator[tuple[str, float]]:
    """Give what a month costs in dollars, by what for; without SMS, and the first month's storage."""
    receipts = RECEIPTS_A_DAY * DAYS
    told = receipts * TOLD_SHARE
    calls = CLIENTS * ACTIVE_SHARE * CALLS_OF_A_VISIT * DAYS
    yield "receipts, write units", receipts * WRITE_UNITS * prices.WRITE_UNIT
    yield "receipts, read units", receipts * READ_UNITS * prices.READ_UNIT
    yield "receipts, queue", receipts / 10 * prices.MESSAGE_CALLS * prices.QUEUE_CALL
    yield "receipts, functions", _functions(receipts / FEED_BATCH, FEED_SECONDS * FEED_GB)
    kept = receipts * RECEIPT_BYTES / 1e9
    yield "receipts, storage of one month's, each month", kept * prices.STORED_GB_MONTH
    # A delivery: its message, the delivery and its statistics in a transaction, the function.
    yield "deliveries, units", told * (6 * prices.WRITE_UNIT + 3 * prices.READ_UNIT)
    yield "deliveries, queue", told * prices.MESSAGE_CALLS * prices.QUEUE_CALL
    yield "deliveries, functions", _functions(told / SEND_BATCH, SEND_SECONDS / 2)
    yield "deliveries, e-mails", told / 2 * prices.CALLS["SendEmail"]
    each = prices.GATEWAY_CALL + 3 * prices.WRITE_UNIT + 2 * prices.READ_UNIT
    yield "the cabinet", calls * each + _functions(calls, CALL_SECONDS / 2)


def _functions(calls: float, gb_seconds: float) -> float:
    return calls * (prices.FUNCTION_CALL + gb_seconds * prices.FUNCTION_GB_SECOND_ARM)


def run() -> list[tuple[str, str]]:
    """(what, figure): each limit with its share, then what a month costs."""
    figures = [
        (
            limit.name,
            f"{limit.asked:,.1f} of {limit.quota:,.0f}: {limit.asked / limit.quota:.1%}. {limit.done}",
        )
        for limit in limits()
    ]
    spent = [*costs()]
    figures += [(f"a month, {what}", f"${dollars:,.0f}") for what, dollars in spent]
    total = sum(dollars for _, dollars in spent)
    receipts = RECEIPTS_A_DAY * DAYS
    return [*figures, ("a month, all", f"${total:,.0f}, ${total / receipts * 1e6:.2f} a million")]
