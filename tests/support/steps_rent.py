"""Steps of «Аренда», by calls of the API and receipts of the feed."""

import base64
import datetime as dt
from typing import Any

from chalicelib.core.fiscal.store import FISCAL_DOCUMENTS
from infra.demonstration_pki import DemonstrationPki
from tests.support import signing, steps
from tests.support.world import PERSONAS, World

LANDLORD = {
    "name": 'ООО «Арендная Компания "Ёлка"»',
    "inn": "7707083893",
    "kpp": "770701001",
    "ogrn": "1027700132195",
    "address": "127006, г. Москва, ул. Примерная, д. 1",
    "email": "landlord@example.ru",
}
OWNER = PERSONAS["landlord"]["client_id"]
REGISTERS = [f"{4817236006552 + number:016}" for number in range(50)]
DRIVES = {register: f"99604403{number:08}" for number, register in enumerate(REGISTERS)}


def enrol(world: World, landlord_id: str = OWNER, **changes: Any) -> Any:
    """Create an organisation and enrol the organisation as a landlord."""
    steps.know_organisation(world, landlord_id, **LANDLORD | changes)
    return world.ok(f"PUT /rent/landlords/{landlord_id}", who="operator")


def open_shop(world: World, *registers: str, name: str = "Магазин у метро") -> str:
    """Create a shop with registers and return the identifier of the shop."""
    shop = world.ok("POST /organisation/shops", {"name": name, "address": "г. Москва, д. 1"})
    for register in registers:
        bind(world, shop["shop_id"], register)
    return str(shop["shop_id"])


def bind(world: World, shop_id: str, register: str) -> None:
    """Bind a register to a shop instead of its previous shop."""
    world.ok(f"PUT /organisation/shops/{shop_id}/registers/{register}")


def know_registers(world: World, *registers: str) -> None:
    """Create registers of the tenant."""
    for register in registers:
        drive = DRIVES[register]
        steps.know_register(world, register_id=register, fiscal_drive_number=drive)


def sign(world: World, pki: DemonstrationPki, landlord_id: str = OWNER) -> Any:
    """Sign the consent for a landlord and return the consent."""
    text = world.get(f"/rent/landlords/{landlord_id}/consent")["text"]
    body = {"landlord_id": landlord_id, "signature": signature(pki, text)}
    return world.ok("POST /rent/consents", body)


_made: dict[tuple[int, str], str] = {}


def signature(pki: DemonstrationPki, text: str) -> str:
    """Return the director's signature over a text; repeated calls return the same signature."""
    key = (id(pki), text)
    if key not in _made:
        _made[key] = signing.signature(pki, text)
    return _made[key]


def ready(world: World, pki: DemonstrationPki, *registers: str) -> str:
    """Sign the consent, create a shop with registers, and return the identifier of the shop."""
    signing.trust(world, pki)
    steps.know_organisation(world)
    enrol(world)
    know_registers(world, *registers or REGISTERS[:1])
    shop_id = open_shop(world, *registers or REGISTERS[:1])
    sign(world, pki)
    return shop_id


def form(shop_id: str, *registers: str, **changes: Any) -> dict[str, Any]:
    """Return the form of «Предоставить доступ»."""
    chosen = list(registers or REGISTERS[:1])
    return {"landlord_id": OWNER, "shop_id": shop_id, "register_ids": chosen} | changes


def grant(world: World, shop_id: str, *registers: str, **changes: Any) -> Any:
    """Grant registers of a shop and return the grant."""
    return world.ok("POST /rent/grants", form(shop_id, *registers, **changes))


def receipt(
    register: str, number: int, day: dt.date, total: int = 100_00, *, operation: int = 1
) -> dict[str, Any]:
    """Return a receipt, issued at noon of a day, as a register sends it."""
    return {
        "code": 3,
        "kktRegId": register,
        "fiscalDriveNumber": DRIVES[register],
        "fiscalDocumentNumber": number,
        "fiscalSign": number,
        "dateTime": f"{day.isoformat()}T12:00:00",
        "shiftNumber": 1,
        "operationType": operation,
        "totalSum": total,
        "items": [{"name": "Хлеб", "price": total, "quantity": 1, "sum": total}],
    }


def sell(world: World, *receipts: dict[str, Any]) -> None:
    """Send receipts to the feed and process the queues."""
    for sale in receipts:
        world.send(FISCAL_DOCUMENTS, sale)
    world.drain()


def today(world: World) -> dt.date:
    """Return the business day."""
    return world.today


def period(world: World, *, back: int = 30, by: str = "day") -> dict[str, str]:
    """Return the query of a period that ends today."""
    last = today(world)
    return {"from": str(last - dt.timedelta(days=back)), "to": str(last), "by": by}


def look(world: World, granted: Any, **how: Any) -> Any:
    """Return the turnover of a grant as shown to the landlord."""
    query = period(world) | how
    return world.get(f"/rent/tenants/{granted['grant_id']}/turnover", who="landlord", query=query)


def decoded(made: str) -> bytes:
    """Return the bytes of a signature."""
    return base64.b64decode(made)
