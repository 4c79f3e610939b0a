"""The demonstration data, entered by the queues and calls of the product itself."""

import base64
import datetime as dt
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.runtime import clock
from chalicelib.runtime.identifier import first_identifier
from chalicelib.runtime.table import to_wire
from chalicelib.services.e_receipts.model import Counters
from infra.local.api import Api
from infra.local.personas import PERSONAS, Organisation, Persona, Register
from infra.local.product import DATA_STACK, DOCUMENTS_QUEUE_OUTPUT, Product

_PATIENCE_SECONDS = 60
_REASONS = {
    "sms": ("phone-malformed", "sms-expired"),
    "email": ("email-malformed", "email-bounced"),
}
"""Why receipts of the demonstration were not sent, and not delivered, by channel."""
_DAYS_OF_RENT = 30
_MODELS = ["АТОЛ 27Ф", "АТОЛ 91Ф", "ЭВОТОР СТ51Ф"]

DRIVES: dict[str, dict[str, Any]] = {
    "fn-1.2-15": {
        "title": "Фискальный накопитель ФН-1.2 на 15 месяцев",
        "months": 15,
        "price_kopecks": 12_200_00,
        "fits_register_models": [*_MODELS, "МЕРКУРИЙ-185Ф"],
        "received": 300,
    },
    "fn-1.2-36": {
        "title": "Фискальный накопитель ФН-1.2 на 36 месяцев",
        "months": 36,
        "price_kopecks": 19_300_00,
        "fits_register_models": _MODELS,
        "received": 200,
    },
    "fn-1.1-15": {
        "title": "Фискальный накопитель ФН-1.1 на 15 месяцев, остатки",
        "months": 15,
        "price_kopecks": 9_900_00,
        "fits_register_models": ["МЕРКУРИЙ-185Ф"],
        "received": 3,
    },
}


def seed(product: Product) -> None:
    """Enter organisations, registers and the catalogue; give some a shop, receipts, agreements."""
    queue, issuer, api = product.outputs["CabinetQueueUrl"], product.issuer, product.api
    owners = [persona for persona in product.personas.values() if persona.organisation]
    for persona in owners:
        for message in cabinet_messages(persona, clock.today()):
            product.cloud.client("sqs").send_message(
                QueueUrl=queue, MessageBody=json.dumps(message, ensure_ascii=False)
            )
    operator = api.as_bearer(issuer.token(PERSONAS["operator"]))
    for model, drive in DRIVES.items():
        operator.put(f"/fiscal-drives/{model}", drive, key=f"seed-{model}".replace(".", "-"))
    for persona in owners:
        assert persona.organisation is not None  # noqa: S101 - selected above
        _wait_for(api.as_bearer(issuer.token(persona)), len(persona.organisation.registers))
    # A landlord is enrolled with the profile of its organisation.
    operator.put(f"/rent/landlords/{PERSONAS['arenda'].client_id}")
    _open_shop(api.as_bearer(issuer.token(PERSONAS["romashka"])), PERSONAS["romashka"])
    _count_receipts_of_the_past(product, PERSONAS["romashka"])
    _rent_out(product, PERSONAS["petrova"], PERSONAS["arenda"])
    _join_edo(product, PERSONAS["arenda"])
    _load_into_1c(product, PERSONAS["romashka"], place=1)


def cabinet_messages(persona: Persona, today: dt.date) -> list[dict[str, Any]]:
    """Return the messages of the cabinet about a persona's organisation and its registers."""
    organisation = persona.organisation
    if organisation is None:
        return []
    profile = [
        {"kind": "profile", "client_id": persona.client_id, "profile": _profile(organisation)}
    ]
    return profile + [
        {
            "kind": "register",
            "client_id": persona.client_id,
            "cash_register": {
                "register_id": register.register_id,
                "model": register.model,
                "serial": register.serial,
                "fiscal_drive_number": register.fiscal_drive_number,
                "fiscal_drive_ends_on": register.fiscal_drive_ends_on(today).isoformat(),
            },
        }
        for register in organisation.registers
    ]


def _profile(organisation: Organisation) -> dict[str, Any]:
    return {
        "name": organisation.name,
        "kind": organisation.kind,
        "inn": organisation.inn,
        "kpp": organisation.kpp,
        "ogrn": organisation.ogrn,
        "address": organisation.address,
        "tax_office_code": organisation.tax_office_code,
        "email": organisation.email,
        "cabinet_created_on": organisation.cabinet_created_on.isoformat(),
    }


def _wait_for(client: Api, registers: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        known = client.get("/organisation", expect=None).status == 200
        if known and len(client.get("/organisation/registers").json["items"]) == registers:
            return
        time.sleep(0.1)
    raise TimeoutError("the cabinet's messages were not handled")


def _open_shop(client: Api, persona: Persona) -> None:
    assert persona.organisation is not None  # noqa: S101 - every caller passes such a persona
    shop = client.post(
        "/organisation/shops",
        {"name": "Магазин на Щербаковской", "address": persona.organisation.address},
        key="seed-shop",
    ).json
    for register in persona.organisation.registers[:2]:
        client.put(f"/organisation/shops/{shop['shop_id']}/registers/{register.register_id}")


def _count_receipts_of_the_past(product: Product, persona: Persona) -> None:
    """Write the statistics of the last 29 days, which no call can enter."""
    today = clock.today()
    for ago in range(1, 30):
        day = today - dt.timedelta(days=ago)
        weekend = day.weekday() >= 5
        busy = 11 + ago * 7 % 9 + (14 if weekend else 0)
        for channel, sent, parts in (("sms", busy, busy * 2), ("email", busy * 2 // 3, 0)):
            failed, undelivered = int(ago % 6 == 0), int(ago % 4 == 0)
            counted = Counters(
                sent=sent,
                parts=parts,
                failed=failed,
                delivered=sent - undelivered,
                undelivered=undelivered,
                cost_kopecks=parts * 180,
            )
            malformed, lost = _REASONS[channel]
            item = {
                "client_id": persona.client_id,
                "sk": f"statistics#{day.isoformat()}#{channel}",
                **counted.model_dump(),
                f"reason#{malformed}": failed,
                f"reason#{lost}": undelivered,
            }
            _put(product, "EReceiptsTable", item)


def _rent_out(product: Product, tenant: Persona, landlord: Persona) -> None:
    """Grant a landlord access to the turnover of a tenant's shop, which has a month of receipts."""
    assert tenant.organisation is not None  # noqa: S101 - every caller passes such a persona
    client = product.api.as_bearer(product.issuer.token(tenant))
    (register,) = tenant.organisation.registers
    shop = client.post(
        "/organisation/shops",
        {"name": "Кофейня «На углу»", "address": "г. Москва, Научный пр-д, д. 17, эт. 1"},
        key="seed-rented-shop",
    ).json["shop_id"]
    client.put(f"/organisation/shops/{shop}/registers/{register.register_id}")
    began = clock.now() - dt.timedelta(days=_DAYS_OF_RENT)
    # A call would bind the register from now on, not for the past month.
    binding = {
        "client_id": tenant.client_id,
        "sk": f"binding#{register.register_id}#{first_identifier(began)}",
        "at": began.isoformat(),
        "shop_id": shop,
    }
    _put(product, "OrganisationTable", binding)
    text = client.get(f"/rent/landlords/{landlord.client_id}/consent").json["text"]
    signature = base64.b64encode(product.pki.sign(text.encode(), tenant.key)).decode()
    signed = {"landlord_id": landlord.client_id, "signature": signature}
    client.post("/rent/consents", signed, key="seed-consent")
    grant = {
        "landlord_id": landlord.client_id,
        "shop_id": shop,
        "register_ids": [register.register_id],
        "visible_from": began.astimezone(clock.MOSCOW).date().isoformat(),
    }
    client.post("/rent/grants", grant, key="seed-grant")
    _feed(product, _receipts(register, clock.today()))


def _receipts(register: Register, today: dt.date) -> Iterator[dict[str, Any]]:
    """Yield the receipts of a month: three each day, with higher totals from Friday to Sunday."""
    number = 1_000
    for ago in range(_DAYS_OF_RENT, 0, -1):
        day = today - dt.timedelta(days=ago)
        weekend = day.weekday() >= 4
        for place in range(3):
            number += 1
            total = (2_400 + number * 37 % 11 * 260 + (3_100 if weekend else 0)) * 100
            returned = place == 2 and ago % 6 == 0
            yield {
                "code": 3,
                "kktRegId": register.register_id,
                "fiscalDriveNumber": register.fiscal_drive_number,
                "fiscalDocumentNumber": number,
                "fiscalSign": 4_000_000 + number,
                "shiftNumber": 400 - ago,
                "dateTime": f"{day.isoformat()}T{11 + place * 4}:30:00",
                "operationType": 2 if returned else 1,
                "totalSum": total // 8 if returned else total,
            }


def _join_edo(product: Product, persona: Persona) -> None:
    """Register the organisation of a persona for the exchange of documents."""
    client = product.api.as_bearer(product.issuer.token(persona))
    certificate = base64.b64encode(product.pki.certificate(persona.key)).decode()
    path = "/edo/registration"
    drawn_up = client.post(f"{path}/statement", {"certificate": certificate}, expect=200).json
    signed = {
        "statement_id": drawn_up["statement_id"],
        "accept_offer": True,
        "accept_personal_data": True,
        "signature": base64.b64encode(
            product.pki.sign(drawn_up["text"].encode(), persona.key)
        ).decode(),
    }
    client.post(path, signed, key="seed-edo")


def _load_into_1c(product: Product, persona: Persona, *, place: int) -> None:
    """Start the trial of a register and send the documents of a shift that it closed today."""
    assert persona.organisation is not None  # noqa: S101 - every caller passes such a persona
    register = persona.organisation.registers[place]
    client = product.api.as_bearer(product.issuer.token(persona))
    client.post(f"/integration-1c/registers/{register.register_id}/trial", key="seed-trial")
    _feed(product, _shift(register, clock.today()))


_SOLD: list[tuple[str, int, int, int]] = [
    ("Чай чёрный байховый, 100 г", 189_00, 11, 2),
    ("Кофе зерновой, 250 г", 749_00, 11, 1),
    ("Печенье овсяное, 300 г", 124_50, 2, 3),
    ("Доставка", 350_00, 6, 1),
]
"""Name, price, code of the VAT rate (tag 1199), quantity."""


def _shift(register: Register, day: dt.date) -> Iterator[dict[str, Any]]:
    """Yield the documents of a closed shift: one receipt for each item, the last paid in cash."""
    documents: list[dict[str, Any]] = [{"code": 2}]
    for name, price, vat, quantity in _SOLD:
        total = price * quantity
        item = {
            "name": name,
            "price": price,
            "quantity": quantity,
            "sum": total,
            "nds": vat,
            "paymentType": 4,
            "productType": 4 if vat == 6 else 1,
            "itemsQuantityMeasure": 0,
        }
        paid = "cashTotalSum" if name == _SOLD[-1][0] else "ecashTotalSum"
        documents.append(
            {"code": 3, "operationType": 1, "totalSum": total, paid: total, "items": [item]}
        )
    documents.append({"code": 5})
    for place, document in enumerate(documents):
        yield document | {
            "kktRegId": register.register_id,
            "fiscalDriveNumber": register.fiscal_drive_number,
            "fiscalDocumentNumber": 2_000 + place,
            "fiscalSign": 5_000_000 + place,
            "shiftNumber": 118,
            "dateTime": f"{day.isoformat()}T00:0{place}:00",
        }


def _feed(product: Product, documents: Iterable[dict[str, Any]]) -> None:
    messages = list(documents)
    for place in range(0, len(messages), 10):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(message, ensure_ascii=False)}
            for number, message in enumerate(messages[place : place + 10])
        ]
        product.cloud.client("sqs").send_message_batch(
            QueueUrl=product.outputs[DOCUMENTS_QUEUE_OUTPUT], Entries=entries
        )


def _put(product: Product, table: str, item: dict[str, Any]) -> None:
    cloud = product.cloud
    name = cloud.client("cloudformation").describe_stack_resource(
        StackName=DATA_STACK, LogicalResourceId=table
    )["StackResourceDetail"]["PhysicalResourceId"]
    cloud.client("dynamodb").put_item(TableName=name, Item=to_wire(item))
