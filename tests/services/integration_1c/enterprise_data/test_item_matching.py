"""The same thing is recognised however a till writes it, and never taken for another."""

import uuid
from typing import Any

import pytest

from chalicelib.services.integration_1c.enterprise_data.gtin import gtin
from chalicelib.services.integration_1c.enterprise_data.item_matching import (
    ItemMatch,
    OnecItem,
    Reconciliation,
    item_id,
    key_of,
    match_of,
    reconcile,
    settle,
)
from tests.support.shifts import INN, item

GTIN = "04606419014681"


def sent(place: int = 1, name: str = "Морс ягодный 0,2", **changes: Any) -> OnecItem:
    return OnecItem(id=uuid.UUID(int=place), name=name, unit="796", **changes)


def known(**changes: Any) -> ItemMatch:
    return match_of(INN, item(**changes))


def told(match: ItemMatch, *items: OnecItem) -> Reconciliation:
    return reconcile({match.key: match}, items)


@pytest.mark.parametrize(
    "code",
    [
        {"productCodeNew": {"gs1m": {"gtin": GTIN}}},
        {"productCodeNew": {"ean13": {"gtin": GTIN[1:]}}},
        {"productCodeNew": {"ean13": {"rawProductCode": GTIN[1:]}}},
        {"productCodeData": {"gtin": 4606419014681}},
        {"productCodeData": {"gtin": 4606419014681.0}, "productCodeNew": {"gs1m": {"gtin": GTIN}}},
    ],
)
def test_a_barcode_comes_first_whatever_zeros_it_lost(code: dict[str, Any]) -> None:
    assert key_of(item(**code)) == f"gtin:{GTIN}"


@pytest.mark.parametrize(
    "value",
    [
        "04606419014682",  # check digit
        "2000001234567",  # weighed in the shop
        "0212345678909",
        "0412345678907",
        "96385074",  # right, but see below
        0,
        "",
        None,
        "460641901468x",
        "٤٦٠٦٤١٩٠١٤٦٨١",
        True,
        123,
        4606419014681.0,
    ],
)
def test_what_is_no_number_of_goods(value: Any) -> None:
    assert gtin(value) == ("00000096385074" if value == "96385074" else None)


@pytest.mark.parametrize(
    "name",
    ["морс ягодный 0,2", " Морс  ягодный 0,2 ", "МОРС ЯГОДНЫЙ 0,2", "Морс\tягодный\xa00,2"],
)
def test_a_name_is_folded(name: str) -> None:
    assert key_of(item(name=name)) == key_of(item())


def test_quotes_and_yo_are_folded() -> None:
    assert key_of(item(name="Мёд «Липа»")) == key_of(item(name='Мед "Липа"'))


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Морс ягодный 0,3"},
        {"itemsQuantityMeasure": 11},
        {"productCodeData": {"gtin": 4606419014681}},
    ],
)
def test_other_things_are_other_items(other: dict[str, Any]) -> None:
    assert key_of(item(**other)) != key_of(item())


def test_units_of_all_versions_of_the_format() -> None:
    told = [
        match_of(INN, one).unit
        for one in (
            item(itemsQuantityMeasure=11),
            item(itemsQuantityMeasure=None, unit="КГ."),
            item(itemsQuantityMeasure=255),
            item(itemsQuantityMeasure=99),
            item(itemsQuantityMeasure=None, unit="упаковка"),
        )
    ]
    assert told == ["166", "166", "876", "796", "796"]


def test_identifiers_are_the_owners_own_and_never_change() -> None:
    assert match_of(INN, item()).item_id == item_id(INN, key_of(item()))
    assert item_id(INN, key_of(item())) != item_id("7707083893", key_of(item()))
    # Written down: another value here would load everything into 1С once more.
    assert str(item_id(INN, "gtin:04606419014681")) == "1dcc6f0f-30d9-59ea-81d3-eeb5ab9f07d3"


def test_1c_is_recognised_by_name_and_unit() -> None:
    ours = known()
    changed = told(ours, sent(name="МОРС  ягодный 0,2")).changed[ours.key]
    assert (changed.reference, changed.shown_name) == (uuid.UUID(int=1), "МОРС  ягодный 0,2")
    assert (changed.item_id, changed.name) == (ours.item_id, ours.name)


@pytest.mark.parametrize(
    "theirs",
    [sent(name="Другое"), OnecItem(id=uuid.UUID(int=1), name="Морс ягодный 0,2", unit="166")],
)
def test_another_thing_of_1c_is_not_taken(theirs: OnecItem) -> None:
    assert told(known(), theirs) == Reconciliation({}, {})


def test_a_full_name_is_as_good() -> None:
    ours = known()
    assert ours.key in told(ours, sent(name="Морс", full_name="Морс ягодный 0,2")).changed


def test_a_barcode_goes_before_a_name() -> None:
    by_code = known(productCodeData={"gtin": 4606419014681})
    by_name = match_of(INN, item(name="Напиток"))
    both = {one.key: one for one in (by_code, by_name)}
    theirs = sent(name="Напиток", barcodes=(GTIN[1:],))
    assert reconcile(both, [theirs]).changed.keys() == {by_code.key}


def test_an_item_with_a_barcode_is_recognised_by_name_if_1c_has_no_barcode() -> None:
    ours = known(productCodeData={"gtin": 4606419014681})
    assert ours.key in told(ours, sent()).changed


def test_an_item_that_1c_took_from_us_gives_us_its_name() -> None:
    ours = known()
    renamed = OnecItem(id=ours.item_id, name="Морс 0,2 л", unit="796")
    changed = told(ours, renamed).changed[ours.key]
    assert (changed.reference, changed.shown_name) == (ours.item_id, "Морс 0,2 л")
    assert told(changed, renamed) == Reconciliation({}, {})


def test_two_items_of_1c_are_a_conflict_and_nothing_changes() -> None:
    ours = known()
    first, second = sent(1), sent(2)
    assert told(ours, first, second, first) == Reconciliation({}, {ours.key: (first, second)})


def test_a_second_item_is_a_conflict_in_a_later_message_too() -> None:
    ours = known()
    linked = told(ours, sent(1)).changed[ours.key]
    (conflict,) = told(linked, sent(2)).conflicts.values()
    assert {one.id for one in conflict} == {uuid.UUID(int=1), uuid.UUID(int=2)}


@pytest.mark.parametrize("chosen", [sent(1), None])
def test_what_a_person_settled_stands(chosen: OnecItem | None) -> None:
    ours = known()
    settled = settle(ours, chosen)
    assert settled.reference == (chosen.id if chosen else ours.item_id)
    assert told(settled, sent(1), sent(2), sent(3)) == Reconciliation({}, {})


def test_what_a_person_settled_follows_its_name() -> None:
    settled = settle(known(), sent(1))
    changed = told(settled, sent(1, name="Новое имя"), sent(2)).changed[settled.key]
    assert (changed.onec_name, changed.settled) == ("Новое имя", True)
