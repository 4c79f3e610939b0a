"""A life of one client with the product, through all services: each function is put to work once.

:func:`live` takes the steps; :func:`recorded` returns them so that each can be taken again from
where it stood. A new service adds its steps to ``giving`` and, where it ends what those begin, here.
"""

import dataclasses
import functools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from chalicelib.core.billing.consumer import PAYMENTS
from chalicelib.core.billing.store import BILLING
from chalicelib.core.fiscal.store import FISCAL_DOCUMENTS
from chalicelib.runtime.resource import Queue
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from chalicelib.services.gosotchet import rules as gosotchet
from chalicelib.services.gosotchet.store import GOSOTCHET, PROVISIONING
from infra import declarations
from tests.support import applications as by
from tests.support import cloud, edo, estate, giving, onec, receipts, signing, steps
from tests.support import steps_gosotchet as reporting
from tests.support.world import PERSONAS, Answer, Beginning, World

CLIENT = "client-1"


@dataclasses.dataclass(frozen=True)
class Step:
    """What somebody does, from where the world stood then."""

    name: str
    """The function that it triggers, and what tells it from another of the same function."""
    begins: Beginning
    act: Callable[..., Answer | None]
    """Takes the world; where it is keyed also another ``key``."""
    keyed: bool = False
    """Whether it carries an ``Idempotency-Key``, the same each time."""


def live(world: World) -> None:
    """Take every step there is."""
    giving.prepare(world)
    giving.give(world, "client")
    for part in (_gosotchet, _organisation, _fiscal_drives, _e_receipts, _edo):
        part(world)
    _integration_1c(world)
    _rent(world)
    _time_passes(world)


def recorded(world: World) -> list[Step]:
    """Live, and return the first step of each kind, in the order they were taken."""
    steps: dict[str, Step] = {}
    with _recording(world, steps):
        live(world)
    return [*steps.values()]


@contextmanager
def _recording(world: World, steps: dict[str, Step]) -> Iterator[None]:
    call, send, run = world.call, world.send, world.run

    def calling(route: str, body: Any = None, **how: Any) -> Answer:
        name = _kind(world, route, body, how)
        if name in steps:
            return call(route, body, **how)
        world.drain()
        stood = world.keep()
        answer = call(route, body, **how)
        if answer.status < 300:
            how = {**how, "key": how.get("key", f"again-{name.replace(' ', '-')}")}
            act = functools.partial(World.call, route=route, body=body, **how)
            steps[name] = Step(name, stood, act, keyed=_serving(route).idempotent)
        return answer

    def sending(queue: Queue, message: Any) -> None:
        (consumer,) = (
            consumer for consumer in declarations.consumers() if consumer.queue.name == queue.name
        )
        kind = "bought" if "buyerPhoneOrAddress" in message else message.get("kind", "")
        name = f"{consumer.name} {kind}".strip()
        if name in steps:
            send(queue, message)
            return
        world.drain()
        send(queue, message)
        steps[name] = Step(name, world.keep(), lambda world: None)

    def running(schedule: str) -> None:
        if schedule not in steps:
            world.drain()
            act = functools.partial(World.run, schedule=schedule)
            steps[schedule] = Step(schedule, world.keep(), act)
        run(schedule)

    with mock.patch.multiple(world, call=calling, send=sending, run=running):
        yield


def _kind(world: World, route: str, body: Any, how: dict[str, Any]) -> str:
    """Name what a call does: its function, with the operation of 1С or who hears of a payment."""
    operation = dict(how.get("headers") or {}).get("SOAPAction", "")
    words = [_serving(route).name, *re.findall(r"[:#/](\w+)\"?$", operation)]
    if words == ["allocate_payment"]:
        invoices = world.items(BILLING, "invoice#")
        words += [
            invoice["queue"] for invoice in invoices if invoice["number"] == body["invoice_number"]
        ]
    return " ".join(words)


def _serving(route: str) -> Any:
    method, path = route.split(" ", 1)
    actions = sorted(declarations.actions(), key=lambda action: action.path.count("{"))
    return next(
        action
        for action in actions
        if action.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", action.path), path)
    )


def _do(world: World, name: str, body: Any = None, *, who: str = "client") -> Any:
    """Take an action on the client's own, saying what may be said."""
    (declared,) = (action for action in declarations.actions() if action.name == name)
    route = estate.route(declared, estate.own_ids(world, CLIENT, declared))
    done = world.ok(route, body or estate.body(declared, world), who=who)
    world.drain()
    return done


def _organisation(world: World) -> None:
    _do(world, "change_address")
    kinds = [item["kind"] for item in world.get("/organisation/agreements")["items"]]
    text = world.get(f"/organisation/agreements/{kinds[0]}")["text"]
    signature = {"signature": signing.signature(giving.pki(), text)}
    world.ok(f"POST /organisation/agreements/{kinds[0]}/signature", signature)
    _do(world, "unbind_register")
    world.ok("PUT /organisation/shops/{}/registers/{}".format(*_place(world)))


def _place(world: World) -> tuple[str, str]:
    shop = world.get("/organisation/shops")["items"][0]["shop_id"]
    return shop, giving.register_id("client", 0)


def _ordered(world: World) -> Any:
    steps.fill_cart(world, 1)
    return world.ok("POST /fiscal-drives/orders", steps.FORM)


def _fiscal_drives(world: World) -> None:
    _do(world, "take_from_cart")
    placed = _ordered(world)
    world.send(PAYMENTS, steps.payment(placed, bank_reference="by queue"))
    world.drain()
    path = f"POST /fiscal-drives/orders/{placed['order_id']}/status"
    world.ok(path, {"status": "assembling"}, who="operator")
    told = {"status": "shipped", "tracking_number": "RA123456789RU"}
    world.ok(path, told, who="operator")
    world.drain()
    placed = _ordered(world)
    paid = {"kopecks": placed["total_kopecks"], "purpose": placed["invoice"]["purpose"]}
    world.ok("POST /payments/statements", steps.statement(paid), who="operator")
    world.drain()
    placed = _ordered(world)
    world.ok(f"POST /fiscal-drives/orders/{placed['order_id']}/cancellation")
    world.drain()
    _ordered(world)


def _e_receipts(world: World) -> None:
    world.ok("PUT /e-receipts/channels/email", {"enabled": True})
    register = giving.register_id("client", 1)
    sold = receipts.document(
        kktRegId=register,
        fiscalDriveNumber=f"99604403004123{giving.own('client', 1)}",
        fiscalDocumentNumber=900,
        buyerPhoneOrAddress=receipts.EMAIL,
    )
    world.send(FISCAL_DOCUMENTS, sold)
    world.drain()
    old = {"fiscalDocumentNumber": 1, "dateTime": "2026-07-15T12:05:00"}
    world.send(FISCAL_DOCUMENTS, {**sold, **old, "buyerPhoneOrAddress": None})
    world.drain()
    world.run("request_archives")
    world.drain()
    waiting = world.get("/moderation/applications", who="operator")["items"]
    (logo,) = (item for item in waiting if item["service"] == by.LOGO)
    assert by.decide(world, logo["application_id"]).status == 200
    world.drain()
    (delivery,) = world.items(E_RECEIPTS, "delivery#")
    _, drive, number = delivery["sk"].split("#")
    secret = cloud.SECRETS["service-menu/sms-report-token"]
    world.ok(
        "POST /carriers/sms/reports",
        {"id": f"{CLIENT}.receipt-{drive}-{number}", "status": "delivered"},
        who="nobody",
        headers={"Authorization": f"Bearer {secret}"},
    )
    world.drain()
    world.ok(f"PUT /e-receipts/services/{by.LOGO}", {"enabled": False})
    _do(world, "upload_file")
    _do(world, "preview_service")
    by.in_review(world)


def _gosotchet(world: World) -> None:
    login, password = reporting.passwords(world)[-1]
    body = {"login": login, "password": password, "new_password": "пароль не короче 12"}
    world.ok("POST /gosotchet/sessions", body, who="nobody")
    bought = world.ok("POST /gosotchet/licences", {"tariff": "basic"})
    edo.pay(world, bought)
    # Nobody opens the account in time, and the operator asks once more.
    fns = reporting.FNS | {"kpp": giving.KPP["client"]}
    form = reporting.form(giving.pki(), bought["licence_id"], fns)
    made = world.ok(reporting.REGISTRATIONS, form)
    assert world.relay()
    cloud.client("sqs").purge_queue(QueueUrl=PROVISIONING.physical_name)
    world.moment += gosotchet.PROMISED
    world.run("watch_provisioning")
    world.drain()
    world.ok(f"POST /gosotchet/registrations/{made['registration_id']}/retry", who="operator")
    world.drain()
    assert world.items(GOSOTCHET, "registration#")


def _edo(world: World) -> None:
    pki = giving.pki()
    participant = world.get("/edo")["participant_id"]
    world.send(edo.INBOUND, {"kind": "participant", "participant": edo.FOREIGN})
    arrived = [edo.arrive(world, pki, participant, giving.LETTER) for _ in range(3)]
    _do(world, "make_archive")
    _do(world, "make_upd")
    signature = {"signature": edo.encoded(pki.sign(giving.LETTER, "director"))}
    world.ok(f"POST /edo/documents/{arrived[0]}/signature", signature)
    refusal = edo.draft(
        world, pki, arrived[1], "correction_request", "client", reason="Не то количество"
    )
    world.ok(f"POST /edo/documents/{arrived[1]}/rejection", refusal)
    offer = edo.draft(world, pki, arrived[0], "annulment_offer", "client", reason="Ошибка")
    world.ok(f"POST /edo/documents/{arrived[0]}/revocation", offer)
    world.drain()


def _integration_1c(world: World) -> None:
    _do(world, "settle_nomenclature")
    subscription = world.ok(
        f"POST /integration-1c/registers/{giving.register_id('client', 2)}/subscription",
        {"period": "month"},
    )
    onec.pay(world, subscription)
    made = world.ok("POST /integration-1c/credentials")
    authorization = onec.basic(made["login"], made["password"])
    onec.client(world, authorization, service="InterfaceVersion").service.GetVersions(
        "DataExchange"
    )
    _do(world, "revoke_credentials")


def _rent(world: World) -> None:
    grants = world.get("/rent/grants")["items"]
    world.ok(f"DELETE /rent/grants/{grants[0]['grant_id']}")
    landlord = PERSONAS["landlord"]["client_id"]  # type: ignore[index]
    world.ok(f"DELETE /rent/consents/{landlord}")
    world.drain()
    world.ok(f"DELETE /rent/landlords/{giving.SPARE_LANDLORD}", who="operator")


def _time_passes(world: World) -> None:
    world.run("refresh_crls")
    world.advance(days=7)
    for schedule in ("expire_invoices", "remind_of_ending_access", "report_overdue"):
        world.run(schedule)
        world.drain()
    assert world.dead == [], json.dumps(world.dead)
