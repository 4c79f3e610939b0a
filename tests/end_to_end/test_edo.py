"""«Платформа ЭДО» through the whole product: the walk that a person takes, and the last document."""

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.runtime import clock
from infra.local import foreign_operator
from infra.local.api import Answer, Api
from infra.local.product import Product

FOREIGN = foreign_operator.PARTICIPANT
PACKAGE = "month-20"
DOCUMENTS = 20
TEXT = "Договор поставки № 5\n".encode()
PATIENCE_SECONDS = 60


def eventually(look: Callable[[], Any], *, what: str) -> Any:
    """Return what ``look`` finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if value := look():
            return value
        time.sleep(0.2)
    pytest.fail(f"not seen in {PATIENCE_SECONDS} s: {what}")


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


class Participant:
    """A persona in the exchange: its calls and its signatures."""

    def __init__(self, running: Product, api: Api, persona: str, key: Callable[[], str]) -> None:
        self.api, self._key, self._persona, self._running = api, key, persona, running

    def sign(self, content: bytes) -> str:
        return encoded(self._running.pki.sign(content, self._persona))

    def register(self) -> str:
        """Register, unless that was done before; return the identifier."""
        known = self.api.get("/edo").json["participant_id"]
        if known:
            return str(known)
        certificate = encoded(self._running.pki.certificate(self._persona))
        drawn_up = self.api.post(
            "/edo/registration/statement", {"certificate": certificate}, expect=200
        ).json
        form = {
            "statement_id": drawn_up["statement_id"],
            "accept_offer": True,
            "accept_personal_data": True,
            "signature": self.sign(drawn_up["text"].encode()),
        }
        made = self.api.post("/edo/registration", form, key=self._key()).json
        again = self.api.post("/edo/registration", form, key=self._key(), expect=409).json
        assert again["participant_id"] == made["participant_id"]
        return str(made["participant_id"])

    def form(self, recipient_id: str) -> dict[str, Any]:
        return {
            "recipient_id": recipient_id,
            "kind": "unformalised",
            "file": {"filename": "Договор.txt", "content": encoded(TEXT)},
            "signature": self.sign(TEXT),
        }

    def send(self, recipient_id: str, expect: int | None = 201) -> Answer:
        body = self.form(recipient_id)
        return self.api.post("/edo/documents", body, key=self._key(), expect=expect)

    def see(self, document_id: str) -> Any:
        return self.api.get(f"/edo/documents/{document_id}").json

    @property
    def licence(self) -> Any:
        return self.api.get("/edo").json["licence"]

    def buy(self, operator: Api) -> None:
        before = len(self.licence["next_packages"]) + (self.licence["state"] == "active")
        invoice = self.api.post(f"/edo/licence-packages/{PACKAGE}/purchase", key=self._key()).json[
            "invoice"
        ]
        payment = {
            "invoice_number": invoice["number"],
            "amount_kopecks": invoice["total_kopecks"],
            "bank_reference": f"edo/{invoice['number']}",
            "paid_on": clock.today().isoformat(),
        }
        operator.post("/payments", payment, key=self._key())
        eventually(
            lambda: (
                len(self.licence["next_packages"]) + (self.licence["state"] == "active") > before
            ),
            what="the licence active",
        )


@pytest.fixture
def participant(
    running: Product, persona: Callable[..., Api], key: Callable[[], str]
) -> Callable[[str], Participant]:
    return lambda name: Participant(running, persona(name), name, key)


def test_the_walk(
    running: Product,
    participant: Callable[[str], Participant],
    operator: Api,
    key: Callable[[], str],
) -> None:
    romashka, arenda = participant("romashka"), participant("arenda")
    ids = {"romashka": romashka.register(), "arenda": arenda.register()}
    assert romashka.licence["colour"] == "red"
    counterparties = romashka.api.get("/edo/counterparties?inn=9677160044").json["items"]
    assert [item["participant_id"] for item in counterparties] == [ids["arenda"]]
    counterparties = eventually(
        lambda: romashka.api.get(f"/edo/counterparties?inn={FOREIGN.inn}").json["items"],
        what="the other operator's participant",
    )
    assert [item["roaming"] for item in counterparties] == [True]

    # Without a licence: sent inside and signed there, refused in roaming.
    document_id = romashka.send(ids["arenda"]).json["document_id"]
    content = arenda.api.get(f"/edo/documents/{document_id}/content").body
    assert content == TEXT
    path = f"/edo/documents/{document_id}/signature"
    body = {"signature": arenda.sign(content)}
    romashka.api.post(path, {"signature": romashka.sign(content)}, expect=409)
    participant("petrova").api.post(path, body, expect=404)
    assert arenda.api.post(path, body, expect=200).json["status"] == "signed"
    assert romashka.see(document_id)["status"] == "signed"
    refused = romashka.send(FOREIGN.participant_id, expect=409).json
    assert refused["type"] == "/problems/edo-licence-required"
    eventually(
        lambda: (
            {"Получен документ: Договор.txt", "Документ подписан: Договор.txt"}
            <= {message.get("subject") for message in running.cloud.messages()}
        ),
        what="the e-mails",
    )

    # With one: sent in roaming, one less, signed there; a letter comes back and is signed here.
    romashka.buy(operator)
    assert (romashka.licence["colour"], romashka.licence["documents_left"]) == ("orange", DOCUMENTS)
    sent = romashka.send(FOREIGN.participant_id).json
    assert (sent["status"], sent["charged"]) == ("sent", True)
    assert romashka.licence["documents_left"] == DOCUMENTS - 1
    eventually(
        lambda: romashka.see(sent["document_id"])["status"] == "signed", what="signed in roaming"
    )
    (letter,) = eventually(
        lambda: romashka.api.get("/edo/documents?box=inbox&status=delivered").json["items"],
        what="the letter from roaming",
    )
    content = romashka.api.get(f"/edo/documents/{letter['document_id']}/content").body
    romashka.api.post(
        f"/edo/documents/{letter['document_id']}/signature",
        {"signature": romashka.sign(content)},
        expect=200,
    )

    # A УПД from a form, answered by the buyer's title; the archive of it all.
    line = {
        "name": "Чай",
        "quantity": 2,
        "unit": "шт",
        "price_kopecks": 61_00,
        "vat_rate": "22",
    }
    form = {"number": "17", "date": "2026-11-24", "function": "СЧФДОП", "lines": [line]}
    made = romashka.api.post(
        "/edo/upd", {"recipient_id": ids["arenda"], "form": form}, expect=200
    ).json
    title = base64.b64decode(made["content"])
    upd = romashka.api.post(
        "/edo/documents",
        {
            "recipient_id": ids["arenda"],
            "kind": "upd",
            "file": {"filename": made["file_name"], "content": made["content"]},
            "signature": romashka.sign(title),
        },
        key=key(),
    ).json
    path = f"/edo/documents/{upd['document_id']}"
    draft = arenda.api.post(f"{path}/drafts", {"kind": "buyer_title"}).json
    answer = {"signature": arenda.sign(base64.b64decode(draft["content"]))}
    assert arenda.api.post(f"{path}/signature", answer, expect=200).json["status"] == "signed"
    assert len(romashka.api.get(f"{path}/messages").json["items"]) == 6
    archive = romashka.api.post(f"{path}/archive", expect=200).json
    fetched = running.cloud.http.request("GET", archive["url"])
    assert fetched.status == 200, fetched.data
    assert fetched.data.startswith(b"PK")

    # Rejected and revoked inside.
    rejected = romashka.send(ids["arenda"]).json["document_id"]
    path = f"/edo/documents/{rejected}"
    reason = {"reason": "Неверная сумма"}
    draft = arenda.api.post(f"{path}/drafts", {"kind": "correction_request"} | reason).json
    answer = reason | {"signature": arenda.sign(base64.b64decode(draft["content"]))}
    assert arenda.api.post(f"{path}/rejection", answer, expect=200).json["status"] == "rejected"
    path = f"/edo/documents/{upd['document_id']}"
    draft = romashka.api.post(f"{path}/drafts", {"kind": "annulment_offer"} | reason).json
    offer = base64.b64decode(draft["content"])
    romashka.api.post(
        f"{path}/revocation", reason | {"signature": romashka.sign(offer)}, expect=200
    )
    agreed = arenda.api.post(f"{path}/revocation", {"signature": arenda.sign(offer)}, expect=200)
    assert agreed.json["status"] == "revoked"
    dead = {queue["queue"]: queue["dead"] for queue in running.cloud.queues()}
    assert not any(depth for name, depth in dead.items() if "edo" in name.lower())


def test_a_large_file_goes_by_an_upload(
    running: Product, participant: Callable[[str], Participant], key: Callable[[], str]
) -> None:
    romashka, arenda = participant("romashka"), participant("arenda")
    romashka.register()
    recipient_id = arenda.register()
    content = bytes(range(256)) * 4096 * 6
    asked = {"filename": "a.zip", "size": len(content), "media_type": "application/zip"}
    form = romashka.api.post("/uploads", asked).json
    sent = running.cloud.http.request(
        "POST", form["url"], fields=form["fields"] | {"file": ("file", content)}
    )
    assert sent.status in {200, 204}, sent.data
    body = romashka.form(recipient_id) | {
        "file": {"filename": "Проект.zip", "upload_id": form["upload_id"]},
        "signature": romashka.sign(content),
    }
    made = romashka.api.post("/edo/documents", body, key=key()).json
    path = f"/edo/documents/{made['document_id']}/content"
    link = arenda.api.call("GET", path, expect=413).json["url"]
    assert running.cloud.http.request("GET", link).data == content


def test_the_last_document_is_spent_once(
    participant: Callable[[str], Participant], operator: Api, key: Callable[[], str]
) -> None:
    petrova = participant("petrova")
    petrova.register()
    petrova.buy(operator)
    body = petrova.form(FOREIGN.participant_id)

    def send(_: int) -> Answer:
        answer = petrova.api.post("/edo/documents", body, key=key(), expect=None)
        while answer.status in {429, 503}:
            answer = petrova.api.post("/edo/documents", body, key=key(), expect=None)
        return answer

    while petrova.licence["documents_left"] > 3:
        send(0)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert [reply.status for reply in answers].count(201) == 3
    refusals = {reply.json["type"] for reply in answers if reply.status != 201}
    assert refusals <= {"/problems/edo-licence-required", "/problems/edo-licence-spent"}
    assert petrova.licence["state"] == "none"
    listed = petrova.api.get("/edo/documents?box=outbox&limit=100").json["items"]
    assert len(listed) == DOCUMENTS
    assert all(item["charged"] for item in listed)
