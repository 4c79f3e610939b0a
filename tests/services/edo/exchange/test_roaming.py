"""Documents to and from participants of another operator, through the queues of the connector."""

import base64
import uuid
from typing import Any

import pytest

from chalicelib.runtime import object_store
from chalicelib.services.edo.formats import buyer_title, seller_title, technology
from chalicelib.services.edo.resources import EDO, EDO_FILES
from chalicelib.services.edo.roaming.connector import INBOUND
from infra.demonstration_pki import DemonstrationPki
from tests.support import edo, steps
from tests.support.world import World


@pytest.fixture
def licensed(ids: dict[str, str], world: World) -> World:
    """A world in which the client has an active licence."""
    edo.buy(world)
    return world


def file_of(dispatch: Any) -> tuple[bytes | None, bytes | None]:
    keys = (dispatch["file"]["content_key"], dispatch["file"]["signature_key"])
    content, signature = (object_store.get(EDO_FILES, key) for key in keys)
    return content, signature


def dispatched(world: World, status: str, reason: str) -> bytes:
    """Check the state and the reason of the last dispatch and return its file."""
    world.drain()
    dispatch = edo.dispatches(world)[-1]
    assert (dispatch["status"], dispatch["reason"]) == (status, reason)
    content, _ = file_of(dispatch)
    assert content is not None
    assert technology.read(content).text == reason
    return content


def status(world: World, document_id: str, who: str = "client") -> str:
    document = world.get(f"/edo/documents/{document_id}", who=who)
    assert document["history"][-1]["status"] == document["status"]
    return str(document["status"])


def test_sent_document_reaches_the_connector_with_its_files(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(licensed, pki, ids["foreigner"])
    assert status(licensed, document_id) == "sent"
    assert licensed.get(f"/edo/documents/{document_id}")["roaming"] is True
    licensed.drain()
    (dispatch,) = edo.dispatches(licensed)
    assert dispatch["exchange_id"] == document_id
    assert dispatch["status"] == "sent"
    assert dispatch["author"]["participant_id"] == ids["client"]
    assert dispatch["addressee_id"] == ids["foreigner"]
    assert "client-1" not in str(dispatch)
    content, signature = file_of(dispatch)
    assert content == edo.TEXT.encode()
    assert signature is not None
    assert signature[0] == 0x30
    assert edo.licence(licensed)["documents_left"] == 19


def test_other_side_receives_and_signs_a_document(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(licensed, pki, ids["foreigner"])
    edo.answer(licensed, document_id, "delivered")
    assert status(licensed, document_id) == "delivered"
    signed = edo.bring(pki, edo.TEXT.encode(), "Договор.docx")
    edo.answer(licensed, document_id, "signed", file=signed)
    assert status(licensed, document_id) == "signed"
    assert licensed.mails()[-1].subject == "Документ подписан: Договор.docx"
    assert licensed.mails()[-1].destinations["ToAddresses"] == [steps.PROFILE["email"]]
    assert licensed.dead == []


def test_repeated_message_changes_the_state_once(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(licensed, pki, ids["foreigner"])
    message = {
        "kind": "status",
        "dispatch_id": "same",
        "exchange_id": document_id,
        "status": "delivered",
    }
    for _ in range(2):
        licensed.send(INBOUND, message)
        licensed.drain()
    assert len(licensed.get(f"/edo/documents/{document_id}")["history"]) == 2
    assert licensed.dead == []


@pytest.mark.parametrize("signer", ["stranger", "director"])
def test_signature_of_another_organisation_reaches_the_dead_letters(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki, signer: str
) -> None:
    document_id = edo.sent(licensed, pki, ids["foreigner"])
    edo.answer(licensed, document_id, "delivered")
    brought = edo.bring(pki, edo.TEXT.encode())
    forged = pki.sign(edo.TEXT.encode(), signer)
    object_store.put(EDO_FILES, brought["signature_key"], forged, "application/cms")
    edo.answer(licensed, document_id, "signed", file=brought)
    assert status(licensed, document_id) == "delivered"
    assert [queue for queue, _ in licensed.dead] == ["EdoInbound"]


def test_signature_over_another_content_reaches_the_dead_letters(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(licensed, pki, ids["foreigner"])
    edo.answer(licensed, document_id, "delivered")
    edo.answer(licensed, document_id, "signed", file=edo.bring(pki, b"another text"))
    assert status(licensed, document_id) == "delivered"
    assert len(licensed.dead) == 1


def test_received_document_is_visible_without_a_licence_and_signed_with_one(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.arrive(world, pki, ids["client"])
    document = world.get(f"/edo/documents/{document_id}")
    assert (document["box"], document["status"], document["roaming"]) == (
        "inbox",
        "delivered",
        True,
    )
    assert document["sender"]["name"] == edo.FOREIGN["name"]
    content = world.call(f"GET /edo/documents/{document_id}/content")
    assert content.body == b"%PDF-1.4 letter"
    assert world.mails()[-1].subject == "Получен документ: Письмо.pdf"

    refused = edo.sign(world, pki, document_id, "client")
    assert (refused.status, refused.problem) == (409, "edo-licence-required")
    reason = {"reason": "Не наш", "kind": "correction_request"}
    path = f"POST /edo/documents/{document_id}"
    assert world.call(f"{path}/drafts", reason).problem == "edo-licence-required"

    edo.buy(world)
    assert edo.sign(world, pki, document_id, "client").status == 200
    assert status(world, document_id) == "signed"
    world.drain()
    (dispatch,) = edo.dispatches(world)
    assert dispatch["status"] == "signed"
    assert dispatch["file"]["role"] == "answer"
    assert edo.licence(world)["documents_left"] == 20


def test_answer_about_another_file_reaches_the_dead_letters(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    document_id, another = (edo.sent(licensed, pki, ids["foreigner"]) for _ in range(2))
    edo.answer(licensed, document_id, "delivered")
    offer = edo.message(licensed, "annulment_offer", another, "Ошиблись")
    edo.answer(licensed, document_id, "rejected", file=edo.bring(pki, *offer))
    assert status(licensed, document_id) == "delivered"
    assert len(licensed.dead) == 1


def test_document_that_arrives_twice_is_kept_once(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    message = {
        "kind": "document",
        "dispatch_id": "same",
        "exchange_id": "x-same",
        "sender": edo.FOREIGN,
        "recipient_id": ids["client"],
        "document_kind": "unformalised",
        "file": edo.bring(pki, b"letter"),
    }
    for dispatch_id in ("same", "same", "another"):
        world.send(INBOUND, message | {"dispatch_id": dispatch_id})
        world.drain()
    assert len(world.items(EDO, "inbox#")) == 1
    assert len(world.mails()) == 1
    assert world.dead == []


def test_rejection_and_revocation_work_in_both_directions(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    world = licensed
    rejected = edo.sent(world, pki, ids["foreigner"])
    edo.answer(world, rejected, "delivered")
    brought = edo.bring(pki, *edo.message(world, "correction_request", rejected, "Цена"))
    edo.answer(world, rejected, "rejected", file=brought)
    assert status(world, rejected) == "rejected"
    assert world.get(f"/edo/documents/{rejected}")["reason"] == "Цена"

    revoked = edo.sent(world, pki, ids["foreigner"])
    edo.answer(world, revoked, "delivered")
    body = edo.draft(world, pki, revoked, "annulment_offer", "client", reason="Ошибка")
    world.ok(f"POST /edo/documents/{revoked}/revocation", body)
    content = dispatched(world, "revocation_offered", "Ошибка")
    refusal = edo.message(world, "correction_request", revoked, "Нет", "annulment_offer")
    edo.answer(world, revoked, "revocation_refused", file=edo.bring(pki, *refusal))
    assert status(world, revoked) == "delivered"
    world.ok(f"POST /edo/documents/{revoked}/revocation", body)
    edo.answer(world, revoked, "revocation_accepted", file=edo.bring(pki, content))
    assert status(world, revoked) == "revoked"

    came = edo.arrive(world, pki, ids["client"])
    (item,) = world.items(EDO, f"inbox#{came}")
    offered, name = edo.message(world, "annulment_offer", came, "Ошиблись")
    brought = edo.bring(pki, offered, name)
    edo.answer(world, item["exchange_id"], "revocation_offered", file=brought)
    assert world.get(f"/edo/documents/{came}")["revocation"]["reason"] == "Ошиблись"
    assert status(world, came) == "revocation_offered"
    agreed = {"signature": edo.encoded(pki.sign(offered, "director"))}
    world.ok(f"POST /edo/documents/{came}/revocation", agreed)
    assert status(world, came) == "revoked"

    refused = edo.arrive(world, pki, ids["client"])
    body = edo.draft(world, pki, refused, "correction_request", "client", reason="Не наш")
    world.ok(f"POST /edo/documents/{refused}/rejection", body)
    assert status(world, refused) == "rejected"
    dispatched(world, "rejected", "Не наш")
    assert world.dead == []


def test_buyers_title_arrives_from_the_other_operator(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    body = edo.upd(licensed, pki, ids["foreigner"])
    document_id = licensed.ok("POST /edo/documents", body)["document_id"]
    licensed.drain()
    (dispatch,) = edo.dispatches(licensed)
    assert [message["kind"] for message in dispatch["messages"]] == ["DP_PDPOL"]
    edo.answer(licensed, document_id, "delivered")

    title = seller_title.read(base64.b64decode(body["file"]["content"]), body["file"]["filename"])

    name, content = buyer_title.make(
        title,
        (base64.b64decode(body["signature"]),),
        edo.THEM.party(),
        edo.THEM.signer(),
        licensed.moment,
        uuid.uuid4(),
    )
    edo.answer(licensed, document_id, "signed", file=edo.bring(pki, content, name))
    assert status(licensed, document_id) == "signed"
    messages = licensed.get(f"/edo/documents/{document_id}/messages")["items"]
    assert [message["kind"] for message in messages] == ["DP_PDPOL", "DP_PDOTPR", "DP_IZVPOL"]

    other = edo.upd(licensed, pki, ids["foreigner"])
    another = licensed.ok("POST /edo/documents", other)["document_id"]
    edo.answer(licensed, another, "delivered")
    edo.answer(licensed, another, "signed", file=edo.bring(pki, content, name))
    assert status(licensed, another) == "delivered"
    assert len(licensed.dead) == 1


def test_technology_messages_of_the_other_side_are_kept(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    ours = licensed.ok("POST /edo/documents", edo.upd(licensed, pki, ids["other_client"]))
    made = licensed.get(f"/edo/documents/{ours['document_id']}/messages")["items"][0]
    document_id = edo.sent(licensed, pki, ids["foreigner"])
    content = base64.b64decode(made["content"])
    object_store.put(EDO_FILES, "roaming/in/m1", content, "application/xml")
    message = {
        "kind": "technology",
        "dispatch_id": "t-1",
        "exchange_id": document_id,
        "file_name": made["file_name"],
        "content_key": "roaming/in/m1",
    }
    licensed.send(INBOUND, message)
    licensed.drain()
    (kept_message,) = licensed.get(f"/edo/documents/{document_id}/messages")["items"]
    assert (kept_message["kind"], kept_message["content"]) == ("DP_PDPOL", made["content"])


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": edo.FOREIGN | {"participant_id": "2TS-5024000009-502401001-1"}},
        {"sender": edo.FOREIGN | {"owner": "client-2"}},
        {"sender": edo.FOREIGN | {"kpp": None}},
        {"recipient_id": "2TS-5024000009-502401001-2"},
        {"recipient_id": edo.FOREIGN["participant_id"]},
        {"file": {"file_name": "x", "content_key": "drafts/client-1/x", "signature_key": "y"}},
        {
            "file": {
                "file_name": "x",
                "content_key": "roaming/in/x",
                "signature_key": "roaming/in/x",
            }
        },
        {"kind": "letter"},
    ],
)
def test_invalid_message_reaches_the_dead_letters(
    ids: dict[str, str], world: World, pki: DemonstrationPki, changes: dict[str, Any]
) -> None:
    message = {
        "kind": "document",
        "dispatch_id": "d",
        "exchange_id": "x",
        "sender": edo.FOREIGN,
        "recipient_id": ids["client"],
        "document_kind": "unformalised",
        "file": edo.bring(pki, b"letter"),
    }
    world.send(INBOUND, message | changes)
    world.drain()
    assert [queue for queue, _ in world.dead] == ["EdoInbound"]
    assert world.items(EDO, "inbox#") == []


def test_roaming_recipient_need_not_be_in_the_directory(
    ids: dict[str, str], licensed: World, pki: DemonstrationPki
) -> None:
    unknown = "2XX-7710140679-771001001-202601010000000000001"
    document_id = edo.sent(licensed, pki, unknown)
    document = licensed.get(f"/edo/documents/{document_id}")
    assert document["recipient"] == {
        "participant_id": unknown,
        "name": None,
        "inn": "7710140679",
        "kpp": "771001001",
    }
