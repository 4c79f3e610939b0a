"""The only source of the present. Tests and demonstrations set it; nothing else reads a clock."""

import contextlib
import datetime as dt
from collections.abc import Iterator

# Moscow has kept UTC+3 since 2014-10-26, before the first fiscal document; a Lambda need not carry
# the time zone database for it.
MOSCOW = dt.timezone(dt.timedelta(hours=3), "MSK")

_frozen: dt.datetime | None = None


def now() -> dt.datetime:
    """Return the present moment in UTC, to the millisecond."""
    moment = _frozen or dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def today() -> dt.date:
    """Return the present business day, which is counted in Moscow."""
    return business_day(now())


def business_day(moment: dt.datetime) -> dt.date:
    """Return the business day, in Moscow, of an aware ``moment``."""
    return moment.astimezone(MOSCOW).date()


@contextlib.contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` (aware) within the block."""
    global _frozen  # noqa: PLW0603 - the clock is process-wide by meaning
    before, _frozen = _frozen, moment.astimezone(dt.UTC)
    try:
        yield
    finally:
        _frozen = before
