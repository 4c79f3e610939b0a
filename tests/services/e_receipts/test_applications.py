"""Clients apply for a brand or a logo, view and cancel applications."""

from typing import Any

import pytest

from chalicelib.core.moderation.files import APPLICATIONS
from chalicelib.core.moderation.store import MODERATION
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.services.e_receipts import logo
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from tests.support import applications as by
from tests.support import cloud
from tests.support.world import World


def upload(content: bytes, key: str = "client-1/upload-1") -> None:
    cloud.client("s3").put_object(Bucket=UPLOADS.physical_name, Key=key, Body=content)


def kept_files() -> dict[str, bytes]:
    s3, bucket = cloud.client("s3"), APPLICATIONS.physical_name
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {
        stored["Key"]: s3.get_object(Bucket=bucket, Key=stored["Key"])["Body"].read()
        for stored in listed
    }


def item(world: World, service: str = by.BRAND) -> dict[str, Any]:
    (service_item,) = world.items(E_RECEIPTS, f"service#{service}")
    return {name: value for name, value in service_item.items() if name not in ("client_id", "sk")}


def nothing_stored(world: World) -> bool:
    return not (world.items(MODERATION) or world.items(E_RECEIPTS) or kept_files())


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status == 422, answer.body.decode()
    return [(error["pointer"], error["detail"]) for error in answer.json["errors"]]


def test_application_for_a_branded_message(world: World) -> None:
    by.know_eligible(world)
    upload(by.picture("JPEG"))
    form = by.brand_form(" Ромашка ", by.document(), {"filename": "фото", "upload_id": "upload-1"})
    sent = world.ok(f"POST {by.path()}", form)
    application_id = sent["application_id"]
    assert sent == {
        "application_id": application_id,
        "service": "branded-message",
        "state": "submitted",
        "name": "Ромашка",
        "files": [
            {"filename": "устав.pdf", "media_type": "application/pdf", "size": len(by.PDF)},
            {"filename": "фото", "media_type": "image/jpeg", "size": len(by.picture("JPEG"))},
        ],
        "submitted_at": sent["submitted_at"],
        "review_due": None,
        "reason": None,
        "history": [{"status": "submitted", "at": sent["submitted_at"], "by": "client"}],
    }
    assert kept_files() == {
        f"client-1/{application_id}/0": by.PDF,
        f"client-1/{application_id}/1": by.picture("JPEG"),
    }
    assert item(world) == {
        "state": "submitted",
        "enabled": False,
        "open_application": application_id,
    }
    assert world.get(f"{by.path()}/{application_id}") == sent
    world.drain()
    application = world.get(f"{by.path()}/{application_id}")
    assert application["state"] == "in_review"
    assert application["review_due"] == "2026-11-27T21:00:00Z", (
        "the end of the third business day in Moscow"
    )
    assert [(entry["status"], entry["by"]) for entry in application["history"]] == [
        ("submitted", "client"),
        ("in_review", "system"),
    ]
    assert "flags" not in application, "only moderators see the flags"
    assert item(world)["state"] == "in_review"


def test_application_for_a_logo_stores_the_image_without_metadata(world: World) -> None:
    by.know_eligible(world)
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "secret")
    content = by.picture(pnginfo=info)
    assert b"secret" in content
    application_id = by.submitted(world, by.logo_form(content), by.LOGO)
    (kept,) = kept_files().values()
    assert b"secret" not in kept
    assert logo.check(kept) == []
    assert item(world, by.LOGO)["open_application"] == application_id


def test_repeated_idempotency_key_applies_once(world: World) -> None:
    by.know_eligible(world)
    first = world.ok(f"POST {by.path()}", by.brand_form(), key="one")
    assert world.ok(f"POST {by.path()}", by.brand_form(), key="one") == first
    other = world.call(f"POST {by.path()}", by.brand_form("Другая"), key="one")
    assert other.problem in {"idempotency-key-reused", "application-open"}
    assert len(world.items(MODERATION)) == 1


def test_service_has_at_most_one_open_application(world: World) -> None:
    by.know_eligible(world)
    by.submitted(world)
    for _ in range(2):
        answer = world.call(f"POST {by.path()}", by.brand_form())
        assert (answer.status, answer.problem) == (409, "application-open")
        world.drain()
    by.submitted(world, by.logo_form(), by.LOGO)
    assert len(world.items(MODERATION)) == 2


@pytest.mark.parametrize("reviewed", [False, True])
def test_cancelled_application_allows_another(world: World, reviewed: bool) -> None:
    by.know_eligible(world)
    application_id = by.submitted(world)
    if reviewed:
        world.drain()
    where = f"POST {by.path()}/{application_id}/cancellation"
    cancelled = world.ok(where)
    assert cancelled["state"] == "cancelled"
    assert cancelled["history"][-1]["by"] == "client"
    assert item(world) == {"state": "cancelled", "enabled": False}
    assert world.call(where).problem == "application-state-not-allowed"
    world.drain()
    assert world.get(f"{by.path()}/{application_id}") == cancelled, "the checks do not change it"
    second = by.in_review(world)
    listed = world.walk(by.path(), limit=1)
    assert [application["application_id"] for application in listed] == [second, application_id]
    assert [application["state"] for application in listed] == ["in_review", "cancelled"]
    assert world.dead == []


def test_decided_application_cannot_be_cancelled(world: World) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world)
    assert by.decide(world, application_id).status == 200
    answer = world.call(f"POST {by.path()}/{application_id}/cancellation")
    assert (answer.status, answer.problem) == (409, "application-state-not-allowed")
    assert item(world)["state"] == "approved"


def test_client_without_agreement_is_told_to_sign_it(world: World) -> None:
    by.know_eligible(world, cabinet_created_on="2017-08-13")
    answer = world.call(f"POST {by.path()}", by.brand_form())
    assert answer.status == 403
    assert "дополнительное соглашение" in answer.json["detail"]
    assert nothing_stored(world)
    assert world.get(by.path())["items"] == [], "the applications stay readable"


def test_later_cabinet_needs_no_agreement(world: World) -> None:
    by.know_eligible(world, cabinet_created_on="2017-08-14")
    by.submitted(world)


def test_organisation_must_be_known(world: World) -> None:
    assert world.call(f"POST {by.path()}", by.brand_form()).problem == "organisation-unknown"


def test_applications_of_others_are_not_found(world: World) -> None:
    by.know_eligible(world)
    application_id = by.in_review(world)
    for verb, end in (("GET", ""), ("POST", "/cancellation")):
        for who, service in (("other_client", by.BRAND), ("client", by.LOGO)):
            where = f"{verb} {by.path(service)}/{application_id}{end}"
            answer = world.call(where, who=who)
            assert (answer.status, answer.problem) == (404, "application-unknown")
    assert world.get(by.path(), who="other_client")["items"] == []
    assert world.get(f"{by.path()}/{application_id}")["state"] == "in_review"


def test_uploads_of_others_are_not_found(world: World) -> None:
    by.know_eligible(world)
    upload(by.PDF, "client-2/upload-1")
    for upload_id in ("upload-1", "absent"):
        form = by.brand_form("Ромашка", {"filename": "устав.pdf", "upload_id": upload_id})
        ((pointer, detail),) = faults(world.call(f"POST {by.path()}", form))
        assert pointer == "/documents/0/upload_id"
        assert "не найден" in detail
    climbing = by.brand_form("Ромашка", {"filename": "a", "upload_id": "../client-2/upload-1"})
    assert faults(world.call(f"POST {by.path()}", climbing))[0][0] == "/documents/0/upload_id"
    assert nothing_stored(world)


@pytest.mark.parametrize("who", ["operator", "landlord"])
def test_only_clients_are_allowed(world: World, who: str) -> None:
    for route, body in (
        (f"POST {by.path()}", by.brand_form()),
        (f"GET {by.path()}", None),
        (f"GET {by.path()}/some", None),
        (f"POST {by.path()}/some/cancellation", None),
    ):
        assert world.call(route, body, who=who).problem == "role-missing"


def test_unknown_service_is_not_found(world: World) -> None:
    by.know_eligible(world)
    for route, body in (
        (f"POST {by.path('other')}", by.brand_form()),
        (f"GET {by.path('other')}", None),
        (f"GET {by.path('other')}/some", None),
        (f"POST {by.path('other')}/some/cancellation", None),
    ):
        answer = world.call(route, body)
        assert (answer.status, answer.problem) == (404, "additional-service-unknown")


@pytest.mark.parametrize(
    ("service", "form", "pointers"),
    [
        (by.BRAND, {}, ["/name", "/documents"]),
        (by.LOGO, {}, ["/logo"]),
        (by.LOGO, by.brand_form(), ["/name", "/documents", "/logo"]),
        (by.BRAND, by.brand_form() | by.logo_form(), ["/logo"]),
        (by.BRAND, by.brand_form("Romashka"), ["/name"]),
        (by.BRAND, by.brand_form("Ромашка-Ромашка"), ["/name"]),
        (by.BRAND, by.brand_form("24"), ["/name"]),
        (by.BRAND, {"name": "Ромашка", "documents": []}, ["/documents"]),
        (by.BRAND, by.brand_form("Ромашка", *[by.document()] * 6), ["/documents"]),
        (by.BRAND, by.brand_form("Ромашка", {"filename": "a"}), ["/documents/0"]),
        (
            by.BRAND,
            by.brand_form("Ромашка", by.document() | {"upload_id": "one"}),
            ["/documents/0"],
        ),
        (by.BRAND, by.brand_form("", by.document(filename="")), ["/name", "/documents/0/filename"]),
    ],
)
def test_invalid_application_is_refused(
    world: World, service: str, form: Any, pointers: list[str]
) -> None:
    by.know_eligible(world)
    errors = faults(world.call(f"POST {by.path(service)}", form))
    assert [pointer for pointer, _ in errors] == pointers
    assert nothing_stored(world)


def test_every_invalid_document_is_reported(world: World) -> None:
    by.know_eligible(world)
    upload(by.PDF[:-1] + b" " * (6 * 1024 * 1024) + b"\n")
    documents = [
        by.document(by.PDF[:40]),
        by.document(),
        by.document(by.picture("PNG") + b"PK", "a.png"),
        {"filename": "b.pdf", "upload_id": "upload-1"},
        by.document(b"MZ\x90", "c.pdf"),
    ]
    errors = faults(world.call(f"POST {by.path()}", by.brand_form("Ромашка", *documents)))
    assert [pointer for pointer, _ in errors] == [
        "/documents/0/content",
        "/documents/2/content",
        "/documents/3/upload_id",
        "/documents/4/content",
    ]
    assert "5 МБ" in errors[2][1]
    assert nothing_stored(world)


def test_every_fault_of_the_logo_is_reported(world: World) -> None:
    by.know_eligible(world)
    content = by.picture("JPEG", (300, 300)) + bytes(300_000)
    errors = faults(world.call(f"POST {by.path(by.LOGO)}", by.logo_form(content)))
    assert {pointer for pointer, _ in errors} == {"/logo"}
    assert len(errors) == 3, "format, dimensions, size"
    assert nothing_stored(world)


def test_client_with_agreement_may_apply(world: World) -> None:
    by.know_eligible(world, cabinet_created_on="2016-01-01")
    cloud.client("dynamodb").put_item(
        TableName="test-organisation-table",
        Item={
            "client_id": {"S": "client-1"},
            "sk": {"S": "agreement#e-receipts"},
            "kind": {"S": "e-receipts"},
            "title": {"S": "Соглашение"},
            "version": {"S": "1"},
            "state": {"S": "signed"},
            "text": {"S": "…"},
        },
    )
    by.submitted(world)
