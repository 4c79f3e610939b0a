"""Shifts computed from turnover."""

import datetime as dt

from chalicelib.core.fiscal.turnover import ShiftSpan as Span
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.services.integration_1c.shifts import shifts_of

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)


def turnover(
    day: dt.date, numbers: set[int], *shifts: tuple[int, int, int, bool], drive: str = "1" * 16
) -> Turnover:
    counted: dict[int, int] = {}
    for number in numbers:
        counted[number // 1024] = counted.get(number // 1024, 0) | 1 << number % 1024
    return Turnover(
        client_id="client-1",
        register_id="0" * 16,
        day=day,
        fiscal_drive=drive,
        counted=counted,
        shifts={
            number: Span(first=first, last=last, closed=closed)
            for number, first, last, closed in shifts
        },
    )


def test_shift_over_midnight_belongs_to_its_last_day() -> None:
    (shift,) = shifts_of(
        [
            turnover(MONDAY, {1000, 1020, 1023}, (7, 1000, 1023, False)),
            turnover(TUESDAY, {1024, 1030}, (7, 1024, 1030, True)),
        ]
    )
    assert (shift.day, shift.first, shift.last) == (TUESDAY, 1000, 1030)
    assert (shift.documents, shift.closed) == (5, True)


def test_fingerprint_depends_on_documents_of_the_shift_only() -> None:
    def fingerprints(*numbers: int) -> list[str]:
        spans = [(7, 1000, 1023, True), (8, 1024, 1040, True)]
        return [shift.fingerprint for shift in shifts_of([turnover(MONDAY, {*numbers}, *spans)])]

    before = fingerprints(1000, 1023, 1024, 1040)
    same, changed = fingerprints(1000, 1023, 1024, 1030, 1040)
    assert same == before[0]
    assert changed != before[1]
    assert before[0] != before[1]


def test_same_number_on_two_drives_gives_two_shifts() -> None:
    shifts = shifts_of(
        [
            turnover(MONDAY, {5}, (7, 5, 5, True)),
            turnover(MONDAY, {5}, (7, 5, 5, True), drive="2" * 16),
        ]
    )
    assert len(shifts) == 2


def test_open_shift_counts_as_ended_after_the_longest_shift() -> None:
    (shift,) = shifts_of([turnover(MONDAY, {5}, (7, 5, 5, False))])
    assert not shift.has_ended(TUESDAY)
    assert shift.has_ended(TUESDAY + dt.timedelta(days=1))
