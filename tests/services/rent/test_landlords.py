"""Enrolment of landlords and the search for landlords."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.rent import landlord_search
from chalicelib.services.rent.store import RENT
from tests.support import steps
from tests.support import steps_rent as by
from tests.support.world import World

NAMES = {
    "client-10": ('ООО «Арендная Компания "Ёлка"»', "7707083893"),
    "client-11": ("АО «Торговый дом Рентал-Рент»", "7736050003"),
    "client-12": ("Общество с ограниченной ответственностью «Аренда»", "7728168971"),
    "client-13": ("ИП Орлов Пётр Ильич", "500100732259"),
}


@pytest.fixture
def directory(world: World) -> World:
    for landlord_id, (name, inn) in NAMES.items():
        entrepreneur = len(inn) == 12
        changes: dict[str, Any] = {"name": name, "inn": inn}
        if entrepreneur:
            changes |= {"kind": "entrepreneur", "kpp": None, "ogrn": "304500116000157"}
        by.enrol(world, landlord_id, **changes)
    return world


def search(world: World, q: str, limit: int = 20) -> set[str]:
    items: list[Any] = []
    query: dict[str, Any] = {"q": q, "limit": limit}
    while True:
        page = world.get("/rent/landlords", query=query)
        items += page["items"]
        if page["next"] is None:
            break
        query["next"] = page["next"]
    names = [item["landlord_id"].removeprefix("client-") for item in items]
    assert len(names) == len(set(names)), "each once"
    return set(names)


FOUND = {
    "ренд": {"10", "12"},
    "РЕНТ": {"11"},
    "рен": {"10", "11", "12"},
    "елка": {"10"},
    "ЁЛКА": {"10"},
    "петр": {"13"},
    "компания елка": {"10"},
    "«Аренда»": {"12"},
    "ООО Аренда": {"12"},
    "н": {"10", "11", "12"},
    "7707083893": {"10"},
    "77": {"10", "11", "12"},
    "500100732259": {"13"},
    "ромашка": set(),
    "«»": set(),
    "": {"10", "11", "12", "13"},
    "search#": set(),
    "а" * 250: set(),
}


def test_landlord_is_found_by_part_of_the_name_or_inn(directory: World) -> None:
    for limit in (1, 2, 20):
        for q, expected in FOUND.items():
            assert search(directory, q, limit) == expected, (q, limit)


def test_landlords_are_listed_by_name(directory: World) -> None:
    listed = directory.walk("/rent/landlords", limit=2)
    assert [item["landlord_id"] for item in listed] == [
        "client-12",
        "client-10",
        "client-13",
        "client-11",
    ]
    assert listed[0] == {
        "landlord_id": "client-12",
        "name": NAMES["client-12"][0],
        "inn": "7728168971",
    }


def test_too_long_search_is_refused(world: World) -> None:
    assert world.call("GET /rent/landlords", query={"q": "а" * 251}).status == 422


def test_next_of_another_search_is_refused(directory: World) -> None:
    page = directory.get("/rent/landlords", query={"q": "рен", "limit": 1})
    answer = directory.call("GET /rent/landlords", query={"q": "ренд", "next": page["next"]})
    assert answer.problem == "cursor-invalid"


def test_enrolment_and_striking_off_are_recorded_in_the_history(world: World) -> None:
    landlord = by.enrol(world)
    assert [(entry["status"], entry["subject"]) for entry in landlord["history"]] == [
        ("enrolled", "user-3")
    ]
    path = f"/rent/landlords/{by.OWNER}"
    assert world.ok(f"PUT {path}", who="operator") == landlord, "once more is the same"
    world.ok(f"DELETE {path}", who="operator")
    assert world.call(f"DELETE {path}", who="operator").problem == "landlord-unknown"
    assert search(world, "елка") == set()
    assert world.get("/rent/landlords")["items"] == []
    world.ok(f"PUT {path}", who="operator")
    history = world.get(path, who="operator")["history"]
    assert [entry["status"] for entry in history] == ["enrolled", "struck_off", "enrolled"]
    assert search(world, "елка") == {"4"}


def test_renamed_landlord_is_found_by_the_new_name_only(world: World) -> None:
    longest = "Ы" + "".join(chr(ord("а") + n % 32) for n in range(240))
    by.enrol(world, name=longest)
    by.enrol(world, name="".join(reversed(longest)))
    by.enrol(world, name="ООО «Вишня»")
    assert search(world, "вишня") == {"4"}
    assert search(world, "абвг") == search(world, "гвба") == set()
    assert len(world.items(RENT, "search#")) == len("вишня") + 1


@pytest.mark.parametrize("who", ["client", "landlord"])
def test_only_the_operator_may_enrol_landlords(world: World, who: str) -> None:
    steps.know_organisation(world, "client-4")
    for method in ("PUT", "DELETE", "GET"):
        assert world.call(f"{method} /rent/landlords/client-4", who=who).status == 403


def test_unknown_organisation_cannot_be_enrolled(world: World) -> None:
    answer = world.call("PUT /rent/landlords/client-99", who="operator")
    assert answer.problem == "organisation-unknown"
    assert world.call("GET /rent/landlords/client-99", who="operator").status == 404


letters = st.text("абё Р-1", min_size=1, max_size=40)


@given(letters, letters)
def test_any_part_of_a_name_finds_the_name_exactly_once(name: str, part: str) -> None:
    sought = landlord_search.sought(part)
    entries = landlord_search.entries(name, "7707083893")
    times = [
        entry
        for entry, shared in entries.items()
        if entry.startswith(sought) and shared < len(sought)
    ]
    inside = sought in landlord_search.fold(name) or "7707083893".startswith(sought)
    assert len(times) == (1 if sought and inside else 0)
    assert len(entries) <= landlord_search.MOST_ENTRIES


def test_long_name_is_found_by_the_beginning_of_each_word() -> None:
    name = "Управляющая компания торгово-развлекательного центра Европейский на Киевской площади"
    entries = landlord_search.entries(name, "7707083893")
    assert len(entries) == landlord_search.MOST_ENTRIES
    for word in landlord_search.fold(name).split():
        assert any(entry.startswith(word) for entry in entries), word
