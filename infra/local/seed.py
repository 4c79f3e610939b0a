"""The demonstration data, put in through the product's own queues and calls."""

import datetime as dt
import json
import time
from typing import Any

from chalicelib.runtime import clock
from chalicelib.runtime.table import to_wire
from chalicelib.services.e_receipts.model import Counters
from infra.local.api import Api
from infra.local.personas import PERSONAS, Organisation, Persona
from infra.local.product import STACK, Product

_PATIENCE_SECONDS = 60
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
    """Make the personas' organisations known, give one a shop and a past, fill the catalogue."""
    queue, issuer, api = product.outputs["CabinetQueueUrl"], product.issuer, product.api
    owners = [persona for persona in PERSONAS.values() if persona.organisation]
    for persona in owners:
        for message in cabinet_messages(persona, dt.datetime.now(dt.UTC).date()):
            product.cloud.client("sqs").send_message(
                QueueUrl=queue, MessageBody=json.dumps(message, ensure_ascii=False)
            )
    operator = api.as_bearer(issuer.token(PERSONAS["operator"]))
    for model, drive in DRIVES.items():
        operator.put(f"/fiscal-drives/{model}", drive, key=f"seed-{model}".replace(".", "-"))
    for persona in owners:
        assert persona.organisation is not None  # noqa: S101 - chosen so
        _wait_for(api.as_bearer(issuer.token(persona)), len(persona.organisation.registers))
    # Once its organisation is known.
    operator.put(f"/rent/landlords/{PERSONAS['arenda'].client_id}")
    _open_shop(api.as_bearer(issuer.token(PERSONAS["romashka"])), PERSONAS["romashka"])
    _count_receipts_of_the_past(product, PERSONAS["romashka"])


def cabinet_messages(persona: Persona, today: dt.date) -> list[dict[str, Any]]:
    """Return what the cabinet tells of a persona's organisation and its registers."""
    organisation = persona.organisation
    if organisation is None:
        return []
    said = [{"kind": "profile", "client_id": persona.client_id, "profile": _profile(organisation)}]
    return said + [
        {
            "kind": "register",
            "client_id": persona.client_id,
            "cash_register": {
                "register_id": one.register_id,
                "model": one.model,
                "serial": one.serial,
                "fiscal_drive_number": one.fiscal_drive_number,
                "fiscal_drive_ends_on": one.fiscal_drive_ends_on(today).isoformat(),
            },
        }
        for one in organisation.registers
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
    assert persona.organisation is not None  # noqa: S101 - called for one that has
    shop = client.post(
        "/organisation/shops",
        {"name": "Магазин на Щербаковской", "address": persona.organisation.address},
        key="seed-shop",
    ).json
    for register in persona.organisation.registers[:2]:
        client.put(f"/organisation/shops/{shop['shop_id']}/registers/{register.register_id}")


def _count_receipts_of_the_past(product: Product, persona: Persona) -> None:
    """Write statistics of the month before, which no call can make: they are counted as sent."""
    cloud = product.cloud
    table = cloud.client("cloudformation").describe_stack_resource(
        StackName=STACK, LogicalResourceId="EReceiptsTable"
    )["StackResourceDetail"]["PhysicalResourceId"]
    today = clock.today()
    for ago in range(1, 30):
        day = today - dt.timedelta(days=ago)
        weekend = day.weekday() >= 5
        busy = 11 + ago * 7 % 9 + (14 if weekend else 0)
        for channel, sent, parts in (("sms", busy, busy * 2), ("email", busy * 2 // 3, 0)):
            counted = Counters(
                sent=sent, parts=parts, failed=int(ago % 6 == 0), cost_kopecks=parts * 180
            )
            sk = f"statistics#{day.isoformat()}#{channel}"
            item = {"client_id": persona.client_id, "sk": sk, **counted.model_dump()}
            cloud.client("dynamodb").put_item(TableName=table, Item=to_wire(item))
