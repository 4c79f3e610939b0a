"""Steps by which a client comes to own two of everything that calls are about.

A new service adds its step to :func:`give`.
"""

import functools
import tempfile
from pathlib import Path
from typing import Any

from infra.demonstration_pki import DemonstrationPki
from tests.support import applications as by
from tests.support import edo, onec, receipts, signing, steps, steps_gosotchet, steps_rent
from tests.support.world import PERSONAS, START, World

KPP = {"client": "772801001", "other_client": "772801002"}
"""Two cabinets of one organisation: the same person signs for both."""
LANDLORDS = {
    "client": PERSONAS["landlord"],
    "other_client": {"principalId": "user-5", "client_id": "client-5", "roles": "landlord"},
}
"""The landlord to whom each client grants registers."""
SPARE_LANDLORD = "client-6"
"""A landlord without a consent of any client."""
FOREIGNER = edo.FOREIGN["participant_id"]
LETTER = b"%PDF-1.4\nstartxref\n9\n%%EOF\n"
"""The document received from another operator; equal to the content in the examples of files."""
ONEC_ITEMS = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")


@functools.cache
def pki() -> DemonstrationPki:
    """Return the authority that certifies all signers."""
    with tempfile.TemporaryDirectory() as folder:
        return DemonstrationPki(Path(folder), edo.SUBJECTS, lambda: START)


def prepare(world: World) -> None:
    """Make what clients share: trust, another operator's participant, drives on sale, landlords."""
    signing.trust(world, pki())
    edo.know_foreign(world)
    steps.put_on_sale(world)
    landlords = [landlord["client_id"] for landlord in LANDLORDS.values()]  # type: ignore[index]
    for landlord_id in (*landlords, SPARE_LANDLORD):
        steps_rent.enrol(world, landlord_id)


def give(world: World, who: str) -> None:
    """Make a persona own two of everything."""
    client_id = PERSONAS[who]["client_id"]  # type: ignore[index] # nobody owns nothing
    name = f"ООО «Клиент {client_id}»"
    steps.know_organisation(world, client_id, name=name, kpp=KPP[who])
    shops = [_shop(world, who, number) for number in range(2)]
    know_register(world, who, 2)
    _bind(world, who, shops[0], 2)
    _orders(world, who)
    _e_receipts(world, who)
    _gosotchet(world, who)
    _integration_1c(world, who)
    _rent(world, who, shops)
    _edo(world, who)
    world.drain()
    assert world.dead == []


def own(who: str, number: int) -> str:
    """Return the last digits of the numbers of a client's register."""
    return f"{PERSONAS[who]['client_id'][-1]}{number}"  # type: ignore[index]


def register_id(who: str, number: int) -> str:
    """Return the number of a client's register."""
    return f"00048172360065{own(who, number)}"


def know_register(world: World, who: str, number: int) -> None:
    """Send the cabinet's message about a register."""
    steps.know_register(
        world,
        PERSONAS[who]["client_id"],  # type: ignore[index]
        register_id=register_id(who, number),
        serial=f"001067004123{own(who, number)}",
        fiscal_drive_number=f"99604403004123{own(who, number)}",
    )


def _shop(world: World, who: str, number: int) -> str:
    know_register(world, who, number)
    shop = {"name": f"Магазин {own(who, number)}", "address": "г. Москва, ул. Образцовая, д. 17"}
    made = world.ok("POST /organisation/shops", shop, who=who)
    _bind(world, who, made["shop_id"], number)
    return str(made["shop_id"])


def _bind(world: World, who: str, shop_id: str, number: int) -> None:
    place = f"/organisation/shops/{shop_id}/registers/{register_id(who, number)}"
    world.ok(f"PUT {place}", who=who)


def _orders(world: World, who: str) -> None:
    for number in range(2):
        steps.fill_cart(world, 1, who=who)
        placed = world.ok("POST /fiscal-drives/orders", steps.FORM, who=who)
        reference = f"bank-{own(who, number)}"
        paid = steps.payment(placed, bank_reference=reference, amount_kopecks=1)
        world.ok("POST /payments", paid, who="operator")
    steps.fill_cart(world, 1, who=who)


def _e_receipts(world: World, who: str) -> None:
    world.ok("PUT /e-receipts/channels/sms", {"enabled": True}, who=who)
    for _ in range(2):
        application_id = by.in_review(world, who=who)
        world.ok(f"POST {by.path()}/{application_id}/cancellation", who=who)
    by.in_review(world, by.logo_form(), by.LOGO, who=who)
    receipts.store(world, PERSONAS[who]["client_id"])  # type: ignore[index]


def _gosotchet(world: World, who: str) -> None:
    """Buy three licences and register two, so that one stays free."""
    fns = steps_gosotchet.FNS | {"kpp": KPP[who]}
    for number in range(3):
        bought = world.ok("POST /gosotchet/licences", {"tariff": "basic"}, who=who)
        edo.pay(world, bought)
        if number:
            form = steps_gosotchet.form(pki(), bought["licence_id"], fns)
            world.ok("POST /gosotchet/registrations", form, who=who)
    world.drain()
    made = world.get("/gosotchet/registrations", who=who)["items"][-1]
    path = f"POST /gosotchet/registrations/{made['registration_id']}"
    for authority in (steps_gosotchet.SFR, steps_gosotchet.ROSSTAT):
        world.ok(f"{path}/changes", {"authorities": [authority]}, who=who)
        world.drain()
    world.advance(minutes=6)
    world.ok(f"{path}/credentials", {}, who=who)


def _integration_1c(world: World, who: str) -> None:
    for number in range(2):
        path = f"POST /integration-1c/registers/{register_id(who, number)}"
        world.ok(f"{path}/trial", who=who)
        world.ok(f"{path}/subscription", {"period": "month"}, who=who)
    day = world.today.isoformat()
    names = [f"Чай {own(who, number)}" for number in range(2)]
    goods = [
        {"name": name, "price": 100_00, "quantity": 1, "sum": 100_00, "itemsQuantityMeasure": 0}
        for name in names
    ]
    shift = onec.shift(
        register_id=register_id(who, 0),
        fiscal_drive=f"99604403004123{own(who, 0)}",
        at=f"{day}T00:{{minute:02}}:00",
        items=goods,
        totalSum=200_00,
    )
    onec.feed(world, *shift)
    world.ok("POST /integration-1c/messages", {"from": day, "to": day}, who=who)
    base = onec.OneC.connect(world, who, f"base-{own(who, 0)}")
    base.synchronise("".join(_sent_item(item, name) for name in names for item in ONEC_ITEMS))


def _sent_item(identifier: str, name: str) -> str:
    return (
        f"<Справочник.Номенклатура><КлючевыеСвойства><Ссылка>{identifier}</Ссылка>"
        f"<Наименование>{name}</Наименование></КлючевыеСвойства></Справочник.Номенклатура>"
    )


def _rent(world: World, who: str, shops: list[str]) -> None:
    for landlord in LANDLORDS.values():
        landlord_id = landlord["client_id"]  # type: ignore[index]
        text = world.get(f"/rent/landlords/{landlord_id}/consent", who=who)["text"]
        consent = {"landlord_id": landlord_id, "signature": signing.signature(pki(), text)}
        world.ok("POST /rent/consents", consent, who=who)
    for number, shop_id in enumerate(shops):
        form = steps_rent.form(shop_id, register_id(who, number))
        form["landlord_id"] = LANDLORDS[who]["client_id"]  # type: ignore[index]
        granted = world.ok("POST /rent/grants", form, who=who)
        for _ in range(2):
            path = f"/rent/tenants/{granted['grant_id']}/turnover"
            world.get(path, who=LANDLORDS[who], query=steps_rent.period(world))


def _edo(world: World, who: str) -> None:
    certificate = edo.encoded(pki().certificate("director"))
    statement: Any = world.ok(
        "POST /edo/registration/statement", {"certificate": certificate}, who=who
    )
    form = edo.registration(statement, pki(), "director")
    registered = world.ok("POST /edo/registration", form, who=who)
    for _ in range(2):
        edo.buy(world, who)
    for _ in range(2):
        edo.arrive(world, pki(), registered["participant_id"], LETTER)
        world.ok("POST /edo/documents", edo.form(pki(), FOREIGNER), who=who)
