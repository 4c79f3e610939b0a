"""Import of a bank statement: each payment once, to its invoice or to the accountant."""

import base64
from typing import Any

import pytest

from chalicelib.core.billing.statement_import import MOST_PAYMENTS
from chalicelib.core.billing.store import BILLING
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime.aws import client
from tests.support import bank, steps
from tests.support.cloud import SELLER
from tests.support.world import World

STATEMENTS = "POST /payments/statements"


def send(world: World, *documents: dict[str, Any], **how: Any) -> Any:
    return world.ok(STATEMENTS, steps.statement(*documents), who="operator", **how)


def refused(world: World, body: Any) -> str:
    answer = world.call(STATEMENTS, body, who="operator")
    assert (answer.status, answer.problem) == (422, "statement-unreadable")
    assert world.items(BILLING, "payment") == [], "no payment of the file is kept"
    return str(answer.json["detail"])


def file(text: str, encoding: str = "cp1251") -> dict[str, str]:
    return {"content": base64.b64encode(text.encode(encoding)).decode()}


def text_of(*documents: dict[str, Any]) -> str:
    return base64.b64decode(steps.statement(*documents)["content"]).decode("cp1251")


def outcomes(payments: list[Any]) -> list[str]:
    return [payment["outcome"] for payment in payments]


def test_payments_find_their_invoices(world: World) -> None:
    first, second = steps.order(world, 1), steps.order(world, 1)
    report = send(
        world,
        {"kopecks": first["total_kopecks"], "purpose": first["invoice"]["purpose"]},
        {"kopecks": 100, "purpose": f"Оплата по сч. {second['invoice_number']}"},
        {"kopecks": 200, "purpose": "Оплата по счёту № СУ-0000000001"},
        {"kopecks": 300, "purpose": "за услуги"},
        {"kopecks": 400, "purpose": first["invoice"]["purpose"], "to": "40702810900000000001"},
    )
    assert outcomes(report["matched"]) == ["paid", "underpaid"]
    assert [payment["amount_kopecks"] for payment in report["unmatched"]] == [200, 300]
    assert {payment["reason"] for payment in report["unmatched"]} == {"not-found"}
    assert report["repeated"] == []
    world.drain()
    assert world.get(f"/fiscal-drives/orders/{first['order_id']}")["status"] == "paid"
    assert world.get(f"/invoices/{second['invoice_id']}")["paid_kopecks"] == 100
    assert len(world.mails()) == 1


def test_doubtful_payments_wait_for_a_person(world: World) -> None:
    first, second = steps.order(world, 1), steps.order(world, 1)
    both = f"Счета {first['invoice_number']}, {second['invoice_number']}"
    total = first["total_kopecks"]
    report = send(
        world,
        {"kopecks": total, "purpose": first["invoice"]["purpose"], "inn": "9677190017"},
        {"kopecks": 2 * total, "purpose": both},
    )
    assert report["matched"] == []
    assert [payment["reason"] for payment in report["unmatched"]] == ["payer-differs", "ambiguous"]
    waiting = world.get("/payments", who="operator")["items"]
    assert [payment["bank_reference"] for payment in waiting] == [
        payment["bank_reference"] for payment in report["unmatched"]
    ]
    assert world.get(f"/invoices/{first['invoice_id']}")["paid_kopecks"] == 0


def test_file_sent_twice_is_imported_once(world: World) -> None:
    placed = steps.order(world)
    documents = (
        {"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]},
        {"kopecks": 100, "purpose": "за услуги"},
    )
    before = send(world, *documents)
    again = send(world, *documents)
    assert (again["matched"], again["unmatched"]) == ([], [])
    assert again["repeated"] == before["matched"] + before["unmatched"]
    assert len(world.items(BILLING, "payment")) == 2
    assert world.get(f"/invoices/{placed['invoice_id']}")["paid_kopecks"] == placed["total_kopecks"]
    world.drain()
    assert len(world.mails()) == 1


def test_same_key_gives_the_same_report(world: World) -> None:
    placed = steps.order(world)
    document = {"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]}
    assert send(world, document, key="k") == send(world, document, key="k")


def test_two_parts_in_one_file_add_up(world: World) -> None:
    placed = steps.order(world)
    half, purpose = placed["total_kopecks"] // 2, placed["invoice"]["purpose"]
    report = send(
        world, {"kopecks": half, "purpose": purpose}, {"kopecks": half, "purpose": purpose}
    )
    assert outcomes(report["matched"]) == ["underpaid", "paid"]


def test_empty_statement_gives_an_empty_report(world: World) -> None:
    assert send(world) == {"matched": [], "unmatched": [], "repeated": []}


@pytest.mark.parametrize("encoding", ["cp866", "utf-8", "utf-8-sig"])
def test_other_encodings_are_read(world: World, encoding: str) -> None:
    placed = steps.order(world)
    text = text_of({"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]})
    purpose = (
        text if encoding != "cp866" else text.replace("№", "N").replace("«", '"').replace("»", '"')
    )
    report = world.ok(STATEMENTS, file(purpose, encoding), who="operator")
    assert outcomes(report["matched"]) == ["paid"]


@pytest.mark.parametrize(
    "content", ["не base64", "абв=", "====", "a", "MQ==", "", "JVBERi0xLjc=", "\U0001f600"]
)
def test_content_that_is_no_statement_is_refused(world: World, content: str) -> None:
    answer = world.call(STATEMENTS, {"content": content}, who="operator")
    assert answer.status == 422
    assert answer.problem in {"payload-invalid", "statement-unreadable"}
    assert world.items(BILLING, "payment") == []


def test_large_statement_is_uploaded(world: World) -> None:
    placed = steps.order(world)
    matched = {"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]}
    outgoing = {"kopecks": 1, "purpose": "а" * 900, "to": "40702810900000000001"}
    content = text_of(*[outgoing] * 6_000, matched).encode("cp1251")
    assert len(content) > 6 * 1024 * 1024
    form = {"filename": "kl_to_1c.txt", "size": len(content), "media_type": "text/plain"}
    upload = world.ok("POST /uploads", form, who="operator")
    client("s3").put_object(Bucket=UPLOADS.physical_name, Key=upload["fields"]["key"], Body=content)
    body = {"upload_id": upload["upload_id"]}
    assert outcomes(world.ok(STATEMENTS, body, who="operator")["matched"]) == ["paid"]
    answer = world.call(STATEMENTS, body | {"content": "MQ=="}, who="operator")
    assert (answer.status, answer.problem) == (422, "payload-invalid")
    answer = world.call(STATEMENTS, {"upload_id": "absent"}, who="operator")
    assert (answer.status, answer.problem) == (404, "upload-unknown")


def test_upload_of_a_client_is_no_statement_of_the_operator(world: World) -> None:
    upload = world.ok(
        "POST /uploads", {"filename": "a", "size": 10, "media_type": "text/plain"}, who="client"
    )
    client("s3").put_object(Bucket=UPLOADS.physical_name, Key=upload["fields"]["key"], Body=b"1")
    answer = world.call(STATEMENTS, {"upload_id": upload["upload_id"]}, who="operator")
    assert answer.problem == "upload-unknown"


def test_largest_report_fits_into_an_answer_and_its_record(world: World) -> None:
    purpose = "Ж" * 900
    report = send(world, *({"kopecks": 100 + n, "purpose": purpose} for n in range(MOST_PAYMENTS)))
    assert len(report["unmatched"]) == MOST_PAYMENTS


def test_statement_of_another_account_is_refused(world: World) -> None:
    detail = refused(world, steps.statement(account="40702810900000000001"))
    assert detail == "Выписка не по нашему расчётному счёту"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Сумма=3.00", "Сумма=много"),
        ("Сумма=3.00", "Сумма=999999999999.99"),
        ("Дата=25.11.2026", "Дата=31.11.2026"),
        ("Номер=2", "Номер=" + "7" * 200),
        ("ВсегоПоступило=", "ВсегоПоступило=1"),
        ("СекцияРасчСчет", "СекцияДокумент"),
        ("Номер=2", "Номер=2\r\n" + "Назначение платежа".encode().decode("cp1251")),
        (
            "ПлательщикСчет=40702810500000000017\r\nПлательщикИНН=7728168971\r\nПлательщик1=ООО "
            "«Ромашка»\r\nПолучательСчет=40702810900000000042\r\nНазначениеПлатежа=три",
            "ПлательщикСчет=" + "1" * 300 + "\r\nПолучательСчет=40702810900000000042\r\n",
        ),
        ("КонецФайла", ""),
    ],
)
def test_file_with_one_unreadable_payment_is_refused_whole(
    world: World, old: str, new: str
) -> None:
    placed = steps.order(world)
    text = text_of(
        {"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]},
        {"kopecks": 300, "purpose": "три"},
    )
    assert old in text
    refused(
        world,
        file(text.replace(old, new) if old != "Дата=25.11.2026" else new.join(text.rsplit(old, 1))),
    )
    assert world.get(f"/invoices/{placed['invoice_id']}")["paid_kopecks"] == 0


def test_payer_cannot_write_a_payment_into_the_purpose_of_another(world: World) -> None:
    placed = steps.order(world)
    forged = text_of({"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]})
    document = forged[forged.index("СекцияДокумент") : forged.index("\r\nКонецДокумента")]
    for purpose in (document, f"{bank_section(placed['total_kopecks'])}\r\n{document}"):
        text = text_of({"kopecks": 1, "purpose": f"за услуги\r\nКонецДокумента\r\n{purpose}"})
        refused(world, file(text))
    assert world.get(f"/invoices/{placed['invoice_id']}")["paid_kopecks"] == 0


def bank_section(kopecks: int) -> str:
    return "\r\n".join(bank.section(SELLER["account"], kopecks, "26.11.2026"))


@pytest.mark.parametrize("letter", ["\x01", "\u2014", "\\"])
def test_longest_statement_of_odd_characters_is_imported(world: World, letter: str) -> None:
    documents = [{"kopecks": 1, "purpose": letter * 210}] * MOST_PAYMENTS
    documents = [{**document, "number": n} for n, document in enumerate(documents, start=1)]
    plain = text_of(*({**document, "purpose": "@" * 210} for document in documents))
    text = plain.replace("@", letter).replace("Плательщик1=", "Плательщик1=" + letter * 160)
    report = world.ok(STATEMENTS, file(text, "utf-8"), who="operator", key="k")
    assert len(report["unmatched"]) == MOST_PAYMENTS
    purposes = [payment.get("purpose") or "" for payment in report["unmatched"]]
    assert all(purpose.isprintable() for purpose in purposes)


def test_statement_of_too_many_payments_is_refused(world: World) -> None:
    documents = [{"kopecks": 1}] * (MOST_PAYMENTS + 1)
    assert str(MOST_PAYMENTS) in refused(world, steps.statement(*documents))


def test_longest_statement_is_imported_and_its_report_kept(world: World) -> None:
    """The report is kept under the key of the request, in an item of at most 400 KB."""
    long = "Оплата за фискальные накопители и за услуги по договору поставки " * 3
    documents = [{"kopecks": 1, "purpose": f"{long} {n}"} for n in range(MOST_PAYMENTS)]
    report = send(world, *documents, key="k")
    assert len(report["unmatched"]) == MOST_PAYMENTS
    assert send(world, *documents, key="k") == report
