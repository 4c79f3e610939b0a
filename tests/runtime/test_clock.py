"""The clock, and identifiers made from the time."""

import datetime as dt
import re

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chalicelib.runtime import clock
from chalicelib.runtime.identifier import Identifier, new_identifier

MOMENTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))


def test_clock_is_held_within_the_block() -> None:
    noon = dt.datetime(2026, 11, 24, 12, tzinfo=clock.MOSCOW)
    with clock.at(noon):
        assert clock.now() == noon
        assert clock.now().tzinfo is dt.UTC
        with clock.at(noon + dt.timedelta(days=1)):
            assert clock.today() == dt.date(2026, 11, 25)
        assert clock.today() == dt.date(2026, 11, 24)
    assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_day_begins_at_midnight_in_moscow() -> None:
    midnight = dt.datetime(2026, 11, 23, 21, tzinfo=dt.UTC)
    with clock.at(midnight):
        assert clock.today() == dt.date(2026, 11, 24)
    with clock.at(midnight - dt.timedelta(milliseconds=1)):
        assert clock.today() == dt.date(2026, 11, 23)


def test_clock_counts_milliseconds() -> None:
    with clock.at(dt.datetime(2026, 11, 24, 9, 0, 0, 123_999, tzinfo=dt.UTC)):
        assert clock.now().microsecond == 123_000


@given(MOMENTS, MOMENTS)
def test_identifiers_sort_by_time(moment: dt.datetime, other: dt.datetime) -> None:
    made = []
    for present in sorted((moment, other)):
        with clock.at(present):
            made.append((clock.now(), new_identifier()))
    (earlier, first), (later, second) = made
    assert earlier == later or first < second


def test_identifiers_are_opaque_and_unique() -> None:
    with clock.at(dt.datetime(2026, 11, 24, tzinfo=dt.UTC)):
        made = {new_identifier() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(re.fullmatch("[0-9a-f]{28}", identifier) for identifier in made)
    assert TypeAdapter(Identifier).validate_python(next(iter(made)))
