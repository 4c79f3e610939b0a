"""«Платформа Госотчёт» interrupted at every call of the cloud: one account, one valid password.

An e-mail is sent twice if the record of the first sending is lost. The second e-mail has a new
password, and only the password in the last e-mail is valid.
"""

import itertools
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from chalicelib.core.billing.store import BILLING
from chalicelib.services.gosotchet import password, rules
from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.gosotchet.store import GOSOTCHET, PROVISIONING
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, signing
from tests.support import steps_gosotchet as by
from tests.support.crash import How, Scenario, Side, survive
from tests.support.world import Answer, World, Worlds

OWN = "свой длинный пароль"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), signing.SUBJECTS)


@pytest.fixture(autouse=True, scope="module")
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at a fifth of the cost, which these tests do not depend on."""
    with mock.patch.object(password, "_P", 1):
        yield


def way(world: World) -> list[str]:
    (registration,) = world.items(GOSOTCHET, "registration#")
    assert registration["history"][-1]["status"] in (registration["status"], "change-completed")
    return [step["status"] for step in registration["history"]]


def check_credentials(world: World, mailed_before: int, *steps: str) -> None:
    """Check that there is one account, whose valid password is the last one sent."""
    assert way(world) == list(steps)
    assert len(world.items(ACCOUNTS)) == 1
    mailed = by.passwords(world)
    assert len(mailed) in (mailed_before + 1, mailed_before + 2)
    assert len({login for login, _ in mailed}) == 1
    assert len({password for _, password in mailed}) == len(mailed)
    assert [by.works(world, *mail) for mail in mailed] == [False] * (len(mailed) - 1) + [True]
    (licence,) = world.items(GOSOTCHET, "licence#")
    (registration,) = world.items(GOSOTCHET, "registration#")
    assert licence["registration_id"] == registration["registration_id"]


def scenarios(pki: DemonstrationPki) -> dict[str, Scenario]:
    def bought(world: World) -> Any:
        by.ready(world, pki)
        return by.form(pki, by.licence(world)["licence_id"])

    def registered(world: World) -> str:
        made = by.register(world, pki)
        world.advance(minutes=6)
        return f"/gosotchet/registrations/{made['registration_id']}"

    def asked_for_a_day(world: World) -> str:
        made = world.ok(by.REGISTRATIONS, bought(world))
        assert world.relay()
        cloud.client("sqs").purge_queue(QueueUrl=PROVISIONING.physical_name)
        world.moment += rules.PROMISED
        return f"/gosotchet/registrations/{made['registration_id']}"

    def failed(world: World) -> str:
        path = asked_for_a_day(world)
        world.run("watch_provisioning")
        world.drain()
        return path

    def check_bought(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 201
        (licence,) = world.items(GOSOTCHET, "licence#")
        (invoice,) = world.items(BILLING, "invoice#")
        assert licence["licence_id"] == answer.json["licence_id"] == invoice["subject"]
        assert licence["invoice_id"] == invoice["invoice_id"]

    def pay(world: World, licence: Any) -> Answer:
        payment = {
            "invoice_number": licence["invoice_number"],
            "amount_kopecks": licence["tariff"]["price_kopecks"],
            "bank_reference": "bank-1",
            "paid_on": "2026-11-24",
        }
        return world.call("POST /payments", payment, who="operator", key="payment")

    def unpaid(world: World) -> Any:
        by.ready(world, pki)
        return by.licence(world, pay=False)

    def check_active(world: World, given: Any, answer: Answer) -> None:
        (licence,) = world.items(GOSOTCHET, "licence#")
        assert [step["status"] for step in licence["history"]] == ["invoiced", "active"]
        assert licence["valid_until"]
        assert {mail.subject.partition(":")[0] for mail in world.mails()} == {
            "Лицензия Госотчёт действует"
        }

    def check_registered(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 202
        check_credentials(world, 0, "accepted", "credentials_sent")

    def check_resent(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 202
        steps = ("accepted", "credentials_sent", "credentials_requested", "credentials_sent")
        check_credentials(world, 1, *steps)

    def check_retried(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 200 or answer.problem == "registration-status-not-allowed"
        check_credentials(world, 0, "accepted", "failed", "accepted", "credentials_sent")

    def check_failed(world: World, given: Any, answer: None) -> None:
        assert way(world) == ["accepted", "failed"]
        assert world.items(ACCOUNTS) == []
        (licence,) = world.items(GOSOTCHET, "licence#")
        assert "registration_id" not in licence
        subjects = [mail.subject for mail in world.mails() if "не выполнена" in mail.subject]
        assert len(subjects) in (1, 2)

    def check_changed(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 202
        (change,) = world.items(GOSOTCHET, "change#")
        assert [step["status"] for step in change["history"]] == ["accepted", "completed"]
        assert way(world)[2:] == ["change-submitted", "change-completed"]
        (registration,) = world.items(GOSOTCHET, "registration#")
        (account,) = world.items(ACCOUNTS)
        assert account["authorities"] == registration["authorities"] == [by.FNS, by.SFR]
        assert [step["status"] for step in account["history"]][2:] == ["enrolled"]

    def mailed(world: World) -> tuple[str, str]:
        registered(world)
        ((login, password),) = by.passwords(world)
        return login, password

    def check_signed_in(world: World, given: tuple[str, str], answer: Answer) -> None:
        # The first attempt may have changed the password although its answer was lost.
        assert answer.status == 200 or answer.problem == "sign-in-refused"
        login, former = given
        assert by.sign_in(world, login, former).problem == "sign-in-refused"
        assert by.sign_in(world, login, OWN).status == 200

    def act_again(world: World, form: Any) -> Answer:
        return world.call(by.REGISTRATIONS, form, key="form")

    return {
        "purchase": Scenario(
            arrange=lambda world: by.ready(world, pki),
            act=lambda world, _: world.call(
                "POST /gosotchet/licences", {"tariff": "fns"}, key="buy"
            ),
            check=check_bought,
        ),
        "payment": Scenario(arrange=unpaid, act=pay, check=check_active),
        "registration": Scenario(arrange=bought, act=act_again, check=check_registered),
        "resend": Scenario(
            arrange=registered,
            act=lambda world, path: world.call(f"POST {path}/credentials", {}, key="resend"),
            check=check_resent,
        ),
        "retry": Scenario(
            arrange=failed,
            act=lambda world, path: world.call(f"POST {path}/retry", who="operator"),
            check=check_retried,
        ),
        "giving up": Scenario(
            arrange=asked_for_a_day,
            act=lambda world, path: world.run("watch_provisioning"),
            check=check_failed,
        ),
        "change": Scenario(
            arrange=registered,
            act=lambda world, path: world.call(
                f"POST {path}/changes", {"authorities": [by.SFR]}, key="change"
            ),
            check=check_changed,
        ),
        "first sign-in": Scenario(
            arrange=mailed,
            act=lambda world, given: by.sign_in(world, *given, new_password=OWN),
            check=check_signed_in,
        ),
    }


NAMES = ("purchase", "payment", "registration", "giving up", "change")
# Each of these hashes passwords at every call; the registration covers lost answers for them.
SLOW_NAMES = ("resend", "retry", "first sign-in")


@pytest.mark.parametrize(
    ("name", "side", "how"),
    [
        *itertools.product(NAMES, ("before", "after"), ("death", "silence")),
        *itertools.product(SLOW_NAMES, ("before", "after"), ("death",)),
    ],
)
def test_one_account_and_one_valid_password_after_an_interruption_at_any_call(
    name: str, side: Side, how: How, worlds: Worlds, pki: DemonstrationPki
) -> None:
    assert survive(worlds, scenarios(pki)[name], side, how) >= 2
