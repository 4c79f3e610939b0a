"""From the trial to what 1С has loaded, over HTTP, under the roles as deployed."""

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import requests
import zeep
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport

from chalicelib.runtime import clock
from infra.local.api import Api
from infra.local.personas import PERSONAS
from infra.local.product import Product
from tests.support import onec
from tests.support.onec import OneC

PATIENCE_SECONDS = 90


def eventually(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if value := look():
            return value
        time.sleep(0.1)
    pytest.fail(f"not seen in {PATIENCE_SECONDS} s: {what}")


def client(made: Any, service: str) -> Any:
    """Return a client made from the WSDL as it is served."""
    session = requests.Session()
    session.trust_env = False
    session.auth = HTTPBasicAuth(made["login"], made["password"])
    address = f"{made['address']}/ws/{service}?wsdl"
    return zeep.Client(address, transport=Transport(session=session, timeout=30)).service


def test_from_the_trial_to_what_1c_has_loaded(
    running: Product, petrova: Api, operator: Api, key: Callable[[], str]
) -> None:
    organisation = PERSONAS["petrova"].organisation
    assert organisation is not None
    (register,) = organisation.registers
    origin = Api(running.origin.url, running.cloud.http)
    today = clock.today()
    day = f"from={today}&to={today}"

    # Tariffs.
    (listed,) = petrova.get("/integration-1c/registers").json["items"]
    assert (listed["state"], listed["trial_available"]) == ("none", True)
    path = f"/integration-1c/registers/{register.register_id}"
    trial = petrova.post(f"{path}/trial", key=key()).json
    assert trial["state"] == "trial"
    petrova.post(f"{path}/trial", key=key(), expect=409)
    ordered = petrova.post(f"{path}/subscription", {"period": "month"}, key=key()).json
    paid = {
        "invoice_number": ordered["invoice_number"],
        "amount_kopecks": ordered["invoice"]["total_kopecks"],
        "bank_reference": f"e2e/{ordered['invoice_number']}",
        "paid_on": today.isoformat(),
    }
    assert operator.post("/payments", paid, key=key()).json["outcome"] == "paid"

    def tariff() -> Any:
        (register,) = petrova.get("/integration-1c/registers").json["items"]
        return register["until"] > trial["until"] and register

    assert eventually(tariff, "the paid month")["state"] == "trial"

    # Receipts.
    shift = onec.shift(
        7,
        first=100,
        at=f"{today}T00:{{minute:02}}:00",
        register_id=register.register_id,
        fiscal_drive=register.fiscal_drive_number,
    )
    for document in shift:
        origin.post("/local/fiscal-documents", document, expect=202)
    query = f"/integration-1c/documents?register_id={register.register_id}&{day}"

    def loads(receipts: int) -> Callable[[], Any]:
        def look() -> Any:
            reports = petrova.get(query).json["items"]
            return reports and reports[0]["receipts"] == receipts and reports

        return look

    (document,) = eventually(loads(3), "the shift")
    assert document["turnover_kopecks"] == 3 * 128521

    # By file.
    by_file = petrova.get(f"/integration-1c/message?{day}").body
    assert onec.documents_of(by_file) == [document["document_id"]]
    asked = petrova.post(
        "/integration-1c/messages", {"from": str(today), "to": str(today)}, key=key(), expect=202
    ).json

    def ready() -> Any:
        prepared = petrova.get(f"/integration-1c/messages/{asked['message_id']}").json
        return prepared["state"] == "ready" and prepared

    link = eventually(ready, "the prepared file")["link"]
    got = running.cloud.http.request("GET", link)
    assert got.status == 200, got.data
    with zipfile.ZipFile(io.BytesIO(got.data)) as archive:
        prepared = archive.read("Message.xml")
    assert prepared.partition(b"<Body")[2] == by_file.partition(b"<Body")[2]

    # By 1С itself.
    made = petrova.post("/integration-1c/credentials").json
    versions = client(made, "InterfaceVersion").GetVersions("DataExchange")
    assert versions == ["3.0.1.1"]
    base = OneC(client(made, "Exchange_3_0_1_1"))
    base.set_up()
    assert base.service.TestConnection(onec.PLAN, base.code)["return"] is True
    taken = base.synchronise()
    assert onec.documents_of(taken) == [document["document_id"]]
    assert onec.documents_of(base.synchronise()) == []
    late = shift[1] | {"fiscalDocumentNumber": 110, "fiscalSign": 77}
    origin.post("/local/fiscal-documents", late, expect=202)
    eventually(loads(4), "the late receipt")
    assert onec.documents_of(base.synchronise()) == [document["document_id"]]
    items = petrova.get("/integration-1c/nomenclature").json["items"]
    assert [item["name"] for item in items] == ["Творог <5%> & «Ко»"]

    # Who is not known.
    refused = requests.post(
        f"{made['address']}/ws/Exchange_3_0_1_1", data=b"", auth=("1c-x", "y"), timeout=30
    )
    assert (refused.status_code, refused.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    petrova.delete("/integration-1c/credentials", expect=204)
    with pytest.raises(zeep.exceptions.TransportError):
        base.service.Ping()
