"""Submission, checks, decision and cancellation, interrupted at every call to the cloud."""

import itertools
from typing import Any

import pytest

from chalicelib.core.moderation.files import APPLICATIONS
from chalicelib.core.moderation.store import MODERATION
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from tests.support import applications as by
from tests.support import cloud
from tests.support.crash import How, Scenario, Side, survive
from tests.support.world import Answer, World, Worlds


def application(world: World) -> tuple[list[str], dict[str, Any]]:
    """Return the states of the only application in order, and the service's item."""
    (kept,) = world.items(MODERATION)
    (item,) = world.items(E_RECEIPTS)
    assert kept["history"][-1]["status"] == kept["state"]
    return [step["status"] for step in kept["history"]], item


def mails(world: World) -> set[str]:
    return {mail.subject for mail in world.mails()}


def check_applied(world: World, given: Any, answer: Answer) -> None:
    assert answer.status == 201
    states, item = application(world)
    assert states == ["submitted", "in_review"]
    assert item["state"] == "in_review"
    assert item["open_application"] == answer.json["application_id"]
    s3, bucket = cloud.client("s3"), APPLICATIONS.physical_name
    for kept in world.items(MODERATION)[0]["files"]:
        assert s3.get_object(Bucket=bucket, Key=kept["key"])["Body"].read() == by.PDF


def check_ended(state: str, subjects: set[str]) -> Any:
    def check(world: World, given: Any, answer: Answer) -> None:
        assert answer.status == 200 or answer.problem == "application-state-not-allowed"
        states, item = application(world)
        assert states == ["submitted", "in_review", state]
        assert item["state"] == state
        assert item.get("brand") == ("Ромашка" if state == "approved" else None)
        assert item["enabled"] is (state == "approved")
        assert "open_application" not in item
        assert mails(world) == subjects

    return check


def reviewed(world: World) -> str:
    by.know_eligible(world)
    return by.in_review(world)


SCENARIOS = {
    "submission": Scenario(
        arrange=by.know_eligible,
        act=lambda world, given: world.call(
            f"POST {by.path()}", by.brand_form("Ромашка", by.document(), by.document()), key="one"
        ),
        check=check_applied,
    ),
    "approval": Scenario(
        arrange=reviewed,
        act=by.decide,
        check=check_ended("approved", {"Заявка одобрена: «Брендированное сообщение»"}),
    ),
    "rejection": Scenario(
        arrange=reviewed,
        act=lambda world, application_id: by.decide(
            world, application_id, "reject", reason="Нет документа"
        ),
        check=check_ended("rejected", {"Заявка отклонена: «Брендированное сообщение»"}),
    ),
    "cancellation": Scenario(
        arrange=reviewed,
        act=lambda world, application_id: world.call(
            f"POST {by.path()}/{application_id}/cancellation"
        ),
        check=check_ended("cancelled", set()),
    ),
}


@pytest.mark.parametrize(
    ("name", "side", "how"),
    [*itertools.product(SCENARIOS, ("before", "after"), ("death", "silence"))],
)
def test_application_is_complete_wherever_it_is_interrupted(
    name: str, side: Side, how: How, worlds: Worlds
) -> None:
    assert survive(worlds, SCENARIOS[name], side, how) >= 2
