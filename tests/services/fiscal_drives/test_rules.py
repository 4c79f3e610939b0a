"""Which drives fit which registers, and the lifecycle of an order."""

import datetime as dt
import itertools
import json

import pytest

from chalicelib.core.organisation.model import Register
from chalicelib.runtime import limits
from chalicelib.runtime.page import Page
from chalicelib.services.fiscal_drives import rules
from chalicelib.services.fiscal_drives.model import CartLine, Drive, OrderState

TODAY = dt.date(2026, 11, 24)
LIFE = ["invoiced", "paid", "assembling", "shipped", "delivered"]


def drive(model: str, kopecks: int, *fits: str) -> Drive:
    return Drive(
        model=model,
        title=model,
        months=15,
        price_kopecks=kopecks,
        in_stock=1,
        fits_register_models=fits,
    )


def register(number: int, model: str, days: int) -> Register:
    return Register(
        register_id=f"{number:016}",
        model=model,
        serial="1",
        fiscal_drive_number="9960440300412358",
        fiscal_drive_ends_on=TODAY + dt.timedelta(days=days),
    )


def line(model: str) -> CartLine:
    return CartLine(model=model, title=model, quantity=1, price_kopecks=1)


def test_drive_suits_registers_of_the_models_it_fits_soonest_end_first() -> None:
    registers = [register(1, "А", 300), register(2, "Б", 10), register(3, "А", 20)]
    entries = rules.catalogue([drive("b", 2, "А"), drive("a", 1, "Б", "В")], registers, TODAY)
    assert [entry.model for entry in entries] == ["a", "b"], "cheapest first"
    assert [int(register.register_id) for register in entries[0].suits] == [2]
    assert [int(register.register_id) for register in entries[1].suits] == [3, 1]


def test_catalogue_of_a_large_client_fits_into_an_answer() -> None:
    registers = [register(number, "М" * 120, number) for number in range(5_000)]
    drives = [drive(f"d{number}", 1, "М" * 120) for number in range(100)]
    entries = rules.catalogue(drives, registers, TODAY)
    assert {(len(entry.suits), entry.suits_total) for entry in entries} == {
        (rules.MOST_SUITABLE, 5_000)
    }
    assert [int(register.register_id) for register in entries[0].suits[:2]] == [0, 1]
    answer = json.dumps(Page(items=entries, next=None).model_dump_json())
    assert len(answer) < limits.PAYLOAD - 10_000


@pytest.mark.parametrize(
    ("days", "soon"), [(-1, True), (0, True), (60, True), (61, False), (600, False)]
)
def test_register_is_marked_whose_drive_ends_within_60_days(days: int, soon: bool) -> None:
    (entry,) = rules.catalogue([drive("a", 1, "А")], [register(1, "А", days)], TODAY)
    assert [register.ends_soon for register in entry.suits] == [soon]


@pytest.mark.parametrize(("state", "target"), list(itertools.product(OrderState, OrderState)))
def test_only_declared_moves_are_allowed(state: OrderState, target: OrderState) -> None:
    steps = {*itertools.pairwise(LIFE), ("invoiced", "cancelled"), ("invoiced", "expired")}
    if (state.value, target.value) in steps:
        rules.ORDER.require(state, target)
    else:
        with pytest.raises(rules.OrderStateNotAllowed) as refused:
            rules.ORDER.require(state, target)
        assert refused.value.members == {"order_status": state.value}


def test_cart_has_one_line_for_each_model_in_the_order_of_adding() -> None:
    lines = rules.with_line(rules.with_line((), line("a")), line("b"))
    again = rules.with_line(lines, line("a").model_copy(update={"quantity": 7}))
    assert [(line.model, line.quantity) for line in again] == [("a", 7), ("b", 1)]
    assert [line.model for line in rules.without_line(again, "a")] == ["b"]
    with pytest.raises(rules.NotInCart):
        rules.without_line(again, "c")


def test_cart_holds_no_more_models_than_an_order_can() -> None:
    lines: tuple[CartLine, ...] = ()
    for number in range(rules.MOST_MODELS):
        lines = rules.with_line(lines, line(f"m{number}"))
    rules.with_line(lines, line("m0"))
    with pytest.raises(rules.CartFull):
        rules.with_line(lines, line("another"))
