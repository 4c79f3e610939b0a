"""A month is archived when a quarter has passed since its end."""

import datetime as dt

import pytest

from chalicelib.core.fiscal.archive.rules import may_be_archived, newest_archived_month

JULY_ENDS = dt.date(2026, 7, 31)


@pytest.mark.parametrize(
    ("today", "month"),
    [
        ("2026-10-31", "2026-06"),
        ("2026-11-01", "2026-07"),
        ("2026-11-30", "2026-07"),
        ("2027-01-01", "2026-09"),
        ("2027-04-30", "2026-12"),
    ],
)
def test_a_month_waits_for_a_quarter(today: str, month: str) -> None:
    assert newest_archived_month(dt.date.fromisoformat(today)) == month


def test_readers_expect_an_archive_a_day_early() -> None:
    assert not may_be_archived(JULY_ENDS, dt.date(2026, 10, 30))
    assert may_be_archived(JULY_ENDS, dt.date(2026, 10, 31))
    assert not may_be_archived(dt.date(2026, 8, 1), dt.date(2026, 10, 31))
