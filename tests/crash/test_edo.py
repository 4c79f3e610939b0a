"""Interruption of «Платформа ЭДО» at every call of the cloud.

After a retry, a document is charged once and is in the same state in both boxes.
"""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.billing.store import BILLING
from chalicelib.services.edo.resources import EDO
from infra.demonstration_pki import DemonstrationPki
from tests.support import edo
from tests.support.crash import How, Scenario, Side, survive
from tests.support.world import Answer, World, Worlds

Given = dict[str, Any]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), edo.SUBJECTS)


def licensed(world: World, pki: DemonstrationPki) -> Given:
    """Register both clients; the first has a licence and documents to send to both other sides."""
    ids = edo.participants(world, pki)
    edo.buy(world)
    return (
        ids
        | {"inside": edo.form(pki, ids["other_client"])}
        | {"roaming": edo.form(pki, ids["foreigner"])}
    )


def delivered(world: World, pki: DemonstrationPki) -> Given:
    """Send a document that its recipient has not signed."""
    given = licensed(world, pki)
    document_id = world.ok("POST /edo/documents", given["inside"])["document_id"]
    world.drain()
    signature = edo.encoded(pki.sign(edo.TEXT.encode(), "stranger"))
    return given | {"document_id": document_id, "signature": signature}


def left(world: World) -> int:
    return sum(item["documents_left"] for item in world.items(EDO, "licence#"))


def copies(world: World) -> list[tuple[str, str]]:
    """Return the box and the state of each copy of the only document."""
    items = world.items(EDO, "outbox#") + world.items(EDO, "inbox#")
    assert len({item["document_id"] for item in items}) == 1
    for item in items:
        assert item["history"][-1]["status"] == item["status"]
        assert item["box_status"].endswith(f"#{item['status']}")
    return [(item["box"], item["status"]) for item in items]


def mails(world: World) -> set[str]:
    return {mail.subject.partition(":")[0] for mail in world.mails()}


def check_sent_inside(world: World, given: Given, answer: Answer) -> None:
    assert answer.status == 201
    assert copies(world) == [("outbox", "delivered"), ("inbox", "delivered")]
    assert left(world) == 19
    assert mails(world) == {"Получен документ"}


def check_sent_roaming(world: World, given: Given, answer: Answer) -> None:
    assert answer.status == 201
    assert copies(world) == [("outbox", "sent")]
    assert left(world) == 19
    dispatched = {dispatch["dispatch_id"] for dispatch in edo.dispatches(world)}
    assert dispatched == {f"{answer.json['document_id']}-1"}


def check_signed(world: World, given: Given, answer: Answer) -> None:
    assert answer.status == 200 or answer.problem == "edo-document-status-not-allowed"
    assert copies(world) == [("outbox", "signed"), ("inbox", "signed")]
    (mine, theirs) = (world.items(EDO, box)[0] for box in ("outbox#", "inbox#"))
    assert mine["files"] == theirs["files"]
    assert len(mine["files"]) == 2
    assert mails(world) == {"Получен документ", "Документ подписан"}


def check_purchased(world: World, given: Given, answer: Answer) -> None:
    assert answer.status == 201
    assert [item["state"] for item in world.items(EDO, "purchase#")] == ["invoiced"]
    assert [item["state"] for item in world.items(BILLING, "invoice#")] == ["open"]


def check_paid(world: World, given: Given, answer: Answer) -> None:
    assert answer.status == 201
    assert [item["state"] for item in world.items(EDO, "purchase#")] == ["paid"]
    assert left(world) == 20


def pay(world: World, given: Given) -> Answer:
    invoice = given["invoice"]
    payment = {
        "invoice_number": invoice["number"],
        "amount_kopecks": invoice["total_kopecks"],
        "bank_reference": "bank-1",
        "paid_on": world.today.isoformat(),
    }
    return world.call("POST /payments", payment, who="operator", key="pay")


def purchase(world: World, given: Given) -> Answer:
    path = f"POST /edo/licence-packages/{edo.PACKAGE}/purchase"
    return world.call(path, key="buy")


def registering(world: World, pki: DemonstrationPki) -> Given:
    edo.begin(world, pki)
    return dict(edo.registration(edo.statement(world, pki), pki, "director"))


def check_registered(world: World, given: Given, answer: Answer) -> None:
    assert answer.status == 201
    assert len(world.items(EDO, "registration")) == 1
    assert len(world.items(EDO, "participant#own#")) == 1
    assert world.get("/edo")["participant_id"] == answer.json["participant_id"]


Arrange = Callable[[World, DemonstrationPki], Given]
SCENARIOS: dict[str, tuple[Arrange, Any, Any]] = {
    "registration": (
        registering,
        lambda world, given: world.call("POST /edo/registration", given, key="one"),
        check_registered,
    ),
    "sending inside": (
        licensed,
        lambda world, given: world.call("POST /edo/documents", given["inside"], key="one"),
        check_sent_inside,
    ),
    "sending in roaming": (
        licensed,
        lambda world, given: world.call("POST /edo/documents", given["roaming"], key="one"),
        check_sent_roaming,
    ),
    "signing": (
        delivered,
        lambda world, given: world.call(
            f"POST /edo/documents/{given['document_id']}/signature",
            {"signature": given["signature"]},
            who="other_client",
        ),
        check_signed,
    ),
    "purchase": (edo.participants, purchase, check_purchased),
    "payment": (
        lambda world, pki: {**edo.participants(world, pki), **edo.purchase(world)},
        pay,
        check_paid,
    ),
}


@pytest.mark.parametrize(
    ("name", "side", "how"),
    [*itertools.product(SCENARIOS, ("before", "after"), ("death", "silence"))],
)
def test_action_interrupted_at_any_call_is_complete_after_a_retry(
    name: str, side: Side, how: How, worlds: Worlds, pki: DemonstrationPki
) -> None:
    arrange, act, check = SCENARIOS[name]
    scenario = Scenario(lambda world: arrange(world, pki), act, check)
    assert survive(worlds, scenario, side, how) >= 2
