"""Steps of «Купить ФН» that many tests begin with, taken the way people take them: by calls."""

import base64
import datetime as dt
from typing import Any

from chalicelib.core.organisation.consumer import CABINET
from tests.support import bank
from tests.support.cloud import SELLER
from tests.support.world import World

PROFILE = {
    "name": "ООО «Ромашка»",
    "kind": "legal_entity",
    "inn": "7728168971",
    "kpp": "772801001",
    "ogrn": "1027700132195",
    "address": "117342, г. Москва, ул. Образцовая, д. 17",
    "tax_office_code": "7728",
    "email": "romashka@example.ru",
    "cabinet_created_on": "2019-04-15",
}

REGISTER = {
    "register_id": "0004817236006552",
    "model": "АТОЛ 27Ф",
    "serial": "00106700412358",
    "fiscal_drive_number": "9960440300412358",
    "fiscal_drive_ends_on": "2027-06-30",
}

FORM = {
    "contact_name": "Смирнова Мария",
    "phone": "+7 916 123-45-67",
    "email": "smirnova@example.ru",
    "delivery": {"method": "courier", "address": "г. Москва, ул. Образцовая, д. 17"},
}

MODEL, PRICE = "fn-1.2-36", 19_300_00


def know_organisation(world: World, client_id: str = "client-1", **changes: Any) -> None:
    """Let the cabinet tell of an organisation."""
    profile = PROFILE | changes
    world.send(CABINET, {"kind": "profile", "client_id": client_id, "profile": profile})
    world.drain()


def know_register(world: World, client_id: str = "client-1", **changes: Any) -> str:
    """Let the cabinet tell of a cash register; return its number."""
    register = REGISTER | changes
    world.send(CABINET, {"kind": "register", "client_id": client_id, "cash_register": register})
    world.drain()
    return str(register["register_id"])


def put_on_sale(world: World, model: str = MODEL, *, received: int = 10, **changes: Any) -> Any:
    """Let the operator offer a drive, or add to its stock."""
    drive = {
        "title": f"Фискальный накопитель {model}",
        "months": 36,
        "price_kopecks": PRICE,
        "fits_register_models": ["АТОЛ 27Ф"],
        "received": received,
    }
    return world.ok(f"PUT /fiscal-drives/{model}", drive | changes, who="operator")


def in_stock(world: World, model: str = MODEL) -> int:
    """Return how many pieces of a drive are left."""
    drives = world.get("/fiscal-drives", who="client")["items"]
    (left,) = (drive["in_stock"] for drive in drives if drive["model"] == model)
    return int(left)


def fill_cart(world: World, quantity: int = 2, model: str = MODEL, who: str = "client") -> Any:
    """Put drives into the cart."""
    return world.ok(f"PUT /fiscal-drives/cart/{model}", {"quantity": quantity}, who=who)


def ready_to_order(world: World, quantity: int = 2) -> None:
    """Stand before «Сформировать счёт»: an organisation known, a drive on sale, a full cart."""
    know_organisation(world)
    put_on_sale(world)
    fill_cart(world, quantity)


def order(world: World, quantity: int = 2) -> Any:
    """Order drives, from nothing; return the order with its invoice."""
    ready_to_order(world, quantity)
    return world.ok("POST /fiscal-drives/orders", FORM)


def payment(placed: Any, **changes: Any) -> dict[str, Any]:
    """Return the payment of an order in full, as the bank or the accountant tells of it."""
    return {
        "invoice_number": placed["invoice_number"],
        "amount_kopecks": placed["total_kopecks"],
        "bank_reference": "bank-1",
        "paid_on": "2026-11-24",
    } | changes


def paid_order(world: World, quantity: int = 2) -> Any:
    """Order drives and pay for them; return the order as it then is."""
    placed = order(world, quantity)
    world.ok("POST /payments", payment(placed), who="operator")
    world.drain()
    return world.get(f"/fiscal-drives/orders/{placed['order_id']}")


def statement(*documents: dict[str, Any], account: str = SELLER["account"]) -> dict[str, str]:
    """Return a bank statement in 1CClientBankExchange, windows-1251, as the call takes it.

    A document may set ``number``, ``kopecks``, ``inn``, ``purpose`` and ``to``, an account.
    """
    received = sum(each["kopecks"] for each in documents if each.get("to", account) == account)
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows"]
    lines += bank.section(account, received)
    for place, document in enumerate(documents, start=1):
        kopecks = document["kopecks"]
        lines += [
            "СекцияДокумент=Платежное поручение",
            f"Номер={document.get('number', place)}",
            "Дата=25.11.2026",
            f"Сумма={bank.roubles(kopecks)}",
            "ПлательщикСчет=40702810500000000017",
            f"ПлательщикИНН={document.get('inn', PROFILE['inn'])}",
            f"Плательщик1={PROFILE['name']}",
            f"ПолучательСчет={document.get('to', account)}",
            f"НазначениеПлатежа={document.get('purpose', '')}",
            "КонецДокумента",
        ]
    lines.append("КонецФайла")
    content = "\r\n".join(lines).encode("cp1251")
    return {"content": base64.b64encode(content).decode()}


def days_after(world: World, days: int) -> str:
    """Return the date so many days after the business day."""
    return (world.today + dt.timedelta(days=days)).isoformat()
