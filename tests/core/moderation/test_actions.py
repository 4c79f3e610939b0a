"""Moderators list applications and decide on them; a decision changes the service."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chalicelib.core.moderation.files import APPLICATIONS
from chalicelib.core.moderation.model import ApplicationState
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from tests.support import applications as by
from tests.support import steps
from tests.support.world import World

WORKLIST = "/moderation/applications"


def listed(world: World, **query: Any) -> list[Any]:
    items: list[Any] = world.get(WORKLIST, who="operator", query=query)["items"]
    return items


def shown(world: World, application_id: str) -> Any:
    return world.get(f"{WORKLIST}/{application_id}", who="operator")


def services(world: World) -> dict[str, dict[str, Any]]:
    return {
        item.pop("sk").removeprefix("service#"): item
        for item in world.items(E_RECEIPTS, "service#")
        if item.pop("client_id") == "client-1"
    }


def test_application_is_shown_with_flags_and_files(world: World) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world, by.brand_form("Сбербанк", by.document(filename="а б.pdf")))
    card = shown(world, application_id)
    assert card["client_id"] == "client-1"
    assert card["organisation_name"] == steps.PROFILE["name"]
    assert card["organisation_inn"] == steps.PROFILE["inn"]
    assert [flag["flag"] for flag in card["flags"]] == ["name-of-authority", "name-unrelated"]
    assert card["overdue"] is False
    ((file),) = card["files"]
    assert (file["filename"], file["media_type"], file["size"]) == (
        "а б.pdf",
        "application/pdf",
        len(by.PDF),
    )
    link = urlsplit(file["url"])
    assert unquote(link.path).endswith(f"/{APPLICATIONS.physical_name}/client-1/{application_id}/0")
    query = {name: value for name, (value,) in parse_qs(link.query).items()}
    assert query["X-Amz-Expires"] == "300"
    assert query["response-content-type"] == "application/pdf"
    assert query["response-content-disposition"].startswith("attachment; ")


def test_worklist_begins_with_the_earliest_deadline(world: World) -> None:
    by.know_eligible(world)
    by.know_eligible(world, "client-2")
    late = by.in_review(world)
    world.advance(days=2)
    soon = by.in_review(world, by.logo_form(), by.LOGO)
    fresh = by.submitted(world, who="other_client")
    assert [item["application_id"] for item in listed(world)] == [late, soon]
    assert [item["application_id"] for item in listed(world, state="submitted")] == [fresh]
    world.drain()
    everyone = world.walk(WORKLIST, limit=2, who="operator")
    assert [application["application_id"] for application in everyone] == [late, soon, fresh]
    world.advance(days=2)
    assert [item["overdue"] for item in listed(world)] == [True, False, False]
    assert by.decide(world, late).status == 200
    assert [item["application_id"] for item in listed(world)] == [soon, fresh]
    (approved,) = listed(world, state="approved")
    assert approved["application_id"] == late
    assert approved["overdue"] is False
    assert approved["decided_by"] == "user-3"


def test_approval_switches_the_brand_on_and_notifies_the_client(world: World) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world)
    decided = by.decide(world, application_id).json
    assert (decided["state"], decided["decided_by"]) == ("approved", "user-3")
    assert services(world) == {by.BRAND: {"state": "approved", "enabled": True, "brand": "Ромашка"}}
    shown = world.get(f"{by.path()}/{application_id}")
    assert shown["history"][-1]["status"] == "approved"
    assert shown["history"][-1]["by"] == "operator"
    assert "decided_by" not in shown
    world.drain()
    (mail,) = world.mails()
    assert mail.destinations["ToAddresses"] == [steps.PROFILE["email"]]
    assert mail.subject == "Заявка одобрена: «Брендированное сообщение»"


def test_approval_of_a_logo_sets_its_object_key(world: World) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world, by.logo_form(), by.LOGO)
    by.decide(world, application_id)
    assert services(world)[by.LOGO] == {
        "state": "approved",
        "enabled": True,
        "logo_key": f"client-1/{application_id}/0",
    }


def test_rejection_needs_a_reason_and_sends_it_to_the_client(world: World) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world)
    assert by.decide(world, application_id, "reject").status == 422
    rejected = by.decide(world, application_id, "reject", reason="Нет документа").json
    assert (rejected["state"], rejected["reason"]) == ("rejected", "Нет документа")
    assert services(world) == {by.BRAND: {"state": "rejected", "enabled": False}}
    assert world.get(f"{by.path()}/{application_id}")["reason"] == "Нет документа"
    world.drain()
    (mail,) = world.mails()
    assert "Причина: Нет документа" in str(mail.body)
    by.submitted(world)


@pytest.mark.parametrize("end", ["reject", "cancel"])
def test_previous_brand_stays_until_another_is_approved(world: World, end: str) -> None:
    by.know_eligible(world)
    by.decide(world, by.in_review(world))
    approved = {"state": "approved", "enabled": True, "brand": "Ромашка"}
    second = by.submitted(world, by.brand_form("Василёк"))
    opened = approved | {"open_application": second}
    assert services(world)[by.BRAND] == opened
    world.drain()
    assert services(world)[by.BRAND] == opened
    if end == "reject":
        by.decide(world, second, "reject", reason="Нет документа")
    else:
        world.ok(f"POST {by.path()}/{second}/cancellation")
    assert services(world)[by.BRAND] == approved
    by.decide(world, by.in_review(world, by.brand_form("Роза")))
    assert services(world)[by.BRAND] == approved | {"brand": "Роза"}


@pytest.mark.parametrize("first", ["approve", "reject", "cancel", "nothing"])
def test_only_applications_in_review_can_be_decided(world: World, first: str) -> None:
    by.know_eligible(world)
    application_id = by.submitted(world)
    if first != "nothing":
        world.drain()
    if first == "cancel":
        world.ok(f"POST {by.path()}/{application_id}/cancellation")
    elif first != "nothing":
        assert by.decide(world, application_id, first, reason="Так").status == 200
    before = services(world)
    for decision in ("approve", "reject"):
        answer = by.decide(world, application_id, decision, reason="Иначе")
        assert (answer.status, answer.problem) == (409, "application-state-not-allowed")
    assert services(world) == before


def test_of_two_concurrent_decisions_one_succeeds(world: World) -> None:
    """The second moderator decides after the first has read the application."""
    by.know_eligible(world)
    application_id = by.in_review(world)
    alone = world.around

    def lose_after_reading(perform: Callable[[], Any]) -> Any:
        result = perform()
        world.around = alone
        within, world._function = world._function, None
        assert by.decide(world, application_id, "reject", reason="Первый").status == 200
        world._function = within
        return result

    world.around = lose_after_reading
    answer = by.decide(world, application_id)
    assert (answer.status, answer.problem) == (409, "application-state-not-allowed")
    assert services(world) == {by.BRAND: {"state": "rejected", "enabled": False}}
    world.drain()
    assert len(world.mails()) == 1


def test_unknown_application_is_not_found(world: World) -> None:
    assert world.call(f"GET {WORKLIST}/absent", who="operator").problem == "application-unknown"
    assert by.decide(world, "absent").problem == "application-unknown"


@pytest.mark.parametrize("who", ["client", "landlord"])
def test_only_operators_are_allowed(world: World, who: str) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world)
    for route, body in (
        (f"GET {WORKLIST}", None),
        (f"GET {WORKLIST}/{application_id}", None),
        (f"POST {WORKLIST}/{application_id}/decision", {"decision": "approve"}),
    ):
        assert world.call(route, body, who=who).problem == "role-missing"


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({}, "/decision"),
        ({"decision": "maybe"}, "/decision"),
        ({"decision": "approve", "reason": ""}, "/reason"),
        ({"decision": "approve", "reason": "я" * 1001}, "/reason"),
    ],
)
def test_invalid_decision_is_refused(world: World, payload: dict[str, str], pointer: str) -> None:
    answer = world.call(f"POST {WORKLIST}/some/decision", payload, who="operator")
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_list_refuses_an_unknown_state(world: World) -> None:
    answer = world.call(f"GET {WORKLIST}", who="operator", query={"state": "lost"})
    assert answer.status == 422
    for state in ApplicationState:
        assert listed(world, state=state.value) == []
