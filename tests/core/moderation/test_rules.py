"""Deadlines by the Russian production calendar, and the lifecycle of an application."""

import datetime as dt
import itertools

import pytest

from chalicelib.core.moderation import rules
from chalicelib.core.moderation.model import ApplicationState, Flag


def moscow(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+03:00")


@pytest.mark.parametrize(
    ("submitted", "last"),
    [
        ("2026-11-24T12:00", "2026-11-27"),  # Tuesday to Friday
        ("2026-11-25T12:00", "2026-11-30"),  # over a weekend
        ("2026-11-24T23:59", "2026-11-27"),
        ("2026-11-25T00:00", "2026-11-30"),  # another day in Moscow, the same in UTC
        ("2026-11-28T12:00", "2026-12-02"),  # on a Saturday
        ("2026-11-03T12:00", "2026-11-09"),  # over the Day of Unity
        ("2026-12-28T12:00", "2027-01-11"),  # 31 December is a day off, transferred
        ("2026-12-30T12:00", "2027-01-13"),
        ("2027-02-18T12:00", "2027-02-24"),  # Saturday the 20th is worked, Monday the 22nd is not
        ("2027-04-30T12:00", "2027-05-06"),  # 1 May on a Saturday: the 3rd is off
    ],
)
def test_deadline_is_the_end_of_the_third_business_day(submitted: str, last: str) -> None:
    after = dt.date.fromisoformat(last) + dt.timedelta(days=1)
    assert rules.review_due(moscow(submitted)) == moscow(f"{after}T00:00")


def test_lifecycle_has_exactly_these_transitions() -> None:
    transitions = {
        (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW),
        (ApplicationState.SUBMITTED, ApplicationState.CANCELLED),
        (ApplicationState.IN_REVIEW, ApplicationState.APPROVED),
        (ApplicationState.IN_REVIEW, ApplicationState.REJECTED),
        (ApplicationState.IN_REVIEW, ApplicationState.CANCELLED),
    }
    for state, target in itertools.product(ApplicationState, ApplicationState):
        if (state, target) in transitions:
            rules.APPLICATION.require(state, target)
        else:
            with pytest.raises(rules.ApplicationStateNotAllowed):
                rules.APPLICATION.require(state, target)
    final = {state for state in ApplicationState if rules.APPLICATION.is_final(state)}
    assert set(ApplicationState) - final == {
        ApplicationState.SUBMITTED,
        ApplicationState.IN_REVIEW,
    }


def test_only_open_applications_past_their_deadline_are_overdue() -> None:
    due = moscow("2026-11-28T00:00")
    before = due - dt.timedelta(milliseconds=1)
    assert rules.is_overdue(ApplicationState.IN_REVIEW, due, due)
    assert not rules.is_overdue(ApplicationState.IN_REVIEW, due, before)
    assert not rules.is_overdue(ApplicationState.APPROVED, due, due)
    assert not rules.is_overdue(ApplicationState.SUBMITTED, None, due)


def test_every_flag_has_a_description() -> None:
    assert all(note.detail for note in rules.notes(Flag))
