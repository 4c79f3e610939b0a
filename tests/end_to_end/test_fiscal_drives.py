"""«Купить ФН», the whole way, as a client, the bank and the operator see it."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.runtime import clock
from infra.local.api import Api
from infra.local.product import SELLER, Product
from tests.support import bank

FORM = {
    "contact_name": "Смирнова Мария Андреевна",
    "phone": "+7 916 123-45-67",
    "email": "romashka@example.ru",
    "delivery": {"method": "courier", "address": "г. Москва, ул. Щербаковская, д. 3"},
    "comment": "Позвоните за час",
}
PATIENCE_SECONDS = 60


def eventually(look: Callable[[], Any], *, what: str) -> Any:
    """Return what ``look`` finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if value := look():
            return value
        time.sleep(0.1)
    pytest.fail(f"not seen in {PATIENCE_SECONDS} s: {what}")


def order(client: Api, key: Callable[[], str], **cart: int) -> Any:
    for model, quantity in cart.items():
        client.put(f"/fiscal-drives/cart/{model.replace('_', '.')}", {"quantity": quantity})
    return client.post("/fiscal-drives/orders", FORM, key=key()).json


def status_of(client: Api, order_id: str) -> str:
    return str(client.get(f"/fiscal-drives/orders/{order_id}").json["status"])


def letters(running: Product, number: str) -> list[Any]:
    return [each for each in running.cloud.messages() if number in each.get("subject", "")]


def test_from_the_catalogue_to_delivery(
    running: Product, romashka: Api, operator: Api, key: Callable[[], str]
) -> None:
    catalogue = romashka.get("/fiscal-drives").json["items"]
    drive = next(drive for drive in catalogue if drive["model"] == "fn-1.2-15")
    assert [register["ends_soon"] for register in drive["suits"]] == [True, False, False]

    cart = romashka.put("/fiscal-drives/cart/fn-1.2-15", {"quantity": 2}).json
    assert cart["total_kopecks"] == 2 * drive["price_kopecks"]
    romashka.put("/fiscal-drives/cart/fn-1.2-36", {"quantity": 1})
    cart = romashka.delete("/fiscal-drives/cart/fn-1.2-36").json
    assert [line["model"] for line in cart["lines"]] == ["fn-1.2-15"]

    once = key()
    made = romashka.post("/fiscal-drives/orders", FORM, key=once).json
    assert romashka.post("/fiscal-drives/orders", FORM, key=once).json == made
    assert made["status"] == "invoiced"
    assert made["phone"] == "+79161234567"
    assert romashka.get("/fiscal-drives/cart").json["lines"] == []
    left = romashka.get("/fiscal-drives").json["items"]
    assert next(drive for drive in left if drive["model"] == "fn-1.2-15")["in_stock"] == (
        drive["in_stock"] - 2
    )

    invoice = romashka.get(f"/invoices/{made['invoice_id']}").json
    assert invoice == made["invoice"]
    assert (invoice["state"], invoice["total_kopecks"]) == ("open", cart["total_kopecks"])
    pdf = romashka.get(f"/invoices/{made['invoice_id']}/pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.body.startswith(b"%PDF-")

    paid = operator.post(
        "/payments",
        {
            "invoice_number": invoice["number"],
            "amount_kopecks": invoice["total_kopecks"],
            "bank_reference": f"e2e/{invoice['number']}",
            "paid_on": clock.today().isoformat(),
        },
        key=key(),
    ).json
    assert paid["outcome"] == "paid"
    order_id = made["order_id"]
    eventually(lambda: status_of(romashka, order_id) == "paid", what="the order paid")
    (letter,) = eventually(lambda: letters(running, invoice["number"]), what="the e-mail")
    assert letter["to"] == FORM["email"]

    path = f"/fiscal-drives/orders/{order_id}/status"
    operator.post(path, {"status": "delivered"}, expect=409)
    operator.post(path, {"status": "assembling"}, expect=200)
    operator.post(path, {"status": "shipped"}, expect=422)
    operator.post(path, {"status": "shipped", "tracking_number": "RA123456789RU"}, expect=200)
    operator.post(path, {"status": "delivered"}, expect=200)
    order = romashka.get(f"/fiscal-drives/orders/{order_id}").json
    assert order["tracking_number"] == "RA123456789RU"
    assert [change["status"] for change in order["history"]] == [
        "invoiced",
        "paid",
        "assembling",
        "shipped",
        "delivered",
    ]
    eventually(lambda: len(letters(running, invoice["number"])) == 2, what="the second e-mail")
    romashka.post(f"/fiscal-drives/orders/{order_id}/cancellation", expect=409)


def test_cancellation_closes_the_invoice_and_returns_the_drives(
    romashka: Api, operator: Api, key: Callable[[], str]
) -> None:
    def stock() -> int:
        items = romashka.get("/fiscal-drives").json["items"]
        return int(next(item["in_stock"] for item in items if item["model"] == "fn-1.2-36"))

    before = stock()
    made = order(romashka, key, **{"fn-1_2-36": 3})
    assert stock() == before - 3
    romashka.post(f"/fiscal-drives/orders/{made['order_id']}/cancellation", expect=200)
    assert stock() == before
    assert romashka.get(f"/invoices/{made['invoice_id']}").json["state"] == "cancelled"
    late = operator.post(
        "/payments",
        {
            "invoice_number": made["invoice_number"],
            "amount_kopecks": made["total_kopecks"],
            "bank_reference": f"late/{made['invoice_number']}",
            "paid_on": "2026-11-24",
        },
        key=key(),
    ).json
    assert late["outcome"] == "late"
    kept = operator.get("/payments?outcome=late").json["items"]
    assert late["bank_reference"] in [item["bank_reference"] for item in kept]


def test_a_bank_statement_pays_what_it_names(
    romashka: Api, operator: Api, key: Callable[[], str]
) -> None:
    made = order(romashka, key, **{"fn-1_2-15": 1})
    statement = _statement(made["invoice"])
    body = {"content": base64.b64encode(statement.encode("cp1251")).decode()}
    report = operator.post("/payments/statements", body, key=key()).json
    assert [line["outcome"] for line in report["matched"]] == ["paid"]
    assert [line["reason"] for line in report["unmatched"]] == ["not-found"]
    again = operator.post("/payments/statements", body, key=key()).json
    assert (again["matched"], again["unmatched"], len(again["repeated"])) == ([], [], 2)
    eventually(lambda: status_of(romashka, made["order_id"]) == "paid", what="the order paid")


def test_the_bank_pays_by_the_queue(
    running: Product, romashka: Api, key: Callable[[], str]
) -> None:
    made = order(romashka, key, **{"fn-1_2-15": 1})
    payment = {
        "invoice_number": made["invoice_number"],
        "amount_kopecks": made["total_kopecks"],
        "bank_reference": f"queue/{made['invoice_number']}",
        "paid_on": "2026-11-24",
    }
    sqs = running.cloud.client("sqs")
    for _ in range(2):
        sqs.send_message(
            QueueUrl=running.outputs["PaymentsQueueUrl"], MessageBody=json.dumps(payment)
        )
    eventually(lambda: status_of(romashka, made["order_id"]) == "paid", what="the order paid")
    invoice = romashka.get(f"/invoices/{made['invoice_id']}").json
    assert invoice["paid_kopecks"] == invoice["total_kopecks"]


def test_payment_is_traced_from_the_call_to_the_mail(
    running: Product, romashka: Api, operator: Api, key: Callable[[], str]
) -> None:
    """The id of the operator's call is in a line of each function that the call sets to work."""
    made = order(romashka, key, **{"fn-1_2-15": 1})
    payment = {
        "invoice_number": made["invoice_number"],
        "amount_kopecks": made["total_kopecks"],
        "bank_reference": f"traced/{made['invoice_number']}",
        "paid_on": "2026-11-24",
    }
    cause = operator.post("/payments", payment, key=key()).headers["X-Request-Id"]

    def lines(function: str) -> list[str]:
        return [line for line in running.cloud.function_logs(function) if cause in line]

    for name in ("allocate-payment", "relay", "follow-invoice", "send-mail"):
        eventually(lambda name=name: lines(f"local-{name}"), what=f"the id in the log of {name}")
    refused = romashka.get("/fiscal-drives/orders/nothing", expect=404)
    assert refused.json["request_id"] == refused.headers["X-Request-Id"]
    nowhere = romashka.get("/nowhere", expect=404)
    assert nowhere.json["request_id"] == nowhere.headers["X-Request-Id"]


def test_nobody_sees_the_orders_of_another(
    romashka: Api, petrova: Api, operator: Api, key: Callable[[], str]
) -> None:
    made = order(petrova, key, **{"fn-1_2-15": 1})
    for path in (f"/fiscal-drives/orders/{made['order_id']}", f"/invoices/{made['invoice_id']}"):
        petrova.get(path)
        operator.get(path)
        romashka.get(path, expect=404)
    romashka.post(f"/fiscal-drives/orders/{made['order_id']}/cancellation", expect=404)
    romashka.post(
        f"/fiscal-drives/orders/{made['order_id']}/status", {"status": "assembling"}, expect=403
    )
    own = {
        item["order_id"] for item in romashka.get("/fiscal-drives/orders?limit=100").json["items"]
    }
    assert made["order_id"] not in own


def _statement(invoice: dict[str, Any]) -> str:
    def document(number: int, kopecks: int, purpose: str) -> list[str]:
        return [
            "СекцияДокумент=Платежное поручение",
            f"Номер={number}",
            "Дата=24.11.2026",
            f"Сумма={kopecks // 100}.{kopecks % 100:02}",
            f"ПлательщикСчет=4070281050000000{number:04}",
            f"ПлательщикИНН={invoice['payer']['inn']}",
            f"Плательщик1={invoice['payer']['name']}",
            f"ПолучательСчет={SELLER['account']}",
            f"ПолучательИНН={SELLER['inn']}",
            f"Получатель1={SELLER['name']}",
            "ДатаПоступило=24.11.2026",
            f"НазначениеПлатежа={purpose}",
            "КонецДокумента",
        ]

    lines = [
        "1CClientBankExchange",
        "ВерсияФормата=1.03",
        "Кодировка=Windows",
        *bank.section(SELLER["account"], invoice["total_kopecks"] + 100_00, "24.11.2026"),
        *document(101, invoice["total_kopecks"], f"Оплата по счету {invoice['number']}, НДС 22%"),
        *document(102, 100_00, "Возврат займа по договору 7"),
        "КонецФайла",
    ]
    return "\r\n".join(lines) + "\r\n"
