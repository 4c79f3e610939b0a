"""«Аренда» through the whole product: shop, consent, grant, receipts, look, file, revocation."""

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.runtime import clock
from infra import enrol
from infra.local.api import Api
from infra.local.personas import PERSONAS
from infra.local.product import Product

LANDLORD = PERSONAS["arenda"].client_id


def eventually(look: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.2)
    return value


@pytest.fixture
def arenda(persona: Callable[..., Api]) -> Api:
    """The landlord's employee, who is no client."""
    return persona("arenda", roles=["landlord"])


def sign(running: Product, romashka: Api, key: str) -> Any:
    text = romashka.get(f"/rent/landlords/{LANDLORD}/consent").json["text"]
    made = base64.b64encode(running.pki.sign(text.encode(), "romashka")).decode()
    return romashka.post("/rent/consents", {"landlord_id": LANDLORD, "signature": made}, key=key)


def test_landlord_sees_what_is_granted_until_it_is_revoked(
    running: Product, romashka: Api, petrova: Api, arenda: Api, key: Callable[[], str]
) -> None:
    organisation = PERSONAS["romashka"].organisation
    assert organisation is not None
    register = organisation.registers[2]
    today = clock.today()

    (landlord,) = romashka.get("/rent/landlords?q=%D0%90%D0%A0%D0%95%D0%9D%D0%94").json["items"]
    assert landlord["landlord_id"] == LANDLORD
    body = {"name": "Отдел в ТЦ", "address": "г. Москва, ул. Примерная, д. 2"}
    shop = romashka.post("/organisation/shops", body, key=key()).json["shop_id"]
    form = {"landlord_id": LANDLORD, "shop_id": shop, "register_ids": [register.register_id]}
    romashka.post("/rent/grants", form, key=key(), expect=409)
    sign(running, romashka, key())
    refused = romashka.post("/rent/grants", form, key=key(), expect=409).json
    assert "Создайте отдельный магазин" in refused["detail"]
    romashka.put(f"/organisation/shops/{shop}/registers/{register.register_id}")
    grant = romashka.post("/rent/grants", form, key=key()).json

    origin = Api(running.origin.url, running.cloud.http)
    for number, operation, total in ((9001, 1, 150_00), (9001, 1, 150_00), (9002, 2, 50_00)):
        receipt = {
            "code": 3,
            "kktRegId": register.register_id,
            "fiscalDriveNumber": register.fiscal_drive_number,
            "fiscalDocumentNumber": number,
            "fiscalSign": number,
            "shiftNumber": 1,
            "dateTime": f"{today}T12:00:00",
            "operationType": operation,
            "totalSum": total,
        }
        origin.post("/local/fiscal-documents", receipt, expect=202)

    def listed() -> list[str]:
        return [item["grant_id"] for item in arenda.get("/rent/tenants").json["items"]]

    assert grant["grant_id"] in listed()
    path = f"/rent/tenants/{grant['grant_id']}/turnover?from={today}&to={today}"

    def counted() -> Any:
        total = arenda.get(path).json["total"]
        return total if total["returns"] else None

    assert eventually(counted)["turnover_kopecks"] == 100_00

    csv = arenda.get(path, Accept="text/csv")
    assert csv.headers["Content-Type"].startswith("text/csv")
    assert csv.body.startswith(b"\xef\xbb\xbf")
    assert "Все кассы;Итого;1;1;100,00" in csv.body.decode()
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    xlsx = arenda.get(path, Accept=workbook)
    assert (xlsx.headers["Content-Type"], xlsx.body[:2]) == (workbook, b"PK")
    arenda.get(path, Accept="image/png", expect=406)

    log = romashka.get(f"/rent/grants/{grant['grant_id']}/accesses?limit=100").json["items"]
    assert [look["media_type"] for look in log[:2]] == [workbook, "text/csv"]
    assert {look["subject"] for look in log} == {PERSONAS["arenda"].subject}

    def told() -> list[Any]:
        messages = origin.get("/local/messages").json["items"]
        return [message for message in messages if "Отдел в ТЦ" in message.get("subject", "")]

    assert len(eventually(told)) == 1

    for foreign in (romashka, petrova):
        foreign.get(path, expect=403)
    arenda.get("/rent/grants", expect=403)
    arenda.get("/organisation", expect=403)
    petrova.get(f"/rent/grants/{grant['grant_id']}/accesses", expect=404)
    petrova.delete(f"/rent/grants/{grant['grant_id']}", expect=404)

    romashka.delete(f"/rent/grants/{grant['grant_id']}", expect=204)
    arenda.get(path, expect=404)
    assert grant["grant_id"] not in listed()

    again = romashka.post("/rent/grants", form, key=key()).json
    romashka.delete(f"/rent/consents/{LANDLORD}", expect=204)
    arenda.get(f"/rent/tenants/{again['grant_id']}/turnover?from={today}&to={today}", expect=404)

    def ended() -> bool:
        kept = romashka.get("/rent/grants").json["items"][0]
        return [entry["status"] for entry in kept["history"]] == ["active", "consent_withdrawn"]

    assert eventually(ended)
    romashka.delete(f"/organisation/shops/{shop}/registers/{register.register_id}", expect=204)


def test_command_enrols_through_the_deployed_function(running: Product, operator: Api) -> None:
    landlord_id = PERSONAS["petrova"].client_id
    assert enrol.main([landlord_id, "--stage", "local"], running.cloud.client) == 0
    path = f"/rent/landlords/{landlord_id}"
    assert operator.get(path).json["enrolled"] is True
    assert enrol.main([landlord_id, "--stage", "local", "--strike-off"], running.cloud.client) == 0
    history = operator.get(path).json["history"]
    assert [entry["status"] for entry in history] == ["enrolled", "struck_off"]
    assert history[0]["subject"].startswith("arn:")
