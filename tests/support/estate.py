"""All that a client of the product may own, and what may be said in each call.

A new service adds a line to :data:`BODIES` where no example of the call is recorded, and a step to
:func:`give` that makes two of what its calls are about.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.table import Table
from infra import declarations
from infra.openapi import EXAMPLES
from tests.support import applications as by
from tests.support import cloud, receipts, steps
from tests.support.world import PERSONAS, World

BODIES: Mapping[str, Any] = {
    "apply_for_service": by.brand_form(),
    "change_address": {"address": "г. Москва, ул. Новая, д. 1", "tax_office_code": "7719"},
    "preview_service": {"name": "Ромашка"},
    "sign_agreement": {"signature": "AAAA"},
    "switch_service": {"enabled": True},
}
"""What is said in a call of which no example is recorded, or none that fits here."""

QUERIES: Mapping[str, Mapping[str, str]] = {
    "get_statistics": {"from": "2026-11-01", "to": "2026-11-24"},
}
"""What a read must be asked."""

FREE_IDS: Mapping[str, str] = {
    "upload_id": "kept in S3 below the caller's own client_id; see tests/services/e_receipts",
}
"""Ids in bodies that :func:`give` makes nobody the owner of, and why that is well."""

NAMES: Mapping[str, str] = {
    "channel": "sms",
    "document": str(receipts.NUMBER),
    "fiscal_drive": receipts.DRIVE,
    "fiscal_sign": str(receipts.SIGN),
    "kind": "e-receipts",
    "model": steps.MODEL,
    "service": by.BRAND,
}
"""What may stand in a path and is nobody's own: the same for all callers."""


def give(world: World, who: str) -> None:
    """Let a persona come to own two of everything."""
    client_id = PERSONAS[who]["client_id"]  # type: ignore[index] # nobody owns nothing
    name = f"ООО «Клиент {client_id}»"
    steps.know_organisation(world, client_id, name=name)
    steps.put_on_sale(world)
    world.ok("PUT /e-receipts/channels/sms", {"enabled": True}, who=who)
    for number in range(2):
        own = f"{client_id[-1]}{number}"
        register_id = steps.know_register(
            world,
            client_id,
            register_id=f"00048172360065{own}",
            serial=f"001067004123{own}",
            fiscal_drive_number=f"99604403004123{own}",
        )
        shop = {"name": f"Магазин {own}", "address": "г. Москва, ул. Образцовая, д. 17"}
        made = world.ok("POST /organisation/shops", shop, who=who)
        place = f"/organisation/shops/{made['shop_id']}/registers/{register_id}"
        world.ok(f"PUT {place}", who=who)
        steps.fill_cart(world, 1, who=who)
        placed = world.ok("POST /fiscal-drives/orders", steps.FORM, who=who)
        paid = steps.payment(placed, bank_reference=f"bank-{own}", amount_kopecks=1)
        world.ok("POST /payments", paid, who="operator")
        application_id = by.in_review(world, who=who)
        world.ok(f"POST {by.path()}/{application_id}/cancellation", who=who)
    by.in_review(world, by.logo_form(), by.LOGO, who=who)
    steps.fill_cart(world, 1, who=who)
    receipts.store(world, client_id)
    world.drain()
    assert world.dead == []


def route(declared: Action, names: Mapping[str, str]) -> str:
    """Return the call with what stands in its path."""
    return f"{declared.method} {declared.path.format_map({**NAMES, **names})}"


def parameters(declared: Action) -> list[str]:
    """Return the names of what in the path is somebody's own."""
    return [name for name in re.findall(r"{(\w+)}", declared.path) if name not in NAMES]


def body(declared: Action) -> Any:
    """Return what may be said in a call, None where nothing is."""
    if declared.is_read or not payload_of(signature(declared)):
        return None
    if declared.name in BODIES:
        return json.loads(json.dumps(BODIES[declared.name]))
    example = json.loads(EXAMPLES.read_text(encoding="utf-8")).get(declared.name, {})
    assert "request" in example, f"say in BODIES what {declared.name} may be sent"
    return example["request"]


def tables() -> list[Table]:
    """Return every table that the product declares."""
    everything = [*declarations.actions(), *declarations.consumers(), *declarations.schedules()]
    touched = (one for each in everything for one in (*each.reads, *each.writes))
    found = {one.logical_id: one for one in touched if isinstance(one, Table)}
    return [found[name] for name in sorted(found)]


def items(world: World, client_id: str) -> list[tuple[str, str, str]]:
    """Return all that is kept for a client: table, sort key, content."""
    return sorted(
        (table.name, item["sk"], repr(sorted(item.items())))
        for table in tables()
        for item in world.items(table)
        if item["client_id"] == client_id
    )


def files(client_id: str) -> dict[str, bytes]:
    """Return the files kept for a client."""
    return {
        f"{bucket}/{key}": content
        for bucket, key, content in cloud.keep().files
        if key.startswith(f"{client_id}/")
    }


def owned(world: World, client_id: str, parameter: str) -> list[str]:
    """Return the ids of a kind that are a client's, by the name that paths have for them."""
    found = {
        str(item[parameter])
        for table in tables()
        for item in world.items(table)
        if item["client_id"] == client_id and parameter in item
    }
    assert found, f"let give() make something with {parameter}"
    return sorted(found)


def leaves(
    said: Any, where: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Give each value in a body that holds no others, with its place."""
    match said:
        case dict():
            for name, value in said.items():
                yield from leaves(value, (*where, name))
        case list():
            for place, value in enumerate(said):
                yield from leaves(value, (*where, place))
        case _:
            yield where, said


def changed(said: Any, where: tuple[str | int, ...], value: Any) -> Any:
    """Return a body with one value in place of another."""
    if not where:
        return value
    copy = said.copy()
    copy[where[0]] = changed(said[where[0]], where[1:], value)
    return copy
