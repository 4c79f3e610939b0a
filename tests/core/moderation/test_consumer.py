"""Automatic checks flag applications and never decide; overdue applications are reported."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.moderation.consumer import check_application
from chalicelib.core.moderation.files import APPLICATIONS
from chalicelib.core.moderation.store import MODERATION, QUEUE
from tests.support import applications as by
from tests.support import cloud
from tests.support.world import World


def flags(world: World, application_id: str) -> list[str]:
    application = world.get(f"/moderation/applications/{application_id}", who="operator")
    assert application["state"] == "in_review"
    return [flag["flag"] for flag in application["flags"]]


def message(application_id: str) -> dict[str, str]:
    return {"client_id": "client-1", "service": by.BRAND, "application_id": application_id}


def put_file(application_id: str, content: bytes) -> None:
    cloud.client("s3").put_object(
        Bucket=APPLICATIONS.physical_name, Key=f"client-1/{application_id}/0", Body=content
    )


def test_valid_applications_are_not_flagged(world: World) -> None:
    by.know_eligible(world)
    assert flags(world, by.in_review(world)) == []
    assert flags(world, by.in_review(world, by.logo_form(), by.LOGO)) == []


@pytest.mark.parametrize(
    ("name", "filename", "expected"),
    [
        ("Василёк", "устав.pdf", ["name-unrelated"]),
        ("Василёк", "Товарный знак.pdf", []),
        ("ФНС", "Товарный знак.pdf", ["name-of-authority"]),
        ("Пиздец", "устав.pdf", ["name-obscene", "name-unrelated"]),
    ],
)
def test_name_is_flagged(world: World, name: str, filename: str, expected: list[str]) -> None:
    by.know_eligible(world)
    form = by.brand_form(name, by.document(filename=filename))
    assert flags(world, by.in_review(world, form)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (by.PDF[:20], ["file-unreadable"]),
        (by.picture(), ["file-unreadable"]),
        (by.PDF.replace(b"/Root", b"/Encrypt 2 0 R/Root"), ["file-encrypted"]),
    ],
)
def test_stored_file_is_checked(world: World, content: bytes, expected: list[str]) -> None:
    by.know_eligible(world)
    application_id = by.submitted(world)
    put_file(application_id, content)
    world.drain()
    assert flags(world, application_id) == expected


def test_missing_file_is_flagged(world: World) -> None:
    by.know_eligible(world)
    application_id = by.submitted(world)
    key = f"client-1/{application_id}/0"
    cloud.client("s3").delete_object(Bucket=APPLICATIONS.physical_name, Key=key)
    world.drain()
    assert flags(world, application_id) == ["file-unreadable"]


@pytest.mark.parametrize("end", ["", "approve", "cancel"])
def test_repeated_message_changes_nothing(world: World, end: str) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world)
    if end == "approve":
        by.decide(world, application_id)
    elif end == "cancel":
        world.ok(f"POST {by.path()}/{application_id}/cancellation")
    before = world.items(MODERATION)
    world.send(QUEUE, message(application_id))
    world.drain()
    assert world.items(MODERATION) == before
    assert world.dead == []


@pytest.mark.parametrize("other", ["check", "cancellation"])
@pytest.mark.parametrize("approved_before", [False, True])
def test_of_two_concurrent_changes_one_succeeds(
    world: World, other: str, approved_before: bool
) -> None:
    """Another check or a cancellation commits after the check has read the application."""
    by.know_eligible(world)
    if approved_before:
        by.decide(world, by.in_review(world))
        world.drain()
    application_id = by.submitted(world)
    world.relay()
    alone = world.around

    def lose_after_reading(perform: Callable[[], Any]) -> Any:
        result = perform()
        world.around = alone
        within, world._function = world._function, None
        if other == "check":
            event = {"Records": [record(message(application_id))]}
            with world.running("check_application"):
                assert check_application(event, None) == {"batchItemFailures": []}
        else:
            world.ok(f"POST {by.path()}/{application_id}/cancellation")
        world._function = within
        return result

    world.around = lose_after_reading
    world.deliver()
    application = world.get(f"{by.path()}/{application_id}")
    ended = "in_review" if other == "check" else "cancelled"
    assert [entry["status"] for entry in application["history"]] == ["submitted", ended]
    assert world.deliver() == 0, "no message is left to be delivered again"


def record(body: dict[str, str]) -> dict[str, Any]:
    return {
        "messageId": "another",
        "receiptHandle": "another",
        "body": json.dumps(body),
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def test_message_of_an_unknown_application_goes_to_the_dead_letters(world: World) -> None:
    world.send(QUEUE, message("absent"))
    world.drain()
    ((queue, _),) = world.dead
    assert queue == QUEUE.name


def overdue(world: World, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    world.run("report_overdue")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    ((report),) = [line for line in lines if "OverdueApplications" in line]
    (described,) = report["_aws"]["CloudWatchMetrics"]
    assert described["Dimensions"] == [["service"]], "the dimensions of the alarm"
    return report["OverdueApplications"][0]


def test_overdue_applications_are_reported(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    by.know_eligible(world)
    assert overdue(world, capsys) == 0
    other_id = by.in_review(world)
    by.in_review(world, by.logo_form(), by.LOGO)
    world.advance(days=3)
    assert overdue(world, capsys) == 0
    world.advance(hours=12)
    assert overdue(world, capsys) == 2
    by.decide(world, other_id)
    assert overdue(world, capsys) == 1
