"""Documents between our participants: they are sent, listed and downloaded by their sides only."""

import io
import json
import zipfile
from typing import Any

import pytest

from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime import object_store
from chalicelib.services.edo.resources import EDO
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, edo, steps
from tests.support.world import PERSONAS, World

SEND = "POST /edo/documents"


def box(world: World, which: str, who: str = "client", **query: str) -> list[str]:
    items = world.get("/edo/documents", who=who, query={"box": which, **query})["items"]
    return [item["document_id"] for item in items]


def test_document_is_delivered_to_the_inbox_at_once(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(world, pki, ids["other_client"])
    mine = world.get(f"/edo/documents/{document_id}")
    theirs = world.get(f"/edo/documents/{document_id}", who="other_client")
    assert (mine["box"], theirs["box"]) == ("outbox", "inbox")
    for document in (mine, theirs):
        assert document["status"] == "delivered"
        assert [step["status"] for step in document["history"]] == ["sent", "delivered"]
        assert document["sender"]["name"] == steps.PROFILE["name"]
        assert document["recipient"]["participant_id"] == ids["other_client"]
        assert document["file_name"] == "Договор.docx"
        (signature,) = document["signatures"]
        assert signature["signers"][0]["surname"] == "Смирнова"
    assert box(world, "outbox") == box(world, "inbox", "other_client") == [document_id]
    assert box(world, "inbox") == box(world, "outbox", "other_client") == []
    assert not {"client-1", "client-2"} & set(json.dumps([mine, theirs]).split('"'))
    world.drain()
    (letter,) = world.mails()
    assert letter.destinations["ToAddresses"] == [edo.STRANGER["email"]]
    assert letter.subject == "Получен документ: Договор.docx"


def test_both_sides_download_content_and_signatures(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(world, pki, ids["other_client"])
    path = f"/edo/documents/{document_id}"
    for who in ("client", "other_client"):
        content = world.call(f"GET {path}/content", who=who)
        assert content.body.decode() == edo.TEXT
        (listed,) = world.get(f"{path}/signatures", who=who)["items"]
        signature_path = f"GET {path}/signatures/{listed['signature_id']}"
        signature = world.call(signature_path, who=who)
        assert signature.headers["Content-Type"] == "application/pkcs7-signature"
        assert world.call(f"{signature_path}/content", who=who).body.decode() == edo.TEXT
        assert world.call(f"GET {path}/signatures/none", who=who).status == 404


def test_other_clients_cannot_see_or_answer_a_document(
    ids: dict[str, str], world: World, pki: DemonstrationPki, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = edo.sent(world, pki, ids["other_client"])
    for key in ("", "/content", "/signatures", "/messages"):
        answer = world.call(f"GET /edo/documents/{document_id}{key}", who="landlord")
        assert answer.status == 403
    third = {"principalId": "user-9", "client_id": "client-9", "roles": "client"}
    monkeypatch.setitem(PERSONAS, "third", third)
    for key in ("", "/content", "/signatures", "/messages"):
        answer = world.call(f"GET /edo/documents/{document_id}{key}", who="third")
        assert (answer.status, answer.problem) == (404, "edo-document-unknown")
    for call, body in (
        ("signature", {"signature": edo.encoded(b"x")}),
        ("rejection", {"reason": "Нет", "signature": edo.encoded(b"x")}),
        ("revocation", {"reason": "Нет", "signature": edo.encoded(b"x")}),
        ("drafts", {"kind": "annulment_offer", "reason": "Нет"}),
        ("archive", None),
    ):
        answer = world.call(f"POST /edo/documents/{document_id}/{call}", body, who="third")
        assert (answer.status, answer.problem) == (404, "edo-document-unknown"), call


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"recipient_id": "2TS-7710140679-771001001-202601010000000000001"},
            "edo-recipient-unknown",
        ),
        ({"recipient_id": "2FO-1"}, "edo-recipient-unknown"),
        ({"recipient_id": "nobody"}, "payload-invalid"),
        ({"kind": "letter"}, "payload-invalid"),
        ({"file": {"filename": "../x", "content": "eA=="}}, "payload-invalid"),
        ({"file": {"filename": "..", "content": "eA=="}}, "payload-invalid"),
        ({"file": {"filename": "x"}}, "payload-invalid"),
        ({"file": {"filename": "x", "content": "eA==", "upload_id": "y"}}, "payload-invalid"),
        ({"file": {"filename": "x", "content": "?"}}, "payload-invalid"),
        ({"file": {"filename": "x", "upload_id": "none"}}, "upload-unknown"),
        ({"file": {"filename": "x", "content": "eA=="}}, "signature-refused"),
    ],
)
def test_refused_document_changes_nothing(
    ids: dict[str, str],
    world: World,
    pki: DemonstrationPki,
    changes: dict[str, Any],
    problem: str,
) -> None:
    answer = world.call(SEND, edo.form(pki, ids["other_client"], **changes))
    assert answer.problem == problem
    assert world.items(EDO, "outbox#") == world.items(EDO, "inbox#") == []


def test_document_to_oneself_is_refused(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    assert edo.send(world, pki, ids["client"]).problem == "edo-recipient-is-sender"


def test_sender_must_be_registered_and_must_be_the_signer(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    body = edo.form(pki, ids["other_client"], signer="stranger")
    answer = world.call(SEND, body)
    assert (answer.status, answer.json["code"]) == (422, "another-organisation")
    for item in world.items(EDO, "registration"):
        cloud.client("dynamodb").delete_item(
            TableName=EDO.physical_name,
            Key={"client_id": {"S": item["client_id"]}, "sk": {"S": "registration"}},
        )
    assert edo.send(world, pki, ids["other_client"]).problem == "edo-not-registered"


def test_large_file_is_sent_by_upload_and_downloaded_by_address(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    content = bytes(range(256)) * 4096 * 5
    object_store.put(UPLOADS, "client-1/up-1", content, "application/octet-stream")
    body = edo.form(
        pki,
        ids["other_client"],
        file={"filename": "Проект.zip", "upload_id": "up-1"},
        signature=edo.encoded(pki.sign(content, "director")),
    )
    made = world.ok(SEND, body)
    assert made["size"] == len(content)
    answer = world.call(f"GET /edo/documents/{made['document_id']}/content", who="other_client")
    assert (answer.status, answer.problem) == (413, "edo-file-too-large-to-pass")
    assert "X-Amz-Signature" in answer.json["url"]


def test_box_is_listed_by_state_and_period_newest_first(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    made = []
    days = []
    for _ in range(3):
        made.insert(0, edo.sent(world, pki, ids["other_client"]))
        days.insert(0, world.today.isoformat())
        world.advance(days=1)
    assert edo.sign(world, pki, made[1]).status == 200
    who = "other_client"
    assert box(world, "inbox", who) == made
    assert box(world, "inbox", who, status="delivered") == [made[0], made[2]]
    assert box(world, "outbox", status="signed") == [made[1]]
    assert box(world, "inbox", who, **{"from": days[1]}) == made[:2]
    assert box(world, "inbox", who, to=days[1]) == made[1:]
    assert box(world, "inbox", who, status="delivered", to=days[1]) == [made[2]]
    assert box(world, "inbox", who, **{"from": days[1], "to": days[1]}) == [made[1]]
    for wrong in ({"box": "sent"}, {}, {"box": "inbox", "from": "x"}):
        assert world.call("GET /edo/documents", query=wrong).status == 422


def test_a_page_of_a_large_box_is_one_query(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    edo.sent(world, pki, ids["other_client"])
    (copy_item,) = cloud.client("dynamodb").query(
        TableName=EDO.physical_name,
        KeyConditionExpression="client_id = :c AND begins_with(sk, :o)",
        ExpressionAttributeValues={":c": {"S": "client-1"}, ":o": {"S": "outbox#"}},
    )["Items"]
    for number in range(250):
        name = f"{number:028x}"
        copy = copy_item | {"sk": {"S": f"outbox#{name}"}, "document_id": {"S": name}}
        copy["box_status_sort"] = {"S": name}
        cloud.client("dynamodb").put_item(TableName=EDO.physical_name, Item=copy)
    for query in ({}, {"status": "delivered"}, {"status": "delivered", "from": "2026-01-01"}):
        world.calls.clear()
        world.get("/edo/documents", query={"box": "outbox", **query})
        assert [call.operation for call in world.calls] == ["Query"]
    listed, following = [], None
    for _ in range(6):
        query = {"box": "outbox", "limit": 50} | ({"next": following} if following else {})
        got = world.get("/edo/documents", query=query)
        listed += [item["document_id"] for item in got["items"]]
        following = got["next"]
    assert following is None
    assert listed == sorted(listed, reverse=True)
    assert len(set(listed)) == 251


def test_archive_contains_files_signatures_and_printable_view(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(world, pki, ids["other_client"])
    edo.sign(world, pki, document_id)
    made = world.ok(f"POST /edo/documents/{document_id}/archive", who="other_client")
    assert "X-Amz-Signature" in made["url"]
    (packed,) = (
        body for _, key, body in cloud.keep().files if key.startswith("archives/client-2/")
    )
    assert len(packed) == made["size"]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        assert archive.read("Договор.docx").decode() == edo.TEXT
        assert archive.read("Печатная форма.pdf").startswith(b"%PDF-")
        assert [name for name in names if name.endswith(".p7s")] == [
            "Договор.docx.1.p7s",
            "Договор.docx.2.p7s",
        ]
