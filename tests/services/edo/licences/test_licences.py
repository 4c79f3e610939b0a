"""Licences: packages are bought and paid for, and documents are charged to them."""

import pytest

from chalicelib.services.edo.licences import rules
from chalicelib.services.edo.licences.model import EdoLicence
from chalicelib.services.edo.resources import EDO
from infra.demonstration_pki import DemonstrationPki
from tests.support import edo, steps
from tests.support.world import World

PURCHASE = "POST /edo/licence-packages/{}/purchase"


def test_packages_have_unique_identifiers_and_prices(world: World) -> None:
    packages = world.get("/edo/licence-packages")["items"]
    assert len({package["package_id"] for package in packages}) == len(packages) >= 2
    assert all(package["price_kopecks"] > 0 and package["documents"] > 0 for package in packages)


def test_licence_is_active_after_payment(ids: dict[str, str], world: World) -> None:
    bought = edo.purchase(world)
    assert bought["invoice"]["total_kopecks"] == bought["package"]["price_kopecks"]
    assert bought["package"]["title"] in bought["invoice"]["lines"][0]["title"]
    assert edo.licence(world)["colour"] == "red"
    edo.pay(world, bought)
    shown = edo.licence(world)
    assert (shown["state"], shown["colour"], shown["documents_left"]) == ("active", "orange", 20)
    assert shown["valid_until"] == steps.days_after(world, 30)
    (listed,) = world.get("/edo/purchases")["items"]
    assert [step["status"] for step in listed["history"]] == ["invoiced", "paid"]


def test_package_that_is_not_paid_in_time_gives_no_licence(
    ids: dict[str, str], world: World
) -> None:
    edo.purchase(world)
    world.advance(days=6)
    world.run("expire_invoices")
    world.drain()
    assert [purchase["state"] for purchase in world.items(EDO, "purchase#")] == ["expired"]
    assert edo.licence(world)["state"] == "none"


def test_purchase_requires_a_participant_and_a_package_on_sale(known: World) -> None:
    assert known.call(PURCHASE.format(edo.PACKAGE)).problem == "edo-not-registered"
    assert known.call(PURCHASE.format("none")).problem == "edo-package-unknown"


def test_purchase_repeated_with_the_same_key_is_made_once(
    ids: dict[str, str], world: World
) -> None:
    first = edo.purchase(world, key="once")
    assert edo.purchase(world, key="once") == first
    assert len(world.items(EDO, "purchase#")) == 1


def test_licence_that_ends_first_is_used_first(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    edo.buy(world, package="start-50")
    edo.buy(world, package="month-20")
    shown = edo.licence(world)
    assert (shown["documents_left"], len(shown["next_packages"])) == (20, 1)
    edo.leave(world, 1)
    edo.sent(world, pki, ids["other_client"])
    shown = edo.licence(world)
    assert (shown["documents_left"], shown["next_packages"]) == (50, [])
    edo.sent(world, pki, ids["other_client"])
    assert edo.licence(world)["documents_left"] == 49


def test_licence_is_active_until_the_end_of_its_last_day(ids: dict[str, str], world: World) -> None:
    edo.buy(world)
    world.advance(days=30)
    assert edo.licence(world)["colour"] == "orange"
    world.advance(days=1)
    assert edo.licence(world) == {
        "state": "none",
        "colour": "red",
        "package": None,
        "documents_left": 0,
        "valid_until": None,
        "next_packages": [],
    }


def test_each_outgoing_document_is_charged_once(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    edo.buy(world)
    body = edo.form(pki, ids["other_client"])
    for _ in range(2):
        made = world.ok("POST /edo/documents", body, key="once")
    assert made["charged"] is True
    assert edo.licence(world)["documents_left"] == 19
    assert edo.sign(world, pki, made["document_id"]).status == 200
    refused = edo.form(pki, ids["other_client"], signature=edo.encoded(b"\x30\x00"))
    assert world.call("POST /edo/documents", refused).status == 422
    assert edo.licence(world)["documents_left"] == 19
    assert edo.licence(world, "other_client")["state"] == "none"
    document = world.get(f"/edo/documents/{made['document_id']}", who="other_client")
    assert document["charged"] is False


def test_licence_is_required_for_roaming_only(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    free = edo.sent(world, pki, ids["other_client"])
    assert world.get(f"/edo/documents/{free}")["charged"] is False
    refused = edo.send(world, pki, ids["foreigner"])
    assert (refused.status, refused.problem) == (409, "edo-licence-required")
    edo.buy(world)
    assert edo.send(world, pki, ids["foreigner"]).status == 201
    edo.leave(world, 0)
    assert edo.send(world, pki, ids["foreigner"]).problem == "edo-licence-required"
    assert edo.licence(world)["colour"] == "red"


def test_repeated_message_about_a_paid_invoice_starts_one_licence(
    ids: dict[str, str], world: World
) -> None:
    bought = edo.purchase(world)
    edo.pay(world, bought)
    from chalicelib.services.edo.licences.store import LICENCES

    closed = {
        "client_id": "client-1",
        "invoice_id": bought["invoice"]["invoice_id"],
        "subject": bought["purchase_id"],
        "state": "paid",
    }
    world.send(LICENCES, closed)
    world.drain()
    assert len(world.items(EDO, "licence#")) == 1
    assert world.dead == []


def licence(ends: str, left: int) -> EdoLicence:
    return EdoLicence(
        licence_id=ends,
        package_id="p",
        title="Пакет",
        documents=10,
        documents_left=left,
        valid_until=ends,  # type: ignore[arg-type]
    )


def test_first_licence_with_documents_left_is_in_use() -> None:
    running = [licence("2026-12-01", 0), licence("2026-12-05", 2), licence("2026-12-09", 5)]
    assert rules.licence_in_use(running) is running[1]
    with pytest.raises(rules.LicenceRequired):
        rules.require_licence(running[:1])
