"""«Платформа Госотчёт» through the whole product: bought, registered, the e-mail read, signed in."""

import base64
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from infra.local.api import Api
from infra.local.personas import PERSONAS
from infra.local.product import Product

PATIENCE_SECONDS = 90
SUBJECT = "Вход в систему Госотчёт: логин и пароль"
AUTHORITIES: dict[str, list[dict[str, str | None]]] = {
    "romashka": [
        {"kind": "fns", "code": "7719", "kpp": "771901001"},
        {"kind": "sfr", "registration_number": "087-123-456789"},
        {"kind": "rosstat", "togs": "77-00", "okpo": "00032537"},
        {"kind": "fsrar", "identifier": "030000123456"},
        {"kind": "rpn", "identifier": "МН-0177-001234-П"},
        {"kind": "cb", "identifier": "2110177000123"},
    ],
    "petrova": [{"kind": "fns", "code": "7728", "kpp": None}],
}


def eventually(look: Callable[[], Any], *, what: str) -> Any:
    """Return what ``look`` finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if value := look():
            return value
        time.sleep(0.2)
    pytest.fail(f"not seen in {PATIENCE_SECONDS} s: {what}")


@pytest.mark.parametrize(("who", "tariff"), [("romashka", "basic"), ("petrova", "fns")])
def test_from_the_tariff_to_the_first_sign_in(
    running: Product,
    persona: Callable[..., Api],
    operator: Api,
    key: Callable[[], str],
    who: str,
    tariff: str,
) -> None:
    client, mailbox = persona(who), f"buh-{who}@example.ru"

    def passwords() -> list[tuple[str, str]]:
        """The logins and passwords mailed, the latest first."""
        texts = [
            message["text"]
            for message in running.cloud.messages()
            if message.get("subject") == SUBJECT and mailbox in message["to"]
        ]
        matches = [re.search(r"Логин: (\S+)\nОдноразовый пароль: (\S+)", text) for text in texts]
        return [(match[1], match[2]) for match in matches if match]

    bought = client.post("/gosotchet/licences", {"tariff": tariff}, key=key()).json
    form = {
        "licence_id": bought["licence_id"],
        "authorities": AUTHORITIES[who],
        "certificate": base64.b64encode(running.pki.certificate(who)).decode(),
        "email": mailbox,
    }
    path = "/gosotchet/registrations"
    client.post(path, form, key=key(), expect=409)
    payment = {
        "invoice_number": bought["invoice_number"],
        "amount_kopecks": bought["invoice"]["total_kopecks"],
        "bank_reference": f"gosotchet-{who}-{key()}",
        "paid_on": "2026-11-24",
    }
    operator.post("/payments", payment, key=key())

    def is_active() -> bool:
        licences = client.get("/gosotchet/licences").json["items"]
        return bool(licences[0]["status"] == "active")

    eventually(is_active, what="the licence active")
    foreign = form | {"certificate": base64.b64encode(running.pki.certificate("arenda")).decode()}
    refused = client.post(path, foreign, key=key(), expect=422).json
    assert [error["pointer"] for error in refused["errors"]] == ["/certificate"]
    made = client.post(path, form, key=key(), expect=202).json
    assert "успешно" in made["message"]
    person = PERSONAS[who].person
    assert made["certificate"]["surname"] == person.surname
    mine = f"{path}/{made['registration_id']}"

    ((login, password),) = eventually(passwords, what="the e-mail")
    eventually(
        lambda: client.get(mine).json["status"] == "credentials_sent", what="the registration done"
    )
    assert operator.get(mine).json["login"] == login
    anyone = running.api
    tried = {"login": login, "password": password}
    anyone.post("/gosotchet/sessions", tried | {"password": "wrong"}, expect=401)
    first = anyone.post("/gosotchet/sessions", tried, expect=403).json
    assert first["type"] == "/problems/password-change-required"
    own = {"new_password": "совсем новый пароль"}
    signed_in = anyone.post("/gosotchet/sessions", tried | own, expect=200).json
    assert signed_in["authorities"] == AUTHORITIES[who]
    anyone.post("/gosotchet/sessions", tried, expect=401)

    client.post(f"{mine}/credentials", {}, key=key(), expect=429)
    operator.post(f"{mine}/retry", expect=409)
    more = [{"kind": "cb", "identifier": "77-1"}]
    expected = 202 if who == "romashka" else 422
    client.post(f"{mine}/changes", {"authorities": more}, key=key(), expect=expected)
    if who == "romashka":
        eventually(
            lambda: more[0] in client.get(mine).json["authorities"], what="the change applied"
        )
        assert client.get(f"{mine}/changes").json["items"][0]["status"] == "completed"
    worklist = operator.get("/gosotchet/worklist?status=credentials_sent").json["items"]
    assert made["registration_id"] in [line["registration_id"] for line in worklist]
