"""All that a client of the product owns, and what may be said in each call.

A new service adds a line to :data:`BODIES` where no example of the call is recorded, and to
``giving`` a step that makes two of what its calls are about.
"""

import itertools
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
from tests.support import cloud, edo, giving, receipts, steps, steps_gosotchet
from tests.support.world import World

OWN = "own"
"""In a body, in place of an id: the caller's own."""

BODIES: Mapping[str, Any] = {
    "apply_for_service": by.brand_form(),
    "buy_gosotchet_licence": {"tariff": "basic"},
    "change_address": {"address": "г. Москва, ул. Новая, д. 1", "tax_office_code": "7719"},
    "change_gosotchet_registration": {
        "authorities": [steps_gosotchet.FSRAR, steps_gosotchet.RPN, steps_gosotchet.CB]
    },
    "draw_up_statement": {
        "certificate": edo.encoded(giving.pki().certificate("director")),
        "surname": "Смирнова",
        "given_name": "Мария",
    },
    "grant_registers": {
        "landlord_id": giving.LANDLORDS["client"]["client_id"],  # type: ignore[index]
        "shop_id": OWN,
        "register_ids": [giving.register_id("client", 2)],
    },
    "make_draft": {"kind": "correction_request", "reason": "Не то количество"},
    "make_upd": {
        "recipient_id": giving.FOREIGNER,
        "form": {
            "number": "17",
            "date": "2026-11-24",
            "function": "СЧФДОП",
            "lines": [
                {
                    "name": "Чай чёрный",
                    "quantity": 3,
                    "unit": "шт",
                    "unit_code": "796",
                    "price_kopecks": 122_00,
                    "vat_rate": "22",
                }
            ],
            "operation": "Товары переданы",
            "basis": [{"name": "Договор", "number": "5", "date": "2026-11-01"}],
        },
    },
    "prepare_period": {"from": "2026-11-01", "to": "2026-11-24", "version": "1.17"},
    "preview_service": {"name": "Ромашка"},
    "register_gosotchet_licence": steps_gosotchet.form(giving.pki(), OWN),
    "register_participant": {
        "statement_id": OWN,
        "accept_offer": True,
        "accept_personal_data": True,
        "signature": "AAAA",
    },
    "reject_document": {"reason": "Не то количество", "signature": "AAAA"},
    "resend_gosotchet_credentials": {"email": steps_gosotchet.EMAIL},
    "revoke_document": {"reason": "Ошибка в документе", "signature": "AAAA"},
    "send_document": edo.form(giving.pki(), giving.FOREIGNER),
    "settle_nomenclature": {"onec_id": giving.ONEC_ITEMS[0]},
    "sign_agreement": {"signature": "AAAA"},
    "sign_consent": {"landlord_id": giving.SPARE_LANDLORD, "signature": "AAAA"},
    "sign_document": {"signature": edo.encoded(giving.pki().sign(giving.LETTER, "director"))},
    "sign_in_gosotchet": {
        "login": "7728168971",
        "password": "aaaa-bbbb-cccc-dddd",
        "new_password": "eeee-ffff-gggg-hhhh",
    },
    "subscribe_register": {"period": "month"},
    "switch_service": {"enabled": True},
}
"""What is said in a call of which no example is recorded, or none that fits here."""

_PERIOD = {"from": "2026-11-01", "to": "2026-11-24"}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "find_counterparties": {"inn": edo.FOREIGN["inn"]},
    "get_message": _PERIOD,
    "get_statistics": _PERIOD,
    "get_tenant_turnover": _PERIOD,
    "list_documents": {"box": "inbox"},
    "list_retail_documents": {**_PERIOD, "register_id": giving.register_id("client", 0)},
}
"""What a read must be asked."""

FREE_IDS: Mapping[str, str] = {
    "landlord_id": "landlords are listed to every client",
    "onec_id": "what 1С calls an item; chosen among the candidates of the client's own item",
    "recipient_id": "participants are found by every client",
    "upload_id": "kept in S3 below the caller's own client_id; see tests/services/e_receipts",
}
"""Ids in bodies that ``giving`` makes nobody the owner of, and why that is well."""

NAMES: Mapping[str, str] = {
    "channel": "sms",
    "document": str(receipts.NUMBER),
    "fiscal_drive": receipts.DRIVE,
    "fiscal_sign": str(receipts.SIGN),
    "kind": "e-receipts",
    "landlord_id": giving.LANDLORDS["client"]["client_id"],  # type: ignore[index]
    "model": steps.MODEL,
    "package_id": edo.PACKAGE,
    "service": by.BRAND,
}
"""What may stand in a path and is nobody's own: the same for all callers."""


def route(declared: Action, names: Mapping[str, str]) -> str:
    """Return the call with what stands in its path."""
    return f"{declared.method} {declared.path.format_map({**NAMES, **names})}"


def parameters(declared: Action) -> list[str]:
    """Return the names of what in the path is somebody's own."""
    return [name for name in re.findall(r"{(\w+)}", declared.path) if name not in NAMES]


def body(declared: Action, world: World | None = None) -> Any:
    """Return what may be said in a call, with a client's own ids in a world; None for nothing."""
    if declared.is_read or not payload_of(signature(declared)):
        return None
    said = BODIES.get(declared.name)
    if said is None:
        example = json.loads(EXAMPLES.read_text(encoding="utf-8")).get(declared.name, {})
        assert "request" in example, f"say in BODIES what {declared.name} may be sent"
        said = example["request"]
    said = json.loads(json.dumps(said))
    for where, value in [*leaves(said)] if world else []:
        if value == OWN:
            said = changed(said, where, owned(world, "client-1", str(where[-1]))[0])
    return said


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
    return sorted({one[parameter] for one in _owned(world, client_id, [parameter])})


def own_ids(world: World, client_id: str, declared: Action) -> dict[str, str]:
    """Return ids of a client's for a path, the first of those that belong together."""
    names = parameters(declared)
    if not names:
        return {}
    return min(_owned(world, client_id, names), key=lambda ids: [ids[one] for one in names])


def _owned(world: World, client_id: str, names: list[str]) -> list[dict[str, str]]:
    """Return the ids of these kinds that stand in one item each."""
    found = []
    for table in tables():
        for item in world.items(table):
            if item["client_id"] == client_id:
                said = [[*_named(item, name)] for name in names]
                found += [dict(zip(names, ids, strict=True)) for ids in itertools.product(*said)]
    assert found, f"let a client be given something with {names}"
    return found


def _named(said: Any, name: str) -> Iterator[str]:
    """Give what stands under a name, however deep."""
    match said:
        case dict():
            if isinstance(said.get(name), str):
                yield said[name]
            for one in said.values():
                yield from _named(one, name)
        case list():
            for one in said:
                yield from _named(one, name)


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
