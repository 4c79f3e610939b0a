"""Large bodies, files and parts of 1C, through the gateway and the object store of the cloud."""

import secrets
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
import zeep
from requests.auth import HTTPBasicAuth
from zeep.exceptions import Fault, TransportError
from zeep.transports import Transport

from chalicelib.runtime import limits
from chalicelib.services.integration_1c.exchange.files import MOST_PART_BYTES
from infra.local.api import Api
from infra.local.personas import PERSONAS
from infra.local.product import SELLER, Product
from tests.support import bank

MIB = 1024 * 1024
TEXT = "text/plain"


def upload(running: Product, caller: Api, content: bytes, *, declared: int = 0) -> Any:
    """Send a file by a form that was declared for so many bytes; return the form and the status."""
    size = declared or len(content)
    form = caller.post(
        "/uploads", {"filename": "kl_to_1c.txt", "size": size, "media_type": TEXT}
    ).json
    # A page of the origin sends the form there.
    address = form["url"].replace(running.cloud.endpoint, running.origin.url)
    sent = running.cloud.http.request(
        "POST", address, fields=form["fields"] | {"file": ("file", content)}
    )
    return form, sent.status


def test_a_form_takes_no_more_than_was_declared(running: Product, romashka: Api) -> None:
    assert upload(running, romashka, b"a", declared=1)[1] == 204
    for content in (b"ab", b"a" * 9 * MIB):
        assert upload(running, romashka, content, declared=1)[1] == 400


def test_the_largest_upload_passes_the_origin(running: Product, romashka: Api) -> None:
    assert upload(running, romashka, secrets.token_bytes(15 * MIB))[1] == 204


def test_a_large_bank_statement_is_uploaded(
    running: Product, operator: Api, key: Callable[[], str]
) -> None:
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows"]
    lines += bank.section(SELLER["account"], 1_00, "24.11.2026")
    for number in range(6_000):
        lines += [
            "СекцияДокумент=Платежное поручение",
            f"Номер={number}",
            "Дата=24.11.2026",
            "Сумма=1.00",
            "ПлательщикСчет=40702810500000000101",
            f"ПолучательСчет={SELLER['account'] if number == 0 else '40702810900000000001'}",
            "НазначениеПлатежа=" + "а" * 900,
            "КонецДокумента",
        ]
    content = "\r\n".join([*lines, "КонецФайла"]).encode("cp1251")
    assert len(content) > limits.PAYLOAD
    form, status = upload(running, operator, content)
    assert status == 204
    report = operator.post("/payments/statements", {"upload_id": form["upload_id"]}, key=key()).json
    assert len(report["unmatched"]) + len(report["repeated"]) == 1


@pytest.mark.parametrize("size", [limits.BODY + 1, limits.PAYLOAD * 3 // 4, 9 * MIB, 10 * MIB + 1])
def test_a_body_that_does_not_fit_is_refused_with_the_limit(romashka: Api, size: int) -> None:
    answer = romashka.call("POST", "/organisation/shops", b" " * size, key="limit")
    assert answer.status == 413
    assert answer.json["type"] == "/problems/too-large"
    assert "4 МБ" in answer.json["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_largest_body_reaches_its_function(romashka: Api) -> None:
    body = b'{"name": 1' + b" " * (limits.BODY - 11) + b"}"
    assert romashka.call("POST", "/organisation/shops", body, key="limit").status == 422


@pytest.fixture
def infobase(running: Product, romashka: Api) -> Any:
    made = romashka.post("/integration-1c/credentials").json
    session = requests.Session()
    session.trust_env = False
    session.auth = HTTPBasicAuth(made["login"], made["password"])
    address = f"{made['address']}/ws/Exchange_3_0_1_1?wsdl"
    return zeep.Client(address, transport=Transport(session=session, timeout=30)).service


def test_parts_of_1c_fit_or_are_refused_in_words(infobase: Any) -> None:
    transfer, whole = str(uuid.uuid4()), secrets.token_bytes(MOST_PART_BYTES)
    infobase.PutFilePart(transfer, 1, whole)
    file_id = infobase.SaveFileFromParts(transfer, 1)["FileId"]
    with pytest.raises(Fault):
        infobase.PrepareGetFile(file_id, 0)  # a file of 1C is not one for 1C
    for excess in (1, 1_100_000):
        with pytest.raises(Fault, match="больше 2 МБ"):
            infobase.PutFilePart(transfer, 2, secrets.token_bytes(MOST_PART_BYTES + excess))
    with pytest.raises(TransportError) as caught:
        infobase.PutFilePart(transfer, 2, secrets.token_bytes(4 * MIB))
    assert caught.value.status_code == 413


def test_accept_changes_neither_text_nor_bytes(
    romashka: Api, running: Product, key: Callable[[], str]
) -> None:
    path = f"/invoices/{_invoice(romashka, key)}/pdf"
    for accept in ("*/*", "application/json", "text/html,application/xml;q=0.9,*/*;q=0.8"):
        assert romashka.get("/organisation", Accept=accept).json["name"]
        assert romashka.get(path, Accept=accept).body.startswith(b"%PDF-")
    # urllib3 adds no header of its own.
    silent = {"Authorization": f"Bearer {running.issuer.token(PERSONAS['romashka'])}"}
    organisation = running.cloud.http.request("GET", f"{romashka.url}/organisation", headers=silent)
    assert organisation.json()["name"]
    pdf = running.cloud.http.request("GET", romashka.url + path, headers=silent)
    assert (pdf.status, pdf.json()["type"]) == (406, "/problems/not-acceptable")


def _invoice(client: Api, key: Callable[[], str]) -> str:
    form = {
        "contact_name": "Смирнова Мария",
        "phone": "+7 916 123-45-67",
        "email": "romashka@example.ru",
        "delivery": {"method": "pickup"},
    }
    client.put("/fiscal-drives/cart/fn-1.2-15", {"quantity": 1})
    return str(client.post("/fiscal-drives/orders", form, key=key()).json["invoice_id"])
