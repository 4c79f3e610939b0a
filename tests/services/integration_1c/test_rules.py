"""Terms of access by days."""

import datetime as dt
import itertools

import pytest

from chalicelib.runtime import clock
from chalicelib.services.integration_1c import rules
from chalicelib.services.integration_1c.model import AccessState, RegisterAccess, SubscriptionPeriod

REGISTER = "0004817236006552"
TODAY = dt.date(2026, 11, 24)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def noon(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(12), clock.MOSCOW)


def test_days_are_by_moscow_time() -> None:
    moment = dt.datetime(2026, 11, 24, 21, 30, tzinfo=dt.UTC)
    assert rules.begin_trial(REGISTER, None, 1, moment).until == day("2026-11-25")
    paid = rules.extend(REGISTER, None, SubscriptionPeriod.MONTH, moment)
    assert paid.terms[0].since == day("2026-11-25")
    assert paid.history[0].at == moment


@pytest.mark.parametrize(
    ("since", "period", "until"),
    [
        ("2026-11-24", SubscriptionPeriod.MONTH, "2026-12-23"),
        ("2026-11-01", SubscriptionPeriod.MONTH, "2026-11-30"),
        ("2027-01-30", SubscriptionPeriod.MONTH, "2027-02-28"),
        ("2027-01-31", SubscriptionPeriod.MONTH, "2027-02-28"),
        ("2028-01-31", SubscriptionPeriod.MONTH, "2028-02-29"),
        ("2027-03-31", SubscriptionPeriod.MONTH, "2027-04-30"),
        ("2026-12-15", SubscriptionPeriod.MONTH, "2027-01-14"),
        ("2026-11-24", SubscriptionPeriod.YEAR, "2027-11-23"),
        ("2028-02-29", SubscriptionPeriod.YEAR, "2029-02-28"),
    ],
)
def test_last_day_of_a_period(since: str, period: SubscriptionPeriod, until: str) -> None:
    assert rules.last_day(day(since), period) == day(until)


def test_trial_includes_today() -> None:
    access = rules.begin_trial(REGISTER, None, 14, noon(TODAY))
    assert access.until == day("2026-12-07")
    assert rules.state(access, TODAY) is AccessState.TRIAL
    assert rules.state(access, access.until) is AccessState.TRIAL
    assert rules.state(access, day("2026-12-08")) is AccessState.EXPIRED
    assert rules.state(None, TODAY) is AccessState.NONE


def test_period_paid_during_a_trial_begins_after_the_trial() -> None:
    trial = rules.begin_trial(REGISTER, None, 14, noon(TODAY))
    paid = rules.extend(REGISTER, trial, SubscriptionPeriod.MONTH, noon(day("2026-12-01")))
    assert (paid.terms[1].since, paid.until) == (day("2026-12-08"), day("2027-01-07"))
    assert rules.state(paid, day("2026-12-07")) is AccessState.TRIAL
    assert rules.state(paid, day("2026-12-08")) is AccessState.ACTIVE


def test_renewal_continues_from_the_end_or_from_today() -> None:
    first = rules.extend(REGISTER, None, SubscriptionPeriod.MONTH, noon(TODAY))
    early = rules.extend(REGISTER, first, SubscriptionPeriod.YEAR, noon(day("2026-12-23")))
    assert (early.terms[1].since, early.until) == (day("2026-12-24"), day("2027-12-23"))
    late = rules.extend(REGISTER, first, SubscriptionPeriod.MONTH, noon(day("2026-12-24")))
    assert (late.terms[1].since, late.until) == (day("2026-12-24"), day("2027-01-23"))


def test_days_between_terms_are_not_covered() -> None:
    first = rules.extend(REGISTER, None, SubscriptionPeriod.MONTH, noon(TODAY))
    again = rules.extend(REGISTER, first, SubscriptionPeriod.MONTH, noon(day("2027-02-01")))
    covered = ["2026-11-24", "2026-12-23", "2027-02-01", "2027-02-28"]
    assert all(rules.covers(again, day(date)) for date in covered)
    assert not any(
        rules.covers(again, day(date)) for date in ["2026-11-23", "2026-12-24", "2027-01-31"]
    )
    assert rules.state(again, day("2027-01-10")) is AccessState.EXPIRED


def test_trial_is_refused_while_access_is_in_force() -> None:
    paid = rules.extend(REGISTER, None, SubscriptionPeriod.MONTH, noon(TODAY))
    with pytest.raises(rules.AccessInForce):
        rules.begin_trial(REGISTER, paid, 14, noon(paid.until))


def test_terms_never_overlap() -> None:
    access: RegisterAccess | None = None
    today = TODAY
    for period in (
        SubscriptionPeriod.MONTH,
        SubscriptionPeriod.MONTH,
        SubscriptionPeriod.YEAR,
        SubscriptionPeriod.MONTH,
    ):
        access = rules.extend(REGISTER, access, period, noon(today))
        today += dt.timedelta(days=20)
    assert access is not None
    ends = [(term.since, term.until) for term in access.terms]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))
    assert len(access.history) == 4
