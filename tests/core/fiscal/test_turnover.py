"""Turnover equals independently calculated sums, whatever the order of the documents."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.fiscal import store
from chalicelib.core.fiscal.document import MOST_DOCUMENTS, FiscalDocumentKind, OperationType
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.turnover import PAGE, ShiftSpan, Turnover
from chalicelib.runtime import clock
from chalicelib.runtime.table import from_wire

pytestmark = pytest.mark.usefixtures("environment")

EMPTY = Turnover.empty("client-1", "0004817236006552", dt.date(2026, 11, 24), "9960440300412358")
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=clock.MOSCOW)


def document(number: int, **changes: Any) -> StoredDocument:
    usual: dict[str, Any] = {
        "owner": EMPTY.client_id,
        "fiscal_drive": EMPTY.fiscal_drive,
        "number": number,
        "fiscal_sign": number,
        "register_id": EMPTY.register_id,
        "kind": FiscalDocumentKind.RECEIPT,
        "at": NOON,
        "shift": 7,
        "operation": OperationType.INCOME,
        "total": 100,
        "packed": b"",
    }
    return StoredDocument(**usual | changes)


amounts = st.integers(0, 10**13)
numbers = st.integers(1, 5_000) | st.integers(1, MOST_DOCUMENTS)


@st.composite
def documents(draw: st.DrawFn) -> StoredDocument:
    kind = draw(st.sampled_from([kind for kind in FiscalDocumentKind if kind.is_of_a_shift]))
    return document(
        draw(numbers),
        kind=kind,
        at=NOON + dt.timedelta(minutes=draw(st.integers(-700, 700))),
        shift=draw(st.integers(1, 3)),
        operation=draw(st.sampled_from(OperationType)) if kind.is_settlement else None,
        total=draw(amounts),
        cash=draw(amounts),
        electronic=draw(amounts),
    )


days = st.lists(documents(), unique_by=lambda record: record.number, max_size=40)


def recount(kept: Iterable[StoredDocument]) -> dict[str, Any]:
    """Calculate each value directly from the list of documents."""
    paid = [record for record in kept if record.kind in {3, 4, 31, 41}]

    def net(plus: int, minus: int, field: str) -> int:
        signs = {plus: 1, minus: -1}
        return sum(getattr(record, field) * signs.get(record.operation or 0, 0) for record in paid)

    return {
        "turnover": net(1, 2, "total"),
        "cash": net(1, 2, "cash"),
        "electronic": net(1, 2, "electronic"),
        "expense": net(3, 4, "total"),
        "receipts": len([record for record in paid if record.operation == 1]),
        "returns": len([record for record in paid if record.operation == 2]),
        "corrections": len([record for record in paid if record.kind in {31, 41}]),
        "last_document_at": max((record.at for record in paid), default=None),
    }


def values_of(turnover: Turnover) -> dict[str, Any]:
    return {name: getattr(turnover, name) for name in recount([])}


def kept(turnover: Turnover) -> Turnover:
    """Return the turnover as it is read after it was stored."""
    item = from_wire(store.put_turnover(turnover).request["Put"]["Item"])
    return store._read_turnover(item)


@given(days, st.randoms(use_true_random=False))
def test_order_batches_and_repeats_do_not_change_the_sums(
    day: list[StoredDocument], random: Any
) -> None:
    arriving = day + random.choices(day, k=len(day)) if day else []
    random.shuffle(arriving)
    turnover = EMPTY
    while arriving:
        size = random.randint(1, 7)
        batch, arriving = arriving[:size], arriving[size:]
        version = turnover.version
        turnover = kept(turnover.plus(batch))
        assert turnover.version == version + 1
    assert values_of(turnover) == recount(day)
    assert {n for n in range(1, 6_000) if turnover.has(n)} == {
        record.number for record in day if record.number < 6_000
    }
    assert all(turnover.has(record.number) for record in day)
    assert sum(marks.bit_count() for marks in turnover.counted.values()) == len(day)
    if day:
        assert turnover.numbers == (min(n.number for n in day), max(n.number for n in day))
    for shift in {record.shift for record in day}:
        of_it = [record for record in day if record.shift == shift]
        assert shift is not None
        assert turnover.shifts[shift] == ShiftSpan(
            first=min(record.number for record in of_it),
            last=max(record.number for record in of_it),
            closed=any(record.kind is FiscalDocumentKind.SHIFT_CLOSING for record in of_it),
        )


@given(days)
def test_included_documents_are_skipped(day: list[StoredDocument]) -> None:
    turnover = EMPTY.plus(day)
    assert turnover.plus(day) == turnover


def test_number_below_the_first_is_included() -> None:
    turnover = EMPTY.plus([document(PAGE * 3)]).plus([document(PAGE * 3 - 1), document(1)])
    assert turnover.receipts == 3
    assert turnover.numbers == (1, PAGE * 3)


def test_bits_of_a_busy_day_and_a_stray_number_fit_a_write_unit() -> None:
    busy = EMPTY.plus(document(n) for n in [*range(70_300, 71_800), MOST_DOCUMENTS])
    counted = store.put_turnover(busy).request["Put"]["Item"]["counted"]["M"]
    assert sum(len(page["B"]) for page in counted.values()) < 600


def test_bits_of_every_page_fit_an_item() -> None:
    every_page = EMPTY.plus(document(n) for n in range(PAGE - 1, MOST_DOCUMENTS, PAGE))
    counted = store.put_turnover(every_page).request["Put"]["Item"]["counted"]["M"]
    assert sum(len(name) + len(page["B"]) for name, page in counted.items()) < 300_000
