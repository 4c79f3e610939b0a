"""A brand applied for with a large file, moderated, switched on: as the client and operator see it."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from infra.local.api import Api
from infra.local.product import Product

PATH = "/e-receipts/services/branded-message/applications"
PDF = b"%PDF-1.4\n" + b"%" * 2_000_000 + b"\nstartxref\n9\n%%EOF\n"
PATIENCE_SECONDS = 60


def eventually(look: Callable[[], Any], *, what: str) -> Any:
    """Return what ``look`` finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if value := look():
            return value
        time.sleep(0.1)
    pytest.fail(f"not seen in {PATIENCE_SECONDS} s: {what}")


def test_from_the_upload_to_the_decision(
    running: Product, romashka: Api, petrova: Api, operator: Api, key: Callable[[], str]
) -> None:
    asked = {"filename": "Товарный знак.pdf", "size": len(PDF), "media_type": "application/pdf"}
    form = romashka.post("/uploads", asked).json
    assert form["url"].startswith(f"{running.origin.url}/")
    sent = running.cloud.http.request(
        "POST", form["url"], fields=form["fields"] | {"file": ("file", PDF)}
    )
    assert sent.status in {200, 204}, sent.data

    document = {"filename": asked["filename"], "upload_id": form["upload_id"]}
    body = {"name": "Ромашка", "documents": [document]}
    petrova.post(PATH, body, key=key(), expect=403)
    made = romashka.post(PATH, body, key=key()).json
    romashka.post(PATH, body, key=key(), expect=409)
    mine = f"{PATH}/{made['application_id']}"
    petrova.get(mine, expect=404)
    eventually(lambda: romashka.get(mine).json["state"] == "in_review", what="the checks done")

    theirs = f"/moderation/applications/{made['application_id']}"
    romashka.get(theirs, expect=403)
    listed = operator.get("/moderation/applications").json["items"]
    assert made["application_id"] in [item["application_id"] for item in listed]
    card = operator.get(theirs).json
    assert card["flags"] == []
    (file,) = card["files"]
    fetched = running.cloud.http.request("GET", file["url"])
    assert fetched.status == 200, fetched.data
    assert fetched.data == PDF
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    forged = file["url"].replace("X-Amz-Signature=", "X-Amz-Signature=0")
    for address in (forged, file["url"].partition("?")[0]):
        assert running.cloud.http.request("GET", address).status in {400, 401, 403}

    operator.post(f"{theirs}/decision", {"decision": "approve"}, expect=200)
    operator.post(f"{theirs}/decision", {"decision": "approve"}, expect=409)
    romashka.post(f"{mine}/cancellation", expect=409)
    assert romashka.get(mine).json["state"] == "approved"
    eventually(
        lambda: [
            message
            for message in running.cloud.messages()
            if message.get("subject") == "Заявка одобрена: «Брендированное сообщение»"
        ],
        what="the e-mail",
    )
    second = romashka.post(PATH, body, key=key()).json
    romashka.post(f"{PATH}/{second['application_id']}/cancellation", expect=200)
