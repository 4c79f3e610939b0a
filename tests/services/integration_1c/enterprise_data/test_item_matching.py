"""Items are recognised in any spelling and never mistaken for one another."""

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


def reconciled(match: ItemMatch, *items: OnecItem) -> Reconciliation:
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
def test_gtin_is_recognised_without_leading_zeros(code: dict[str, Any]) -> None:
    assert key_of(item(**code)) == f"gtin:{GTIN}"


@pytest.mark.parametrize(
    "value",
    [
        "04606419014682",  # wrong check digit
        "2000001234567",  # internal number of a shop
        "0212345678909",
        "0412345678907",
        "96385074",  # valid, unlike the others: see the test
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
def test_invalid_and_internal_codes_are_not_gtins(value: Any) -> None:
    assert gtin(value) == ("00000096385074" if value == "96385074" else None)


@pytest.mark.parametrize(
    "name",
    ["морс ягодный 0,2", " Морс  ягодный 0,2 ", "МОРС ЯГОДНЫЙ 0,2", "Морс\tягодный\xa00,2"],
)
def test_case_and_spaces_of_a_name_are_normalised(name: str) -> None:
    assert key_of(item(name=name)) == key_of(item())


def test_quotes_and_yo_are_normalised() -> None:
    assert key_of(item(name="Мёд «Липа»")) == key_of(item(name='Мед "Липа"'))


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Морс ягодный 0,3"},
        {"itemsQuantityMeasure": 11},
        {"productCodeData": {"gtin": 4606419014681}},
    ],
)
def test_different_items_have_different_keys(other: dict[str, Any]) -> None:
    assert key_of(item(**other)) != key_of(item())


def test_units_of_all_versions_of_the_format() -> None:
    units = [
        match_of(INN, sold).unit
        for sold in (
            item(itemsQuantityMeasure=11),
            item(itemsQuantityMeasure=None, unit="КГ."),
            item(itemsQuantityMeasure=255),
            item(itemsQuantityMeasure=99),
            item(itemsQuantityMeasure=None, unit="упаковка"),
        )
    ]
    assert units == ["166", "166", "876", "796", "796"]


def test_identifiers_depend_on_the_owner_and_never_change() -> None:
    assert match_of(INN, item()).item_id == item_id(INN, key_of(item()))
    assert item_id(INN, key_of(item())) != item_id("7707083893", key_of(item()))
    # A literal value: with another identifier 1C would load all items again.
    assert str(item_id(INN, "gtin:04606419014681")) == "1dcc6f0f-30d9-59ea-81d3-eeb5ab9f07d3"


def test_item_of_1c_matches_by_name_and_unit() -> None:
    ours = known()
    changed = reconciled(ours, sent(name="МОРС  ягодный 0,2")).changed[ours.key]
    assert (changed.reference, changed.shown_name) == (uuid.UUID(int=1), "МОРС  ягодный 0,2")
    assert (changed.item_id, changed.name) == (ours.item_id, ours.name)


@pytest.mark.parametrize(
    "theirs",
    [sent(name="Другое"), OnecItem(id=uuid.UUID(int=1), name="Морс ягодный 0,2", unit="166")],
)
def test_different_item_of_1c_does_not_match(theirs: OnecItem) -> None:
    assert reconciled(known(), theirs) == Reconciliation({}, {})


def test_item_of_1c_matches_by_full_name() -> None:
    ours = known()
    assert ours.key in reconciled(ours, sent(name="Морс", full_name="Морс ягодный 0,2")).changed


def test_barcode_takes_precedence_over_name() -> None:
    by_code = known(productCodeData={"gtin": 4606419014681})
    by_name = match_of(INN, item(name="Напиток"))
    both = {match.key: match for match in (by_code, by_name)}
    theirs = sent(name="Напиток", barcodes=(GTIN[1:],))
    assert reconcile(both, [theirs]).changed.keys() == {by_code.key}


def test_item_with_gtin_matches_by_name_without_barcode_in_1c() -> None:
    ours = known(productCodeData={"gtin": 4606419014681})
    assert ours.key in reconciled(ours, sent()).changed


def test_item_sent_to_1c_gets_the_name_of_1c() -> None:
    ours = known()
    renamed = OnecItem(id=ours.item_id, name="Морс 0,2 л", unit="796")
    changed = reconciled(ours, renamed).changed[ours.key]
    assert (changed.reference, changed.shown_name) == (ours.item_id, "Морс 0,2 л")
    assert reconciled(changed, renamed) == Reconciliation({}, {})


def test_two_matching_items_are_a_conflict() -> None:
    ours = known()
    first, second = sent(1), sent(2)
    assert reconciled(ours, first, second, first) == Reconciliation({}, {ours.key: (first, second)})


def test_second_item_in_a_later_message_is_a_conflict() -> None:
    ours = known()
    linked = reconciled(ours, sent(1)).changed[ours.key]
    (conflict,) = reconciled(linked, sent(2)).conflicts.values()
    assert {candidate.id for candidate in conflict} == {uuid.UUID(int=1), uuid.UUID(int=2)}


@pytest.mark.parametrize("chosen", [sent(1), None])
def test_chosen_match_is_not_changed(chosen: OnecItem | None) -> None:
    ours = known()
    settled = settle(ours, chosen)
    assert settled.reference == (chosen.id if chosen else ours.item_id)
    assert reconciled(settled, sent(1), sent(2), sent(3)) == Reconciliation({}, {})


def test_chosen_match_gets_the_new_name_of_1c() -> None:
    settled = settle(known(), sent(1))
    changed = reconciled(settled, sent(1, name="Новое имя"), sent(2)).changed[settled.key]
    assert (changed.onec_name, changed.settled) == ("Новое имя", True)
