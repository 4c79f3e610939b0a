"""Steps of «Платформа ЭДО»: two participants of ours and one of another operator."""

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
    """Return bytes as they travel in JSON."""
    return base64.b64encode(content).decode()


def begin(world: World, pki: DemonstrationPki) -> None:
    """Let both organisations be known, and their certificates trusted."""
    signing.trust(world, pki)
    steps.know_organisation(world)
    steps.know_organisation(world, "client-2", **STRANGER)


def statement(world: World, pki: DemonstrationPki, who: str = "client", **names: str) -> Any:
    """Get the statement to sign."""
    certificate = encoded(pki.certificate(SIGNERS[who]))
    body = {"certificate": certificate} | names
    return world.ok("POST /edo/registration/statement", body, who=who)


def registration(drawn_up: Any, pki: DemonstrationPki, signer: str, **changes: Any) -> Any:
    """Return the form of a registration, signed."""
    return {
        "statement_id": drawn_up["statement_id"],
        "accept_offer": True,
        "accept_personal_data": True,
        "signature": signing.signature(pki, drawn_up["text"], signer),
    } | changes


def register(world: World, pki: DemonstrationPki, who: str = "client") -> str:
    """Register; return the participant's identifier."""
    drawn_up = statement(world, pki, who)
    form = registration(drawn_up, pki, SIGNERS[who])
    return str(world.ok("POST /edo/registration", form, who=who)["participant_id"])


def participants(world: World, pki: DemonstrationPki) -> dict[str, str]:
    """Let both take part, and one of another operator be known; return their identifiers."""
    begin(world, pki)
    know_foreign(world)
    own = {who: register(world, pki, who) for who in SIGNERS}
    return own | {"foreigner": FOREIGN["participant_id"]}


def know_foreign(world: World) -> None:
    """Let the other operator tell of its participant."""
    world.send(INBOUND, {"kind": "participant", "participant": FOREIGN})
    world.drain()


def purchase(world: World, who: str = "client", package: str = PACKAGE, **how: Any) -> Any:
    """Order a package; return the purchase with its invoice."""
    return world.ok(f"POST /edo/licence-packages/{package}/purchase", who=who, **how)


def pay(world: World, bought: Any) -> None:
    """Let the accountant count the payment."""
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
    """Order a package and pay for it."""
    pay(world, purchase(world, who, package))


def leave(world: World, documents: int, client_id: str = "client-1") -> None:
    """Let that many documents be left of the package that ends first."""
    items = [one for one in world.items(EDO, "licence#") if one["client_id"] == client_id]
    first = min(items, key=lambda one: str(one["sk"]))
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
    """Return an unformalised document as its sender sends it."""
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
    """Send an unformalised document; return its identifier."""
    answer = send(world, pki, recipient_id, who)
    assert answer.status == 201, answer.body.decode()
    return str(answer.json["document_id"])


def upd(world: World, pki: DemonstrationPki, recipient_id: str, **changes: Any) -> dict[str, Any]:
    """Make a УПД from a form and return it as its sender sends it."""
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
    """Make the file by which a document is answered; return its signature, and the reason."""
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
    """Put a file signed by the other operator's participant where its connector would."""
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
    """Let a document come from the other operator; return its identifier with us."""
    before = {one["document_id"] for one in world.items(EDO, "inbox#")}
    said = {
        "kind": "document",
        "dispatch_id": f"d-{next(_dispatches)}",
        "exchange_id": f"x-{next(_dispatches)}",
        "sender": FOREIGN,
        "recipient_id": recipient_id,
        "document_kind": "unformalised",
        "file": bring(pki, content),
    }
    world.send(INBOUND, said)
    world.drain()
    (new,) = {one["document_id"] for one in world.items(EDO, "inbox#")} - before
    return str(new)


THEM = Participant.model_validate(
    FOREIGN | {"person": {"surname": "Лесной", "given_name": "Олег"}, "position": "Директор"}
)
"""The other operator's participant, as its own operator knows it."""


def message(
    world: World, kind: str, document_id: str, text: str, role: str = "document"
) -> tuple[bytes, str]:
    """Return the other side's correction request or annulment offer, and its file name."""
    (item,) = (one for box in ("inbox#", "outbox#") for one in world.items(EDO, box + document_id))
    seen = Document.model_validate(item)
    kept = seen.last_file(FileRole(role))
    about = technology.ReferencedFile(kept.file_name, (evidence.signature(kept),))
    parties = (THEM.party(), seen.mine.party(), THEM.signer(), text)
    if kind == "annulment_offer":
        made = technology.annulment_offer(about, *parties, world.moment, uuid.uuid4())
    else:
        made = technology.correction_request(about, *parties, world.moment, uuid.uuid4())
    return made[1], made[0]


def answer(world: World, exchange_id: str, status: str, **more: Any) -> None:
    """Let the other operator tell what its participant did."""
    said = {
        "kind": "status",
        "dispatch_id": f"d-{next(_dispatches)}",
        "exchange_id": exchange_id,
        "status": status,
    }
    world.send(INBOUND, said | more)
    world.drain()


def dispatches(world: World) -> list[Any]:
    """Return what lies on the queue of the connector to other operators, and leave it there."""
    sqs, found = cloud.client("sqs"), []
    while cloud.waits(ROAMING):
        got = sqs.receive_message(QueueUrl=ROAMING.physical_name, MaxNumberOfMessages=10)
        found += got["Messages"]
    for one in found:
        sqs.change_message_visibility(
            QueueUrl=ROAMING.physical_name, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=0
        )
    return [json.loads(one["Body"]) for one in found]
