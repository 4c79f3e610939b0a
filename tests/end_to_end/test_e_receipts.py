"""A receipt goes out by both channels, under the roles as deployed, and is seen on its page."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.runtime import clock
from infra.local.api import Api
from infra.local.product import Product
from tests.support import receipts

PATIENCE_SECONDS = 60


def come_in(running: Product, number: int, to: str) -> str:
    """Let a receipt of romashka's register come by the feed; return the path of its page."""
    document = receipts.document(fiscalDocumentNumber=number, buyerPhoneOrAddress=to)
    origin = Api(running.origin.url, running.cloud.http)
    origin.post("/local/fiscal-documents", document, expect=202)
    return f"/r/{receipts.DRIVE}/{number}/{receipts.SIGN}"


def message_about(running: Product, path: str) -> Any:
    """Return the message with that link, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for message in running.cloud.messages():
            if path in message["text"]:
                return message
        time.sleep(0.1)
    pytest.fail(f"no message about {path}; queues: {running.cloud.queues()}")


def test_from_the_receipt_to_its_buyer(
    running: Product, romashka: Api, key: Callable[[], str]
) -> None:
    for channel in ("sms", "email"):
        romashka.put(f"/e-receipts/channels/{channel}", {"enabled": True})
    path = come_in(running, 1, "8 916 123-45-67")
    text = message_about(running, path)
    assert (text["channel"], text["to"]) == ("sms", "+79161234567")
    assert text["text"].endswith(f"{running.origin.url}/api{path}")

    path = come_in(running, 2, "pokupatel@example.ru")
    mail = message_about(running, path)
    assert (mail["channel"], mail["to"]) == ("email", "pokupatel@example.ru")
    assert mail["subject"] == 'Кассовый чек на 1\u00a0285,21 ₽ — ООО "РОМАШКА"'
    assert "Творог &lt;5%&gt;" in mail["html"]
    # A page cannot look into a mail for its pictures.
    assert "cid:" not in mail["html"]
    assert 'src="data:image/png;base64,' in mail["html"]

    page = running.cloud.http.request("GET", f"{running.origin.url}/api{path}")
    assert page.status == 200, page.data
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert "Кассовый чек" in page.data.decode()
    wrong = running.cloud.http.request("GET", f"{running.origin.url}/api{path}9")
    assert wrong.status == 404

    today = clock.today().isoformat()
    shown = romashka.get(f"/e-receipts/statistics?from={today}&to={today}").json
    assert shown["totals"]["sms"]["sent"] == shown["totals"]["email"]["sent"] == 1
    assert shown["cost_kopecks"] == shown["totals"]["sms"]["parts"] * 180


def test_report_of_the_mail_service_comes_by_its_topic(running: Product, romashka: Api) -> None:
    """The emulator publishes no events of SES, so the test publishes to the topic in its place."""
    romashka.put("/e-receipts/channels/email", {"enabled": True})
    message_about(running, come_in(running, 3, "pokupatel@example.ru"))
    sns = running.cloud.client("sns")
    (topic,) = (
        topic["TopicArn"]
        for topic in sns.list_topics()["Topics"]
        if topic["TopicArn"].endswith("-mail-events-topic")
    )
    tags = {
        "client": ["client-romashka"],
        "message": [f"receipt-{receipts.DRIVE}-{3:010}"],
    }
    bounce = {"bounceType": "Permanent", "bounceSubType": "General"}
    event = {"eventType": "Bounce", "mail": {"tags": tags}, "bounce": bounce}
    sns.publish(TopicArn=topic, Message="Successfully validated SNS topic")
    sns.publish(TopicArn=topic, Message=json.dumps(event))
    today = clock.today().isoformat()
    deadline = time.monotonic() + PATIENCE_SECONDS
    reasons: dict[str, int] = {}
    while not reasons and time.monotonic() < deadline:
        shown = romashka.get(f"/e-receipts/statistics?from={today}&to={today}").json
        reasons = shown["reasons"]["email"]
        time.sleep(0.2)
    assert reasons == {"email-bounced": 1}
    (depth,) = (
        depth
        for depth in running.cloud.queues()
        if depth["queue"].endswith("carrier-reports-queue")
    )
    assert (depth["waiting"], depth["in_flight"], depth["dead"]) == (0, 0, 0)
