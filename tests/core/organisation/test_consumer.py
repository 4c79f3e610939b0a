"""What the cabinet tells is kept, the same word twice is once, and the client's own stays."""

from typing import Any

import pytest

from chalicelib.core.organisation.consumer import CABINET
from chalicelib.core.organisation.store import ORGANISATION
from tests.support import steps
from tests.support.world import World

ADDRESS = {"address": "105318, г. Москва, ул. Щербаковская, д. 3", "tax_office_code": "7719"}


def test_same_word_twice_is_once(world: World) -> None:
    for _ in range(2):
        steps.know_organisation(world)
        steps.know_register(world)
    assert sorted(one["sk"] for one in world.items(ORGANISATION)) == [
        "owner",
        "profile",
        f"register#{steps.REGISTER['register_id']}",
    ]
    assert world.dead == []


def test_change_of_the_profile_leaves_the_clients_address(world: World) -> None:
    steps.know_organisation(world)
    world.ok("PUT /organisation/address", ADDRESS)
    steps.know_organisation(world, name="ООО «Ромашка плюс»", email="plus@example.ru")
    known = world.get("/organisation")
    assert known["name"] == "ООО «Ромашка плюс»"
    assert known["email"] == "plus@example.ru"
    assert {name: known[name] for name in ADDRESS} == ADDRESS


def test_what_the_profile_no_longer_has_goes(world: World) -> None:
    """A kind told wrongly and then put right."""
    entrepreneur = {"inn": "500100732259", "ogrn": "304500116000157", "kpp": None}
    steps.know_organisation(world)
    steps.know_organisation(world, kind="entrepreneur", **entrepreneur)
    assert world.get("/organisation")["kpp"] is None


def test_change_of_a_register_leaves_the_shop_it_stands_in(world: World) -> None:
    register = steps.know_register(world)
    shop = {"name": "На углу", "address": "г. Москва"}
    shop_id = world.ok("POST /organisation/shops", shop)["shop_id"]
    world.ok(f"PUT /organisation/shops/{shop_id}/registers/{register}")
    drive = {"fiscal_drive_number": "9961440300412359", "fiscal_drive_ends_on": "2029-12-31"}
    steps.know_register(world, **drive)
    (listed,) = world.get("/organisation/registers")["items"]
    assert listed == steps.REGISTER | drive | {"shop_id": shop_id}


def test_cabinet_does_not_say_which_shop_a_register_stands_in(world: World) -> None:
    steps.know_register(world, shop_id="invented")
    (listed,) = world.get("/organisation/registers")["items"]
    assert listed["shop_id"] is None


def test_register_that_changes_its_owner_moves(world: World) -> None:
    register = steps.know_register(world)
    shop = {"name": "На углу", "address": "г. Москва"}
    shop_id = world.ok("POST /organisation/shops", shop)["shop_id"]
    world.ok(f"PUT /organisation/shops/{shop_id}/registers/{register}")
    for _ in range(2):
        steps.know_register(world, client_id="client-2")
    assert world.get("/organisation/registers")["items"] == []
    (listed,) = world.get("/organisation/registers", who="other_client")["items"]
    assert listed["shop_id"] is None
    (owner,) = world.items(ORGANISATION, "owner")
    assert (owner["client_id"], owner["owner"]) == (f"register#{register}", "client-2")
    moves = [one.get("shop_id") for one in world.items(ORGANISATION, f"binding#{register}")]
    assert moves == [shop_id, None]


@pytest.mark.parametrize(
    "change",
    [
        {"inn": "7728168972"},
        {"ogrn": "1027700132194"},
        {"kind": "person"},
        {"kind": "entrepreneur", "inn": "500100732259", "ogrn": "304500116000157"},
        {"kpp": None},
        {"email": "romashka"},
        {"name": "ООО\n«Ромашка»"},
    ],
    ids=str,
)
def test_profile_that_does_not_hold_is_not_kept(world: World, change: dict[str, Any]) -> None:
    """The fourth is an entrepreneur with a КПП, for whom no invoice could be drawn up."""
    steps.know_organisation(world, **change)
    ((queue, _),) = world.dead
    assert queue == CABINET.name
    assert world.items(ORGANISATION) == []
