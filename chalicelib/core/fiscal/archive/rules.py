"""Which months of a fiscal drive are archived."""

import datetime as dt

_MONTHS_KEPT = 4
"""A month is archived when a quarter has passed since its end: in November, July."""
_CLOCKS_DIFFER = dt.timedelta(days=1)


def month_of(day: dt.date) -> str:
    """Return the month of a day: ``2026-07``."""
    return day.isoformat()[:7]


def newest_archived_month(today: dt.date) -> str:
    """Return the newest month whose documents are archived on ``today``."""
    months = today.year * 12 + today.month - 1 - _MONTHS_KEPT
    return f"{months // 12:04}-{months % 12 + 1:02}"


def may_be_archived(day: dt.date, today: dt.date) -> bool:
    """Whether documents of ``day`` may be in an archive, by the clock of another function too."""
    return month_of(day) <= newest_archived_month(today + _CLOCKS_DIFFER)
