"""Steps of «Платформа ЭДО» with two of our participants and one of another operator."""

import base64
import itertools
import json
import uuid
from typing import Any

from chalicelib.kep import Subject
from chalicelib.runtime import object_store
from chalicelib.services.edo.documents import evidence
from chalicelib.services.edo.documents.model import Document, FileRole
from chalicelib.services.edo.formats import technology
from chalicelib.services.edo.participants.model import Participant
from chalicelib.services.edo.resources import EDO, EDO_FILES
from chalicelib.services.edo.roaming.connector import INBOUND, ROAMING
from infra.demonstration_pki import DemonstrationPki
from tests.support import cloud, signing, steps
from tests.support.world import Answer, World

STRANGER = {
    "name": "ООО «Чужая»",
    "inn": "7707083893",
    "kpp": "770701001",
    "address": "107031, г. Москва, ул. Дальняя, д. 9",
    "email": "chuzhaya@example.ru",
}
FOREIGN = {
    "participant_id": "2FO-5024000009-502401001-202601010000000000001",
    "inn": "5024000009",
    "kpp": "502401001",
    "name": "ООО «Дальняя»",
    "address": "г. Красногорск, ул. Речная, д. 1",
}
SUBJECTS = signing.SUBJECTS | {
    "foreigner": Subject(
        organisation=FOREIGN["name"],
        organisation_inn=FOREIGN["inn"],
        ogrn="1027700132195",
        surname="Лесной",
        given_name="Олег",
    ),
}
SIGNERS = {"client": "director", "other_client": "stranger"}
CLIENTS = {"client": "client-1", "other_client": "client-2"}
PACKAGE = "month-20"
TEXT = "Договор поставки № 5"

_dispatches = itertools.count(1)


def encoded(content: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(content).decode()


def begin(world: World, pki: DemonstrationPki) -> None:
    """Add the profiles of both organisations and trust their certificates."""
    signing.trust(world, pki)
    steps.know_organisation(world)
    steps.know_organisation(world, "client-2", **STRANGER)


def statement(world: World, pki: DemonstrationPki, who: str = "client", **names: str) -> Any:
    """Draw up a statement and return it."""
    certificate = encoded(pki.certificate(SIGNERS[who]))
    body = {"certificate": certificate} | names
    return world.ok("POST /edo/registration/statement", body, who=who)


def registration(drawn_up: Any, pki: DemonstrationPki, signer: str, **changes: Any) -> Any:
    """Return the payload of a registration with the signed statement."""
    return {
        "statement_id": drawn_up["statement_id"],
        "accept_offer": True,
        "accept_personal_data": True,
        "signature": signing.signature(pki, drawn_up["text"], signer),
    } | changes


def register(world: World, pki: DemonstrationPki, who: str = "client") -> str:
    """Register a participant and return its identifier."""
    drawn_up = statement(world, pki, who)
    form = registration(drawn_up, pki, SIGNERS[who])
    return str(world.ok("POST /edo/registration", form, who=who)["participant_id"])


def participants(world: World, pki: DemonstrationPki) -> dict[str, str]:
    """Register both clients, add the foreign participant and return the identifiers."""
    begin(world, pki)
    know_foreign(world)
    own = {who: register(world, pki, who) for who in SIGNERS}
    return own | {"foreigner": FOREIGN["participant_id"]}


def know_foreign(world: World) -> None:
    """Receive the participant of the other operator."""
    world.send(INBOUND, {"kind": "participant", "participant": FOREIGN})
    world.drain()


def purchase(world: World, who: str = "client", package: str = PACKAGE, **how: Any) -> Any:
    """Buy a package and return the purchase with its invoice."""
    return world.ok(f"POST /edo/licence-packages/{package}/purchase", who=who, **how)


def pay(world: World, bought: Any) -> None:
    """Record the payment of the invoice."""
    invoice = bought["invoice"]
    payment = {
        "invoice_number": invoice["number"],
        "amount_kopecks": invoice["total_kopecks"],
        "bank_reference": f"bank/{invoice['number']}",
        "paid_on": world.today.isoformat(),
    }
    world.ok("POST /payments", payment, who="operator")
    world.drain()


def buy(world: World, who: str = "client", package: str = PACKAGE) -> None:
    """Buy a package and pay for the package."""
    pay(world, purchase(world, who, package))


def leave(world: World, documents: int, client_id: str = "client-1") -> None:
    """Set the number of documents left in the licence that ends first."""
    items = [item for item in world.items(EDO, "licence#") if item["client_id"] == client_id]
    first = min(items, key=lambda item: str(item["sk"]))
    cloud.client("dynamodb").update_item(
        TableName=EDO.physical_name,
        Key={"client_id": {"S": client_id}, "sk": {"S": first["sk"]}},
        UpdateExpression="SET documents_left = :n",
        ExpressionAttributeValues={":n": {"N": str(documents)}},
    )


def licence(world: World, who: str = "client") -> Any:
    """Return what the section «Лицензия» shows."""
    return world.get("/edo", who=who)["licence"]


def form(
    pki: DemonstrationPki, to: str, content: bytes = TEXT.encode(), **changes: Any
) -> dict[str, Any]:
    """Return the payload that sends an unformalised document."""
    signer = changes.pop("signer", "director")
    return {
        "recipient_id": to,
        "kind": "unformalised",
        "file": {"filename": "Договор.docx", "content": encoded(content)},
        "signature": encoded(pki.sign(content, signer)),
    } | changes


def send(
    world: World, pki: DemonstrationPki, recipient_id: str, who: str = "client", **how: Any
) -> Answer:
    """Send an unformalised document."""
    body = form(pki, recipient_id, signer=SIGNERS[who])
    return world.call("POST /edo/documents", body, who=who, **how)


def sent(world: World, pki: DemonstrationPki, recipient_id: str, who: str = "client") -> str:
    """Send an unformalised document and return its identifier."""
    answer = send(world, pki, recipient_id, who)
    assert answer.status == 201, answer.body.decode()
    return str(answer.json["document_id"])


def upd(world: World, pki: DemonstrationPki, recipient_id: str, **changes: Any) -> dict[str, Any]:
    """Make a УПД from a form and return the payload that sends the УПД."""
    line = {
        "name": "Чай чёрный",
        "quantity": 3,
        "unit": "шт",
        "price_kopecks": 122_00,
        "vat_rate": "22",
    }
    wanted = {
        "number": "17",
        "date": world.today.isoformat(),
        "function": "СЧФДОП",
        "lines": [line],
    } | changes
    made = world.ok("POST /edo/upd", {"recipient_id": recipient_id, "form": wanted})
    content = base64.b64decode(made["content"])
    return {
        "recipient_id": recipient_id,
        "kind": "upd",
        "file": {"filename": made["file_name"], "content": made["content"]},
        "signature": encoded(pki.sign(content, "director")),
    }


def draft(
    world: World, pki: DemonstrationPki, document_id: str, kind: str, who: str, **more: Any
) -> dict[str, Any]:
    """Make a draft of an answer and return the payload with its signature and the reason."""
    path = f"POST /edo/documents/{document_id}/drafts"
    made = world.ok(path, {"kind": kind} | more, who=who)
    content = base64.b64decode(made["content"])
    return {"signature": encoded(pki.sign(content, SIGNERS[who]))} | more


def sign(
    world: World, pki: DemonstrationPki, document_id: str, who: str = "other_client"
) -> Answer:
    """Sign an unformalised document by its content."""
    content = world.call(f"GET /edo/documents/{document_id}/content", who=who).body
    body = {"signature": encoded(pki.sign(content, SIGNERS[who]))}
    return world.call(f"POST /edo/documents/{document_id}/signature", body, who=who)


# --- the other operator


def bring(pki: DemonstrationPki, content: bytes, file_name: str = "Письмо.pdf") -> dict[str, str]:
    """Put a file signed by the foreign participant into the bucket, as the connector does."""
    key = f"roaming/in/{next(_dispatches)}"
    object_store.put(EDO_FILES, f"{key}/content", content, "application/octet-stream")
    object_store.put(
        EDO_FILES, f"{key}/signature", pki.sign(content, "foreigner"), "application/cms"
    )
    return {
        "file_name": file_name,
        "content_key": f"{key}/content",
        "signature_key": f"{key}/signature",
    }


def arrive(
    world: World, pki: DemonstrationPki, recipient_id: str, content: bytes = b"%PDF-1.4 letter"
) -> str:
    """Receive a document from the other operator and return our identifier of the document."""
    before = {item["document_id"] for item in world.items(EDO, "inbox#")}
    message = {
        "kind": "document",
        "dispatch_id": f"d-{next(_dispatches)}",
        "exchange_id": f"x-{next(_dispatches)}",
        "sender": FOREIGN,
        "recipient_id": recipient_id,
        "document_kind": "unformalised",
        "file": bring(pki, content),
    }
    world.send(INBOUND, message)
    world.drain()
    (new,) = {item["document_id"] for item in world.items(EDO, "inbox#")} - before
    return str(new)


THEM = Participant.model_validate(
    FOREIGN | {"person": {"surname": "Лесной", "given_name": "Олег"}, "position": "Директор"}
)
"""The foreign participant with its signer."""


def message(
    world: World, kind: str, document_id: str, text: str, role: str = "document"
) -> tuple[bytes, str]:
    """Return the other side's correction request or annulment offer, and its file name."""
    (item,) = (
        item for box in ("inbox#", "outbox#") for item in world.items(EDO, box + document_id)
    )
    document = Document.model_validate(item)
    file = document.last_file(FileRole(role))
    about = technology.ReferencedFile(file.file_name, (evidence.signature(file),))
    parties = (THEM.party(), document.mine.party(), THEM.signer(), text)
    if kind == "annulment_offer":
        made = technology.annulment_offer(about, *parties, world.moment, uuid.uuid4())
    else:
        made = technology.correction_request(about, *parties, world.moment, uuid.uuid4())
    return made[1], made[0]


def answer(world: World, exchange_id: str, status: str, **more: Any) -> None:
    """Receive a step of the foreign participant."""
    message = {
        "kind": "status",
        "dispatch_id": f"d-{next(_dispatches)}",
        "exchange_id": exchange_id,
        "status": status,
    }
    world.send(INBOUND, message | more)
    world.drain()


def dispatches(world: World) -> list[Any]:
    """Return the messages on the queue to the connector and leave them on the queue."""
    sqs, messages = cloud.client("sqs"), []
    while cloud.waits(ROAMING):
        got = sqs.receive_message(QueueUrl=ROAMING.physical_name, MaxNumberOfMessages=10)
        messages += got["Messages"]
    for message in messages:
        sqs.change_message_visibility(
            QueueUrl=ROAMING.physical_name,
            ReceiptHandle=message["ReceiptHandle"],
            VisibilityTimeout=0,
        )
    return [json.loads(message["Body"]) for message in messages]
