"""Purchase of a licence, registration with every authority, and the login sent by e-mail."""

from typing import Any

import pytest

from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.gosotchet.store import GOSOTCHET
from infra.demonstration_pki import DemonstrationPki
from tests.support import steps_gosotchet as by
from tests.support.world import World


def test_tariff_lists_the_authorities_that_it_covers(world: World) -> None:
    tariffs = {tariff["tariff_id"]: tariff for tariff in world.get("/gosotchet/tariffs")["items"]}
    assert tariffs["fns"]["title"] == "Отчеты в ФНС"
    assert tariffs["fns"]["authorities"] == ["fns"]
    everyone = {authority["kind"] for authority in by.EVERYONE}
    assert all(
        set(tariff["authorities"]) == everyone for key, tariff in tariffs.items() if key != "fns"
    )


def test_paid_licence_is_active_and_unpaid_licence_expires(
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
    statuses = [licence["status"] for licence in world.get("/gosotchet/licences")["items"]]
    assert statuses == ["active", "expired"]


def test_licence_needs_a_known_organisation(world: World) -> None:
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
    current = by.registration(world, made)
    assert current["status"] == "credentials_sent"
    assert [step["status"] for step in current["history"]] == ["accepted", "credentials_sent"]
    ((login, password),) = by.passwords(world)
    assert current["login"] == login
    assert by.sign_in(world, login, password).problem == "password-change-required"
    new = "очень длинный пароль"
    signed_in = by.sign_in(world, login, password, new_password=new)
    assert signed_in.status == 200
    assert signed_in.json["authorities"] == by.EVERYONE
    assert by.sign_in(world, login, password).problem == "sign-in-refused"
    assert by.sign_in(world, login.upper(), new).status == 200
    assert world.dead == []


def test_password_is_stored_and_logged_nowhere(
    world: World, pki: DemonstrationPki, logged: list[dict[str, Any]]
) -> None:
    made = by.register(world, pki)
    ((login, password),) = by.passwords(world)
    by.sign_in(world, login, "a wrong one")
    by.sign_in(world, login, password, new_password="another long one")
    from tests.support import cloud

    kept = cloud.keep()
    texts = [repr(item.to_json()) for table in kept.tables.values() for item in table.all_items()]
    texts += [repr(kept.messages), repr(kept.files), repr(logged), repr(made)]
    assert logged
    for secret in (password, "another long one", "a wrong one"):
        assert not [text for text in texts if secret in text]
    assert [text for text in texts if "scrypt$" in text]
    # Nor is the address that it went to in the log.
    assert by.EMAIL not in repr(logged)


def test_licence_has_one_registration(world: World, pki: DemonstrationPki) -> None:
    made = by.register(world, pki)
    form = by.form(pki, made["licence_id"])
    answer = world.call(by.REGISTRATIONS, form)
    assert (answer.status, answer.problem) == (409, "licence-used")
    assert len(world.items(GOSOTCHET, "registration#")) == 1


def test_repeat_with_the_same_key_registers_once_and_another_body_is_refused(
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


def test_unpaid_and_expired_licences_cannot_be_registered(
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


def test_registrations_of_another_client_are_not_found(world: World, pki: DemonstrationPki) -> None:
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


def test_lists_are_paged(world: World, pki: DemonstrationPki) -> None:
    by.ready(world, pki)
    for _ in range(3):
        bought = by.licence(world)
        world.ok(by.REGISTRATIONS, by.form(pki, bought["licence_id"]))
    assert len(world.walk("/gosotchet/licences", limit=2)) == 3
    assert len(world.walk("/gosotchet/registrations", limit=2)) == 3


@pytest.mark.parametrize("body", [{}, {"email": "buh2@example.ru"}])
def test_resend_invalidates_the_previous_password(
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


def test_resend_replaces_a_password_chosen_by_the_user(world: World, pki: DemonstrationPki) -> None:
    made = by.register(world, pki)
    ((login, first),) = by.passwords(world)
    own = "пароль главного бухгалтера"
    assert by.sign_in(world, login, first, new_password=own).status == 200
    world.advance(minutes=6)
    world.ok(f"POST /gosotchet/registrations/{made['registration_id']}/credentials", {})
    world.drain()
    assert by.sign_in(world, login, own).problem == "sign-in-refused"
    assert by.works(world, *by.passwords(world)[-1])
