"""In any sequence of events each landlord is shown what an independent recount finds."""

import datetime as dt
from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infra.demonstration_pki import DemonstrationPki
from tests.support import signing, steps
from tests.support import steps_rent as by
from tests.support.world import PERSONAS, World, Worlds

REGISTERS = by.REGISTERS[:3]
LANDLORDS = {"landlord": by.OWNER, "other": "client-5"}
OTHER = {"principalId": "user-5", "client_id": "client-5", "roles": "landlord client"}
registers = st.sampled_from(REGISTERS)
landlords = st.sampled_from(sorted(LANDLORDS))


class Rent(RuleBasedStateMachine):
    """The product, and plain lists of the same events for the recount."""

    worlds: Worlds
    pki: DemonstrationPki

    @initialize()
    def begin(self) -> None:
        self.world: World = type(self).worlds()
        self.receipts: dict[tuple[str, int], dict[str, Any]] = {}
        self.moves: list[tuple[dt.date, str, str | None]] = []
        self.stands: dict[str, str | None] = dict.fromkeys(REGISTERS)
        self.grants: list[dict[str, Any]] = []
        self.consents = set(LANDLORDS)
        signing.trust(self.world, self.pki)
        steps.know_organisation(self.world)
        by.enrol(self.world)
        by.enrol(self.world, "client-5", name="АО «Второй»", inn="7736050003", ogrn="1027700070518")
        by.know_registers(self.world, *REGISTERS)
        self.shops = [by.open_shop(self.world, name=f"Магазин {n}") for n in range(2)]
        for landlord in LANDLORDS.values():
            by.sign(self.world, self.pki, landlord)
        for register in REGISTERS[:2]:
            self.move(register, 0)

    @rule(register=registers, shop=st.sampled_from([0, 0, 1]))
    def move(self, register: str, shop: int) -> None:
        by.bind(self.world, self.shops[shop], register)
        self._moved(register, self.shops[shop])

    @rule(register=registers)
    def unbind(self, register: str) -> None:
        shop = self.stands[register]
        if shop:
            self.world.ok(f"DELETE /organisation/shops/{shop}/registers/{register}")
            self._moved(register, None)

    def _moved(self, register: str, shop: str | None) -> None:
        self.moves.append((by.today(self.world), register, shop))
        self.stands[register] = shop

    @rule(days=st.integers(1, 3))
    def sleep(self, days: int) -> None:
        self.world.advance(days=days)

    @rule(
        register=registers,
        number=st.integers(1, 12),
        back=st.integers(0, 6),
        total=st.integers(0, 10_000),
        operation=st.sampled_from([1, 1, 1, 2, 3, 4]),
    )
    def sell(self, register: str, number: int, back: int, total: int, operation: int) -> None:
        day = by.today(self.world) - dt.timedelta(days=back)
        # A number that came before comes again as it was: a duplicate.
        made = self.receipts.setdefault(
            (register, number), by.receipt(register, number, day, total, operation=operation)
        )
        by.sell(self.world, made)

    @rule(
        who=landlords,
        shop=st.sampled_from([0, 0, 1]),
        chosen=st.sets(registers, min_size=1),
        back=st.none() | st.integers(0, 6),
    )
    def grant(self, who: str, shop: int, chosen: set[str], back: int | None) -> None:
        today, shop_id = by.today(self.world), self.shops[shop]
        start = today - dt.timedelta(days=back or 0)
        changes = {} if back is None else {"visible_from": str(start)}
        form = by.form(shop_id, *sorted(chosen), landlord_id=LANDLORDS[who], **changes)
        answer = self.world.call("POST /rent/grants", form)
        granted = {
            register
            for grant in self._active(who)
            if grant["shop"] == shop_id
            for register in grant["registers"]
        }
        if who not in self.consents:
            assert answer.problem == "rent-consent-unsigned"
        elif any(self.stands[choice] != shop_id for choice in chosen) or chosen & granted:
            assert answer.status == 409
        else:
            assert answer.status == 201, answer.body
            self.grants.append(
                {
                    "id": answer.json["grant_id"],
                    "who": who,
                    "shop": shop_id,
                    "registers": chosen,
                    "start": start,
                    "active": True,
                }
            )

    def _active(self, who: str) -> list[dict[str, Any]]:
        return [grant for grant in self.grants if grant["active"] and grant["who"] == who]

    @precondition(lambda self: any(grant["active"] for grant in self.grants))
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from([grant for grant in self.grants if grant["active"]]))
        self.world.ok(f"DELETE /rent/grants/{chosen['id']}")
        chosen["active"] = False

    @rule(who=landlords)
    def withdraw(self, who: str) -> None:
        answer = self.world.call(f"DELETE /rent/consents/{LANDLORDS[who]}")
        assert answer.status == (204 if who in self.consents else 404)
        self.consents.discard(who)
        for grant in self._active(who):
            grant["active"] = False

    @rule(who=landlords)
    def sign(self, who: str) -> None:
        if who not in self.consents:
            by.sign(self.world, self.pki, LANDLORDS[who])
            self.consents.add(who)

    @precondition(lambda self: self.grants)
    @rule(first=st.integers(0, 40), length=st.integers(0, 40), month=st.booleans())
    def look(self, first: int, length: int, month: bool) -> None:
        end = by.today(self.world) + dt.timedelta(days=2)
        begin = end - dt.timedelta(days=first)
        last = min(begin + dt.timedelta(days=length), end)
        query = {"from": str(begin), "to": str(last), "by": "month" if month else "day"}
        for who in LANDLORDS:
            listed = self.world.walk("/rent/tenants", limit=3, who=who)
            assert {grant["grant_id"] for grant in listed} == {
                grant["id"] for grant in self._active(who)
            }
        for grant in self.grants:
            path = f"GET /rent/tenants/{grant['id']}/turnover"
            answer = self.world.call(path, who=grant["who"], query=query)
            if not grant["active"]:
                assert answer.status == 404
                continue
            assert answer.status == 200
            self._compare(answer.json, grant, begin, last, 7 if month else 10)

    def _compare(
        self, answer: Any, grant: dict[str, Any], begin: dt.date, last: dt.date, digits: int
    ) -> None:
        """Recount the receipts by the shop of the register at the end of each day."""
        expected: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for (register, _), made in self.receipts.items():
            day = dt.date.fromisoformat(made["dateTime"][:10])
            shops = [shop for on, which, shop in self.moves if which == register and on <= day]
            shown = (
                register in grant["registers"]
                and max(begin, grant["start"]) <= day <= last
                and shops[-1:] == [grant["shop"]]
            )
            if shown:
                sums = expected[register, str(day)[:digits]]
                sums[0] += made["operationType"] == 1
                sums[1] += made["operationType"] == 2
                sums[2] += {1: 1, 2: -1}.get(made["operationType"], 0) * made["totalSum"]
        rows = {
            (register["register_id"], row["period"]): [
                row["receipts"],
                row["returns"],
                row["turnover_kopecks"],
            ]
            for register in answer["registers"]
            for row in register["rows"]
        }
        assert rows == dict(expected)
        assert answer["total"]["turnover_kopecks"] == sum(row[2] for row in expected.values())
        assert answer["total"]["receipts"] == sum(row[0] for row in expected.values())
        assert sum(row["returns"] for row in answer["rows"]) == sum(
            row[1] for row in expected.values()
        )


def test_landlords_see_what_a_recount_finds(
    worlds: Worlds, pki: DemonstrationPki, monkeypatch: Any
) -> None:
    monkeypatch.setitem(PERSONAS, "other", OTHER)
    Rent.worlds, Rent.pki = staticmethod(worlds), pki
    run_state_machine_as_test(
        Rent,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
