"""Answers to a document: signature, rejection, revocation."""

import base64
from typing import Any

import pytest

from chalicelib.services.edo.documents.model import DocumentState
from chalicelib.services.edo.documents.rules import DOCUMENT
from chalicelib.services.edo.formats import buyer_title, seller_title, technology
from infra.demonstration_pki import DemonstrationPki
from tests.support import edo, steps
from tests.support.world import Answer, World

US, THEM = "client", "other_client"


def act(
    world: World,
    pki: DemonstrationPki,
    document_id: str,
    kind: str,
    who: str,
    reason: str | None = "Неверная сумма",
) -> Answer:
    """Make a draft of an answer, sign the draft and send the answer."""
    body = edo.draft(world, pki, document_id, kind, who, **({"reason": reason} if reason else {}))
    call = {"correction_request": "rejection", "annulment_offer": "revocation"}.get(
        kind, "signature"
    )
    return world.call(f"POST /edo/documents/{document_id}/{call}", body, who=who)


def agree(world: World, pki: DemonstrationPki, document_id: str, who: str) -> Answer:
    """Agree to the other side's offer to revoke a document."""
    path = f"/edo/documents/{document_id}"
    listed = world.get(f"{path}/signatures", who=who)["items"]
    offered = [file for file in listed if file["role"] == "annulment_offer"][-1]
    content = world.call(f"GET {path}/signatures/{offered['signature_id']}/content", who=who).body
    body = {"signature": edo.encoded(pki.sign(content, edo.SIGNERS[who]))}
    return world.call(f"POST {path}/revocation", body, who=who)


def status(world: World, document_id: str) -> str:
    """Check that both sides see the same document and return its state."""
    path = f"/edo/documents/{document_id}"
    mine, theirs = (world.get(path, who=who) for who in (US, THEM))
    for part in ("status", "history", "signatures", "revocation", "reason"):
        assert mine[part] == theirs[part]
    assert mine["history"][-1]["status"] == mine["status"]
    for who, which in ((US, "outbox"), (THEM, "inbox")):
        query = {"box": which, "status": mine["status"]}
        listed = world.get("/edo/documents", who=who, query=query)["items"]
        assert document_id in [item["document_id"] for item in listed]
    return str(mine["status"])


def subjects(world: World) -> list[tuple[str, str]]:
    world.drain()
    return [
        (mail.destinations["ToAddresses"][0], mail.subject.partition(":")[0])
        for mail in world.mails()
    ]


def test_recipient_signs_once(ids: dict[str, str], world: World, pki: DemonstrationPki) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    wrong = edo.sign(world, pki, document_id, US)
    assert (wrong.status, wrong.problem) == (409, "edo-wrong-side")
    assert edo.sign(world, pki, document_id).status == 200
    assert status(world, document_id) == "signed"
    again = edo.sign(world, pki, document_id)
    assert (again.status, again.problem) == (409, "edo-document-status-not-allowed")
    assert subjects(world) == [
        (edo.STRANGER["email"], "Получен документ"),
        (steps.PROFILE["email"], "Документ подписан"),
    ]


@pytest.mark.parametrize(
    ("content", "signer", "code"),
    [
        (edo.TEXT + ".", "stranger", "digest-mismatch"),
        (edo.TEXT, "director", "another-organisation"),
        (edo.TEXT, "foreigner", "another-organisation"),
    ],
)
def test_signature_must_be_valid_and_made_for_the_recipient(
    ids: dict[str, str], world: World, pki: DemonstrationPki, content: str, signer: str, code: str
) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    body = {"signature": edo.encoded(pki.sign(content.encode(), signer))}
    answer = world.call(f"POST /edo/documents/{document_id}/signature", body, who=THEM)
    assert (answer.status, answer.json["code"]) == (422, code)
    assert status(world, document_id) == "delivered"


def test_rejection_requires_a_reason_and_a_signed_correction_request(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    path = f"POST /edo/documents/{document_id}"
    blank = {"reason": "Нет", "signature": edo.encoded(b"x")}
    assert world.call(f"{path}/rejection", blank, who=THEM).problem == "edo-draft-missing"
    body = edo.draft(world, pki, document_id, "correction_request", THEM, reason="Неверная сумма")
    other = world.call(f"{path}/rejection", body | {"reason": "Другая"}, who=THEM)
    assert (other.status, other.problem) == (422, "edo-reason-differs")
    assert world.call(f"{path}/rejection", {"signature": body["signature"]}, who=THEM).status == 422
    assert world.call(f"{path}/rejection", {"reason": "x"}, who=THEM).status == 422
    assert world.call(f"{path}/drafts", {"kind": "correction_request"}, who=THEM).status == 422
    assert world.call(f"{path}/rejection", body, who=US).problem == "edo-wrong-side"
    assert world.ok(f"{path}/rejection", body, who=THEM)["reason"] == "Неверная сумма"
    assert status(world, document_id) == "rejected"
    assert edo.sign(world, pki, document_id).problem == "edo-document-status-not-allowed"
    assert world.call(f"{path}/rejection", body, who=THEM).status == 409
    assert subjects(world)[-1] == (steps.PROFILE["email"], "Документ отклонён")
    (_, asked) = world.get(f"/edo/documents/{document_id}/signatures")["items"]
    file = world.call(
        f"GET /edo/documents/{document_id}/signatures/{asked['signature_id']}/content"
    ).body
    message = technology.read(file)
    assert (message.kind, message.text) == (
        technology.TechnologyKind.CORRECTION_REQUEST,
        "Неверная сумма",
    )


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("who", "other"), [(US, THEM), (THEM, US)])
def test_revocation_requires_both_sides(
    ids: dict[str, str],
    world: World,
    pki: DemonstrationPki,
    signed: bool,
    who: str,
    other: str,
) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    if signed:
        edo.sign(world, pki, document_id)
    offered = act(world, pki, document_id, "annulment_offer", who)
    assert offered.status == 200, offered.body.decode()
    assert offered.json["revocation"]["offered_by"] == ids[who]
    assert status(world, document_id) == "revocation_offered"
    alone = agree(world, pki, document_id, who)
    assert (alone.status, alone.problem) == (409, "edo-wrong-side")
    assert edo.sign(world, pki, document_id).status == 409
    assert agree(world, pki, document_id, other).status == 200
    assert status(world, document_id) == "revoked"
    assert agree(world, pki, document_id, other).status == 409
    assert [head for _, head in subjects(world)][-2:] == [
        "Предложено аннулировать документ",
        "Документ аннулирован",
    ]


@pytest.mark.parametrize("signed", [False, True])
def test_refused_revocation_returns_the_document_to_its_former_state(
    ids: dict[str, str], world: World, pki: DemonstrationPki, signed: bool
) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    if signed:
        edo.sign(world, pki, document_id)
    stood = status(world, document_id)
    act(world, pki, document_id, "annulment_offer", US)
    with_own = world.call(
        f"POST /edo/documents/{document_id}/drafts",
        {"kind": "correction_request", "reason": "Нет"},
        who=US,
    )
    assert with_own.problem == "edo-wrong-side"
    assert act(world, pki, document_id, "correction_request", THEM).status == 200
    assert status(world, document_id) == stood
    assert world.get(f"/edo/documents/{document_id}")["revocation"] is None
    assert world.get(f"/edo/documents/{document_id}")["reason"] is None
    assert subjects(world)[-1] == (steps.PROFILE["email"], "Аннулирование отклонено")
    if not signed:
        assert edo.sign(world, pki, document_id).status == 200
    assert act(world, pki, document_id, "annulment_offer", THEM).status == 200


def test_correction_request_about_the_document_does_not_refuse_a_revocation(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    body = edo.draft(world, pki, document_id, "correction_request", THEM, reason="Неверная сумма")
    act(world, pki, document_id, "annulment_offer", US)
    answer = world.call(f"POST /edo/documents/{document_id}/rejection", body, who=THEM)
    assert (answer.status, answer.problem) == (409, "edo-draft-missing")
    assert status(world, document_id) == "revocation_offered"


def test_offer_of_revocation_requires_the_reason_of_the_draft(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    body = edo.draft(world, pki, document_id, "annulment_offer", US, reason="Ошибка")
    del body["reason"]
    answer = world.call(f"POST /edo/documents/{document_id}/revocation", body)
    assert answer.problem == "edo-reason-differs"


def test_every_state_is_in_the_lifecycle() -> None:
    reached = set().union(*DOCUMENT.transitions.values())
    assert reached == set(DocumentState) - {DocumentState.SENT}
    final = {state for state in DocumentState if DOCUMENT.is_final(state)}
    assert final == {DocumentState.REJECTED, DocumentState.REVOKED}


# --- УПД


def test_upd_is_answered_by_the_buyers_title(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    body = edo.upd(world, pki, ids[THEM])
    made = world.ok("POST /edo/documents", body)
    document_id, path = made["document_id"], f"/edo/documents/{made['document_id']}"
    assert made["upd"]["number"] == "17"
    assert (made["upd"]["total_kopecks"], made["upd"]["vat_kopecks"]) == (366_00, 66_00)

    by_content = edo.sign(world, pki, document_id)
    assert by_content.problem == "edo-draft-missing"
    answer = act(world, pki, document_id, "buyer_title", THEM, None)
    assert answer.status == 200, answer.body.decode()
    assert status(world, document_id) == "signed"

    seller, buyer = answer.json["signatures"]
    name = buyer["file_name"]
    content = world.call(f"GET {path}/signatures/{buyer['signature_id']}/content").body
    title = buyer_title.read(content, name)
    assert title.seller_file_id + ".xml" == body["file"]["filename"]
    assert title.seller_signatures == (base64.b64decode(body["signature"]),)
    assert (title.sender_id, title.recipient_id) == (ids[THEM], ids[US])
    assert seller["role"] == "document"


def test_both_titles_have_technology_messages(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    made = world.ok("POST /edo/documents", edo.upd(world, pki, ids[THEM]))
    act(world, pki, made["document_id"], "buyer_title", THEM, None)
    messages = world.get(f"/edo/documents/{made['document_id']}/messages", who=THEM)["items"]
    kinds = ["DP_PDPOL", "DP_PDOTPR", "DP_IZVPOL"]
    assert [message["kind"] for message in messages] == kinds * 2
    assert [message["addressee_id"] for message in messages] == [
        *(ids[US], ids[THEM], ids[US]),
        *(ids[THEM], ids[US], ids[THEM]),
    ]
    for message in messages:
        assert technology.read(base64.b64decode(message["content"])).kind == message["kind"]
    unformalised = edo.sent(world, pki, ids[THEM])
    assert world.get(f"/edo/documents/{unformalised}/messages")["items"] == []


def test_upd_with_another_sender_or_recipient_is_refused(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    body = edo.upd(world, pki, ids[THEM])
    edo.buy(world)
    answer = world.call("POST /edo/documents", body | {"recipient_id": ids["foreigner"]})
    assert answer.status == 422
    words = [error["detail"] for error in answer.json["errors"]]
    assert any("Получатель не тот" in word for word in words)
    assert any("СвПокуп" in word for word in words)
    swapped = world.call(
        "POST /edo/documents",
        body
        | {
            "recipient_id": ids[US],
            "signature": edo.encoded(
                pki.sign(base64.b64decode(body["file"]["content"]), "stranger")
            ),
        },
        who=THEM,
    )
    assert any("Отправитель не тот" in error["detail"] for error in swapped.json["errors"])


def test_file_that_is_not_a_valid_upd_is_refused_with_every_fault(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    body = edo.upd(world, pki, ids[THEM])
    content = base64.b64decode(body["file"]["content"])
    former = content.replace('ВерсФорм="5.03"'.encode("cp1251"), 'ВерсФорм="5.02"'.encode("cp1251"))
    for wrong, word in (
        (former, "5.02"),
        (b"<x/>", ""),
        (b"\xff\xfe", ""),
        (edo.TEXT.encode(), ""),
    ):
        file = {"filename": body["file"]["filename"], "content": edo.encoded(wrong)}
        signature = edo.encoded(pki.sign(wrong, "director"))
        answer = world.call("POST /edo/documents", body | {"file": file, "signature": signature})
        assert (answer.status, answer.problem) == (422, "payload-invalid")
        assert word in "".join(error["detail"] for error in answer.json["errors"])
        assert {error["pointer"] for error in answer.json["errors"]} == {"/file"}


def test_the_same_title_cannot_be_sent_twice(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    body = edo.upd(world, pki, ids[THEM])
    world.ok("POST /edo/documents", body)
    answer = world.call("POST /edo/documents", body)
    assert (answer.status, answer.problem) == (409, "edo-title-sent")


def test_invoice_cannot_be_answered(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    shipped = {"name": "Накладная", "number": "3", "date": "2026-11-20"}
    body = edo.upd(world, pki, ids[THEM], function="СЧФ", shipped_by=shipped)
    document_id = world.ok("POST /edo/documents", body)["document_id"]
    for call, payload in (
        ("drafts", {"kind": "buyer_title"}),
        ("signature", {"signature": edo.encoded(b"x")}),
    ):
        answer = world.call(f"POST /edo/documents/{document_id}/{call}", payload, who=THEM)
        assert (answer.status, answer.problem) == (409, "edo-no-answer-awaited")


def test_only_the_recipient_of_a_upd_can_make_a_buyers_title(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    document_id = edo.sent(world, pki, ids[THEM])
    path = f"POST /edo/documents/{document_id}/drafts"
    title: dict[str, Any] = {"kind": "buyer_title"}
    assert world.call(path, title, who=THEM).problem == "edo-not-upd"
    assert world.call(path, title, who=US).problem == "edo-wrong-side"
    assert world.call(path, title | {"reason": "x"}, who=THEM).status == 422


def test_upd_made_from_a_form_is_valid(
    ids: dict[str, str], world: World, pki: DemonstrationPki
) -> None:
    body = edo.upd(world, pki, ids["foreigner"])
    title = seller_title.read(base64.b64decode(body["file"]["content"]), body["file"]["filename"])
    assert title.seller.address == steps.PROFILE["address"]
    assert title.buyer.name == edo.FOREIGN["name"]
    assert title.lines[0].vat_rate == "22%"
    wrong = {"recipient_id": ids[THEM], "form": {"number": "1"}}
    assert world.call("POST /edo/upd", wrong).status == 422
