"""Profile, registers and shops of a client."""

from typing import Any

import pytest

from chalicelib.core.organisation import store
from chalicelib.core.organisation.store import ORGANISATION
from tests.support import steps
from tests.support.world import World

SHOP = {"name": "На углу", "address": "г. Москва, ул. Образцовая, д. 17"}
OTHER_REGISTER = "0006120945006811"


def open_shop(world: World, who: str = "client", **changes: Any) -> str:
    return str(world.ok("POST /organisation/shops", SHOP | changes, who=who)["shop_id"])


def place(shop: str, register: str) -> str:
    return f"/organisation/shops/{shop}/registers/{register}"


def registers_of(world: World, who: str = "client") -> dict[str, list[str]]:
    shops = world.get("/organisation/shops", who=who)["items"]
    return {shop["shop_id"]: [each["register_id"] for each in shop["registers"]] for shop in shops}


def test_profile_is_what_the_cabinet_sent(world: World) -> None:
    assert world.call("GET /organisation").problem == "organisation-unknown"
    steps.know_organisation(world)
    assert world.get("/organisation") == steps.PROFILE
    assert world.call("GET /organisation", who="other_client").status == 404


def test_profile_of_an_entrepreneur_has_no_kpp(world: World) -> None:
    entrepreneur = {
        "kind": "entrepreneur",
        "inn": "500100732259",
        "kpp": None,
        "ogrn": "304500116000157",
    }
    steps.know_organisation(world, **entrepreneur)
    assert world.get("/organisation")["kpp"] is None


def test_client_changes_the_address(world: World) -> None:
    assert world.call("PUT /organisation/address", ADDRESS).problem == "organisation-unknown"
    steps.know_organisation(world)
    changed = world.ok("PUT /organisation/address", ADDRESS)
    assert changed == steps.PROFILE | ADDRESS
    assert world.get("/organisation") == changed


ADDRESS = {"address": "105318, г. Москва, ул. Щербаковская, д. 3", "tax_office_code": "7719"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"address": ""}, "/address"),
        ({"address": "я" * 251}, "/address"),
        ({"address": "а\nб"}, "/address"),
        ({"tax_office_code": "77"}, "/tax_office_code"),
        ({"tax_office_code": 7719}, "/tax_office_code"),
        ({"name": "ООО «Другое»"}, "/name"),
    ],
)
def test_invalid_address_is_refused(world: World, change: dict[str, Any], pointer: str) -> None:
    steps.know_organisation(world)
    answer = world.call("PUT /organisation/address", ADDRESS | change)
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert world.get("/organisation") == steps.PROFILE


def test_only_the_owner_sees_a_register(world: World) -> None:
    register = steps.know_register(world)
    (listed,) = world.get("/organisation/registers")["items"]
    assert listed == steps.REGISTER | {"shop_id": None}
    assert listed["register_id"] == register
    assert world.get("/organisation/registers", who="other_client")["items"] == []


def test_shop_is_opened_without_registers_and_listed(world: World) -> None:
    opened = world.ok("POST /organisation/shops", SHOP)
    assert opened == SHOP | {"shop_id": opened["shop_id"], "registers": []}
    assert world.get("/organisation/shops")["items"] == [opened]
    assert world.get("/organisation/shops", who="other_client")["items"] == []


def test_register_moves_from_shop_to_shop(world: World) -> None:
    first, other = open_shop(world), open_shop(world, name="Напротив")
    register = steps.know_register(world)
    steps.know_register(world, register_id=OTHER_REGISTER)
    bound = world.ok(f"PUT {place(first, register)}")
    assert bound["shop_id"] == first
    world.ok(f"PUT {place(first, OTHER_REGISTER)}")
    assert registers_of(world) == {first: [register, OTHER_REGISTER], other: []}
    world.ok(f"PUT {place(other, register)}")
    assert registers_of(world) == {first: [OTHER_REGISTER], other: [register]}

    answer = world.call(f"DELETE {place(other, register)}")
    assert (answer.status, answer.body) == (204, b"")
    assert registers_of(world) == {first: [OTHER_REGISTER], other: []}
    moves = [item.get("shop_id") for item in world.items(ORGANISATION, f"binding#{register}")]
    assert moves == [first, other, None], "kept in order, for turnover by shop and day"


def test_page_of_shops_reads_only_the_registers_of_its_shops(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_REGISTERS", 1)
    expected = {}
    for number in range(3):
        register = steps.know_register(world, register_id=f"{number:016}")
        shop = open_shop(world)
        world.ok(f"PUT {place(shop, register)}")
        expected[shop] = [register]
    steps.know_register(world, register_id=OTHER_REGISTER)
    shops = world.walk("/organisation/shops", limit=1)
    bindings = {
        shop["shop_id"]: [each["register_id"] for each in shop["registers"]] for shop in shops
    }
    assert bindings == expected


def test_of_two_concurrent_moves_one_succeeds(world: World) -> None:
    shop, register = open_shop(world), steps.know_register(world)

    def twin_first(perform: Any) -> Any:
        if world.calls[-1].operation == "TransactWriteItems":
            world.around = lambda perform: perform()
            world.ok(f"PUT {place(shop, register)}")
        return perform()

    world.around = twin_first
    assert world.call(f"PUT {place(shop, register)}").problem == "conflict"
    assert len(world.items(ORGANISATION, f"binding#{register}")) == 1
    assert world.ok(f"PUT {place(shop, register)}")["shop_id"] == shop


def test_register_is_unbound_only_from_the_shop_it_is_in(world: World) -> None:
    first, other = open_shop(world), open_shop(world)
    register = steps.know_register(world)
    assert world.call(f"DELETE {place(first, register)}").problem == "register-not-in-shop"
    world.ok(f"PUT {place(first, register)}")
    assert world.call(f"DELETE {place(other, register)}").problem == "register-not-in-shop"
    assert world.call(f"DELETE {place(first, OTHER_REGISTER)}").problem == "register-unknown"
    world.ok(f"DELETE {place(first, register)}")
    assert world.call(f"DELETE {place(first, register)}").problem == "register-not-in-shop"


def test_shops_and_registers_of_others_are_not_found(world: World) -> None:
    mine, theirs = open_shop(world), open_shop(world, who="other_client")
    my_register = steps.know_register(world)
    their_register = steps.know_register(world, "client-2", register_id=OTHER_REGISTER)
    for shop, register, problem in (
        (theirs, my_register, "shop-unknown"),
        (mine, their_register, "register-unknown"),
        (theirs, their_register, "register-unknown"),
        ("absent", my_register, "shop-unknown"),
    ):
        answer = world.call(f"PUT {place(shop, register)}")
        assert (answer.status, answer.problem) == (404, problem)
    assert registers_of(world) == {mine: []}
    assert registers_of(world, "other_client") == {theirs: []}
    assert world.call(f"DELETE {place(theirs, their_register)}").problem == "register-unknown"
