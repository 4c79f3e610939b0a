"""Every list and total of the product, and what it is over, to be multiplied.

A new list adds a :class:`Case`, or a line to :data:`NOT_MEASURED` that says why it needs none.
"""

import base64
import dataclasses
import datetime as dt
import itertools
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.core.billing.store import BILLING
from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.core.moderation.store import MODERATION
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.table import Item, Table, Write, to_wire
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from chalicelib.services.edo.resources import EDO
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES
from chalicelib.services.gosotchet.store import GOSOTCHET
from chalicelib.services.integration_1c.resources import INTEGRATION_1C
from chalicelib.services.rent.store import RENT
from tests.support import giving, receipts, shifts, steps, steps_rent
from tests.support.world import START, World

CLIENT, LANDLORD = "client-1", "client-4"
TODAY = START.date()
_REGISTER, _DRIVE = giving.register_id("client", 0), f"99604403004123{giving.own('client', 0)}"
_YEAR = 365
_DAYS = 50

NOT_MEASURED: Mapping[str, str] = {
    "find_counterparties": "the participants of one taxpayer, a hundred at the most",
    "list_agreements": "as many as there are wordings in the code",
    "list_gosotchet_tariffs": "a constant",
    "list_messages": "about one document, a hundred at the most",
    "list_packages": "a constant",
    "list_signatures": "of one document, in its own item",
}
"""Lists that cannot grow, and why."""


@dataclasses.dataclass(frozen=True)
class Call:
    """A list or a total, and how it is asked for."""

    name: str
    who: str = "client"
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Grown:
    """An item of the client's, and what tells its copies apart."""

    table: Table
    sk: str
    """What the sort key of the item begins with."""
    vary: Sequence[str | int]
    """Attributes, or places in the sort key, that another item has otherwise."""
    client_id: str = CLIENT
    """What the partition begins with."""
    only: int | None = None
    """How many copies there are whatever the size, if it does not grow."""

    def rows(self, items: Sequence[Item], size: int) -> Iterator[str]:
        """Yield copies as JSON, in the order of their keys."""
        return map(self.row(items), range(self.only or size))

    def row(self, items: Sequence[Item]) -> Callable[[int], str]:
        """Return what makes a copy."""
        rows = (item for item in items if item["sk"].startswith(self.sk))
        item = next(row for row in rows if row["client_id"].startswith(self.client_id))
        text, parts = wire(to_wire(item)), item["sk"].split("#")
        old = [
            parts[place] if isinstance(place, int) else _name(item[place]) for place in self.vary
        ]

        def make(number: int) -> str:
            made = text
            for value in old:
                made = made.replace(value, another(value, number))
            return made

        return make


def _name(attribute: Any) -> str:
    """Return an attribute, or the first of the names in it."""
    return str(min(attribute) if isinstance(attribute, dict) else attribute)


@dataclasses.dataclass(frozen=True)
class Case:
    """Calls measured together, since what they are over is the same."""

    grows: str
    calls: Sequence[Call]
    grown: Sequence[Grown] = ()
    sold: Callable[[int], Iterator[str]] | None = None
    """Rows of the feed, by size."""

    @property
    def tables(self) -> set[Table]:
        """What is written to."""
        return {series.table for series in self.grown} | ({FISCAL} if self.sold else set())


def another(value: str, number: int) -> str:
    """Return something of the same shape, in the order of ``number``."""
    if re.fullmatch("[0-9a-f]{28}", value):
        return f"{int(value[:12], 16) + number:012x}{number:016x}"
    if value.isdigit():
        return f"{int(value) + 1000 + number:0{len(value)}}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return (dt.date.fromisoformat(value) - dt.timedelta(days=number)).isoformat()
    if re.fullmatch("[0-9a-f-]{36}", value):
        return str(uuid.UUID(int=number))
    return f"{value}-{number:06}"


def wire(item: Mapping[str, Any]) -> str:
    """Return an item in DynamoDB's typed form as JSON."""
    return json.dumps(item, ensure_ascii=False, default=lambda it: base64.b64encode(it).decode())


def own(world: World) -> Mapping[str, Mapping[str, str]]:
    """Let a client own one, at the least, of everything that is listed.

    Returns, by call, what in its path is not the first that the client owns.
    """
    giving.prepare(world)
    # They have stood in their shop for a year when the landlord looks.
    world.advance(days=-_YEAR)
    steps.know_organisation(world, kpp=giving.KPP["client"])
    steps_rent.know_registers(world, *steps_rent.REGISTERS)
    shop = steps_rent.open_shop(world, *steps_rent.REGISTERS)
    world.advance(days=_YEAR)
    giving.give(world, "client")
    first = str(TODAY - dt.timedelta(days=_YEAR - 1))
    granted = steps_rent.grant(world, shop, *steps_rent.REGISTERS, visible_from=first)
    receipts.switch_on(world)
    for number, to in enumerate((receipts.PHONE, receipts.EMAIL), start=1):
        receipts.deliver(world, to, fiscalDocumentNumber=number)
    world.drain()
    assert world.dead == []
    return {"get_tenant_turnover": {"grant_id": granted["grant_id"]}}


def _sold(
    days: int, each: int, *, documents: bool = True, where: Mapping[str, str] = steps_rent.DRIVES
) -> Iterator[str]:
    """Yield what registers (with their drives) rang up on days that end yesterday."""
    for (register, drive), back in itertools.product(where.items(), range(1, days + 1)):
        day = TODAY - dt.timedelta(days=back)
        first = 1000 + (days - back) * each
        rung = [_receipt(register, drive, first + n, day, days - back) for n in range(each)]
        counted = Turnover.empty(CLIENT, register, day, drive).plus(rung)
        yield _put(fiscal.put_turnover(counted))
        yield from (_put(fiscal.put_receipt(document)) for document in rung if documents)


_RECEIPT = shifts.stored()


def _receipt(register: str, drive: str, number: int, day: dt.date, shift: int) -> StoredDocument:
    key = {"fiscal_drive": drive, "register_id": register, "number": number, "shift": shift}
    return _RECEIPT.model_copy(update=key | {"at": dt.datetime.combine(day, _RECEIPT.at.timetz())})


def _put(write: Write) -> str:
    (put,) = write.request.values()
    return wire(put["Item"])


def _period(days: int) -> dict[str, str]:
    return {"from": str(TODAY - dt.timedelta(days=days)), "to": str(TODAY)}


_REGISTERS = Grown(ORGANISATION, f"register#{steps_rent.REGISTERS[0]}", ["register_id", "shop_id"])
_SHOPS = Grown(ORGANISATION, "shop#", ["shop_id"])
_OF_THE_DAY = (
    Call("list_retail_documents", query=_period(0) | {"register_id": _REGISTER}),
    Call("get_message", query=_period(0)),
)

CASES = (
    Case(
        "registers, each in a shop of its own",
        [
            Call("list_registers"),
            Call("list_shops"),
            Call("list_drives"),
            *_OF_THE_DAY,
        ],
        [_REGISTERS, _SHOPS],
    ),
    Case(
        "registers with access to 1С",
        [Call("list_register_tariffs")],
        [_REGISTERS, Grown(INTEGRATION_1C, "access#", ["register_id"])],
    ),
    Case(
        "invoices",
        [Call("list_invoices"), Call("list_invoices", "operator")],
        [Grown(BILLING, "invoice#", ["invoice_id"])],
    ),
    Case(
        "unmatched payments",
        [Call("list_payments", "operator", {"outcome": "underpaid"})],
        [Grown(BILLING, "payment", ["bank_reference"], client_id="bank-reference#")],
    ),
    Case(
        "orders",
        [Call("list_orders"), Call("list_orders", "operator")],
        [Grown(FISCAL_DRIVES, "order#", ["order_id"])],
    ),
    Case(
        "receipts delivered; a year of statistics",
        [Call("get_statistics", query=_period(_YEAR - 1))],
        [
            Grown(E_RECEIPTS, "delivery#", [2]),
            Grown(E_RECEIPTS, f"statistics#{TODAY}#sms", [1], only=_YEAR),
            Grown(E_RECEIPTS, f"statistics#{TODAY}#email", [1], only=_YEAR),
        ],
    ),
    Case(
        "applications",
        [
            Call("list_applications"),
            Call("list_applications_to_moderate", "operator", {"state": "cancelled"}),
        ],
        [Grown(MODERATION, "application#branded-message#", ["application_id"])],
    ),
    Case(
        "landlords enrolled",
        [Call("list_landlords")],
        [Grown(RENT, "name#", [2], client_id="landlords")],
    ),
    Case(
        "landlords found",
        [Call("list_landlords", query={"q": "арендная"})],
        [Grown(RENT, "search#арендная", [2], client_id="landlords")],
    ),
    Case("consents", [Call("list_consents")], [Grown(RENT, "consent#", ["consent_id"])]),
    Case("grants", [Call("list_grants")], [Grown(RENT, "grant#", ["grant_id"])]),
    Case("accesses to a grant", [Call("list_accesses")], [Grown(RENT, "access#", ["access_id"])]),
    Case(
        "grants of as many tenants",
        [Call("list_tenants", "landlord")],
        [
            Grown(RENT, "tenant#", [1, "tenant_id"], client_id=LANDLORD),
            Grown(RENT, f"tenancy#{LANDLORD}", ["grants", "client_id"]),
        ],
    ),
    Case(
        "documents received",
        [
            Call("list_documents", query={"box": "inbox"}),
            Call("list_documents", query={"box": "inbox", "status": "delivered"}),
        ],
        [Grown(EDO, "inbox#", ["document_id"])],
    ),
    Case(
        "documents sent",
        [
            Call("list_documents", query={"box": "outbox"}),
            Call("list_documents", query={"box": "outbox", "status": "sent"}),
        ],
        [Grown(EDO, "outbox#", ["document_id"])],
    ),
    Case("purchases", [Call("list_purchases")], [Grown(EDO, "purchase#", ["purchase_id"])]),
    Case(
        "licences",
        [Call("list_gosotchet_licences")],
        [Grown(GOSOTCHET, "licence#", ["licence_id"])],
    ),
    Case(
        "registrations",
        [
            Call("list_gosotchet_registrations"),
            Call("list_gosotchet_worklist", "operator", {"status": "credentials_sent"}),
        ],
        [Grown(GOSOTCHET, "registration#", ["registration_id", "delivery_id"])],
    ),
    Case(
        "changes of a registration",
        [Call("list_gosotchet_changes")],
        [Grown(GOSOTCHET, "change#", ["change_id"])],
    ),
    Case(
        "nomenclature", [Call("list_nomenclature")], [Grown(INTEGRATION_1C, "item#", ["item_id"])]
    ),
    Case(
        "receipts of the register on other days",
        _OF_THE_DAY,
        sold=lambda size: _sold(size // 100, 100, where={_REGISTER: _DRIVE}),
    ),
    Case(
        "receipts of 50 days of 20 registers",
        [Call("get_tenant_turnover", "landlord", _period(_DAYS))],
        sold=lambda size: _sold(
            _DAYS,
            size // 1000,
            where=dict(itertools.islice(steps_rent.DRIVES.items(), 20)),
        ),
    ),
    Case(
        "receipts counted, one or ten a day, of a year of 50 registers",
        [Call("get_tenant_turnover", "landlord", _period(_YEAR - 1))],
        sold=lambda size: _sold(_YEAR, 1 if size < 10_000 else 10, documents=False),
    ),
)
