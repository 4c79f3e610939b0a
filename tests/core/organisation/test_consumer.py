"""Messages of the cabinet are stored; they do not change what the client maintains."""

from typing import Any

import pytest

from chalicelib.core.organisation.consumer import CABINET
from chalicelib.core.organisation.store import ORGANISATION
from tests.support import steps
from tests.support.world import World

ADDRESS = {"address": "105318, г. Москва, ул. Щербаковская, д. 3", "tax_office_code": "7719"}


def test_repeated_message_changes_nothing(world: World) -> None:
    for _ in range(2):
        steps.know_organisation(world)
        steps.know_register(world)
    assert sorted(item["sk"] for item in world.items(ORGANISATION)) == [
        "owner",
        "profile",
        f"register#{steps.REGISTER['register_id']}",
    ]
    assert world.dead == []


def test_change_of_the_profile_keeps_the_clients_address(world: World) -> None:
    steps.know_organisation(world)
    world.ok("PUT /organisation/address", ADDRESS)
    steps.know_organisation(world, name="ООО «Ромашка плюс»", email="plus@example.ru")
    known = world.get("/organisation")
    assert known["name"] == "ООО «Ромашка плюс»"
    assert known["email"] == "plus@example.ru"
    assert {name: known[name] for name in ADDRESS} == ADDRESS


def test_field_that_the_profile_no_longer_has_is_removed(world: World) -> None:
    """The cabinet corrects the kind of organisation."""
    entrepreneur = {"inn": "500100732259", "ogrn": "304500116000157", "kpp": None}
    steps.know_organisation(world)
    steps.know_organisation(world, kind="entrepreneur", **entrepreneur)
    assert world.get("/organisation")["kpp"] is None


def test_change_of_a_register_keeps_its_shop(world: World) -> None:
    register = steps.know_register(world)
    shop = {"name": "На углу", "address": "г. Москва"}
    shop_id = world.ok("POST /organisation/shops", shop)["shop_id"]
    world.ok(f"PUT /organisation/shops/{shop_id}/registers/{register}")
    drive = {"fiscal_drive_number": "9961440300412359", "fiscal_drive_ends_on": "2029-12-31"}
    steps.know_register(world, **drive)
    (listed,) = world.get("/organisation/registers")["items"]
    assert listed == steps.REGISTER | drive | {"shop_id": shop_id}


def test_cabinet_does_not_set_the_shop_of_a_register(world: World) -> None:
    steps.know_register(world, shop_id="invented")
    (listed,) = world.get("/organisation/registers")["items"]
    assert listed["shop_id"] is None


def test_register_moves_to_its_new_owner(world: World) -> None:
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
    moves = [item.get("shop_id") for item in world.items(ORGANISATION, f"binding#{register}")]
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
def test_invalid_profile_is_not_stored(world: World, change: dict[str, Any]) -> None:
    """The fourth change makes an entrepreneur with a КПП, who cannot be invoiced."""
    steps.know_organisation(world, **change)
    ((queue, _),) = world.dead
    assert queue == CABINET.name
    assert world.items(ORGANISATION) == []
