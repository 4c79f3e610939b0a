"""A licence bought, registered with every authority, its login mailed and tried."""

from typing import Any

import pytest

from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.gosotchet.store import GOSOTCHET
from infra.demonstration_pki import DemonstrationPki
from tests.support import steps_gosotchet as by
from tests.support.world import World


def test_tariffs_say_which_authorities_each_admits(world: World) -> None:
    tariffs = {one["tariff_id"]: one for one in world.get("/gosotchet/tariffs")["items"]}
    assert tariffs["fns"]["title"] == "Отчеты в ФНС"
    assert tariffs["fns"]["authorities"] == ["fns"]
    everyone = {one["kind"] for one in by.EVERYONE}
    assert all(set(one["authorities"]) == everyone for key, one in tariffs.items() if key != "fns")


def test_licence_is_active_for_its_months_once_it_is_paid(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    unpaid = by.licence(world, "fns", pay=False)
    assert (unpaid["status"], unpaid.get("valid_until")) == ("invoiced", None)
    active = by.licence(world, "fns")
    assert active["status"] == "active"
    assert [step["status"] for step in active["history"]] == ["invoiced", "active"]
    (mail,) = world.mails()
    assert mail.subject.startswith("Лицензия Госотчёт действует")
    world.advance(days=6)
    world.run("expire_invoices")
    world.drain()
    statuses = [one["status"] for one in world.get("/gosotchet/licences")["items"]]
    assert statuses == ["active", "expired"]


def test_unknown_tariff_and_organisation_are_not_found(world: World) -> None:
    buy = "POST /gosotchet/licences"
    assert world.call(buy, {"tariff": "fns"}).problem == "organisation-unknown"


def test_every_authority_is_registered_and_the_login_works(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    bought = by.licence(world)
    answer = world.call(by.REGISTRATIONS, by.form(pki, bought["licence_id"], *by.EVERYONE))
    assert answer.status == 202
    made = answer.json
    assert made["status"] == "accepted"
    assert "В течение суток" in made["message"]
    assert by.EMAIL in made["message"]
    assert made["authorities"] == by.EVERYONE
    assert made["certificate"]["surname"] == "Смирнова"
    assert made["certificate"]["organisation_inn"] == "7728168971"
    assert "der" not in made["certificate"]

    world.drain()
    seen = by.registration(world, made)
    assert seen["status"] == "credentials_sent"
    assert [step["status"] for step in seen["history"]] == ["accepted", "credentials_sent"]
    ((login, password),) = by.passwords(world)
    assert seen["login"] == login
    assert by.sign_in(world, login, password).problem == "password-change-required"
    new = "очень длинный пароль"
    signed_in = by.sign_in(world, login, password, new_password=new)
    assert signed_in.status == 200
    assert signed_in.json["authorities"] == by.EVERYONE
    assert by.sign_in(world, login, password).problem == "sign-in-refused"
    assert by.sign_in(world, login.upper(), new).status == 200
    assert world.dead == []


def test_password_is_in_no_table_queue_log_or_answer(
    world: World, pki: DemonstrationPki, logged: list[dict[str, Any]]
) -> None:
    made = by.register(world, pki)
    ((login, password),) = by.passwords(world)
    by.sign_in(world, login, "a wrong one")
    by.sign_in(world, login, password, new_password="another long one")
    from tests.support import cloud

    kept = cloud.keep()
    said = [repr(one.to_json()) for table in kept.tables.values() for one in table.all_items()]
    said += [repr(kept.messages), repr(kept.files), repr(logged), repr(made)]
    assert logged
    for secret in (password, "another long one", "a wrong one"):
        assert not [one for one in said if secret in one]
    assert [one for one in said if "scrypt$" in one]
    # Nor is the address that it went to in the log.
    assert by.EMAIL not in repr(logged)


def test_licence_has_one_registration(world: World, pki: DemonstrationPki) -> None:
    made = by.register(world, pki)
    form = by.form(pki, made["licence_id"])
    answer = world.call(by.REGISTRATIONS, form)
    assert (answer.status, answer.problem) == (409, "licence-used")
    assert len(world.items(GOSOTCHET, "registration#")) == 1


def test_same_key_is_one_registration_and_another_body_is_refused(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    form = by.form(pki, by.licence(world)["licence_id"])
    first = world.ok(by.REGISTRATIONS, form, key="form")
    world.drain()
    assert world.ok(by.REGISTRATIONS, form, key="form") == first
    again = world.call(by.REGISTRATIONS, form | {"email": "x@example.ru"}, key="form")
    assert again.problem == "idempotency-key-reused"
    assert len(by.passwords(world)) == 1


def test_unpaid_expired_and_ended_licences_are_not_registered(
    world: World, pki: DemonstrationPki
) -> None:
    by.ready(world, pki)
    unpaid = by.licence(world, pay=False)
    paid = by.licence(world)
    form = by.form(pki, unpaid["licence_id"])
    assert world.call(by.REGISTRATIONS, form).problem == "licence-not-active"
    world.advance(days=366)
    form = by.form(pki, paid["licence_id"])
    assert world.call(by.REGISTRATIONS, form).problem == "licence-not-active"


def test_another_organisations_are_not_found(world: World, pki: DemonstrationPki) -> None:
    made = by.register(world, pki)
    path = f"/gosotchet/registrations/{made['registration_id']}"
    assert world.call(f"GET {path}", who="other_client").status == 404
    assert world.call(f"POST {path}/credentials", {}, who="other_client").status == 404
    change = {"authorities": [by.SFR]}
    assert world.call(f"POST {path}/changes", change, who="other_client").status == 404
    form = by.form(pki, made["licence_id"])
    assert world.call(by.REGISTRATIONS, form, who="other_client").status == 404
    for what in ("registrations", "licences"):
        assert world.get(f"/gosotchet/{what}", who="other_client")["items"] == []
    assert world.call(f"GET {path}/changes", who="other_client").status == 404
    assert world.call(f"POST {path}/retry").status == 403
    assert world.call("GET /gosotchet/worklist").status == 403


def test_lists_go_page_by_page(world: World, pki: DemonstrationPki) -> None:
    by.ready(world, pki)
    for _ in range(3):
        bought = by.licence(world)
        world.ok(by.REGISTRATIONS, by.form(pki, bought["licence_id"]))
    assert len(world.walk("/gosotchet/licences", limit=2)) == 3
    assert len(world.walk("/gosotchet/registrations", limit=2)) == 3


@pytest.mark.parametrize("body", [{}, {"email": "buh2@example.ru"}])
def test_resend_invalidates_the_former_password(
    world: World, pki: DemonstrationPki, body: dict[str, str]
) -> None:
    made = by.register(world, pki)
    path = f"POST /gosotchet/registrations/{made['registration_id']}/credentials"
    assert world.call(path, body).problem == "credentials-sent-just-now"
    world.advance(minutes=6)
    asked = world.ok(path, body)
    assert asked["status"] == "credentials_requested"
    assert world.call(path, body).problem == "registration-status-not-allowed"
    world.drain()
    (login, former), (same, latter) = by.passwords(world)
    assert login == same
    assert not by.works(world, login, former)
    assert by.works(world, login, latter)
    last = world.mails()[-1]
    assert last.destinations["ToAddresses"] == [body.get("email", by.EMAIL)]
    assert by.registration(world, made)["status"] == "credentials_sent"
    (account,) = world.items(ACCOUNTS)
    steps = ["opened", "password-issued", "password-issued"]
    assert [step["status"] for step in account["history"]] == steps


def test_resend_replaces_a_password_of_ones_own_too(world: World, pki: DemonstrationPki) -> None:
    made = by.register(world, pki)
    ((login, first),) = by.passwords(world)
    own = "пароль главного бухгалтера"
    assert by.sign_in(world, login, first, new_password=own).status == 200
    world.advance(minutes=6)
    world.ok(f"POST /gosotchet/registrations/{made['registration_id']}/credentials", {})
    world.drain()
    assert by.sign_in(world, login, own).problem == "sign-in-refused"
    assert by.works(world, *by.passwords(world)[-1])
