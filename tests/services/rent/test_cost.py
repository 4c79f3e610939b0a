"""Number of cloud calls of an access and of the lists."""

import datetime as dt
from collections import Counter

from infra.demonstration_pki import DemonstrationPki
from tests.support import steps_rent as by
from tests.support.steps_rent import REGISTERS
from tests.support.world import World


def test_turnover_costs_two_queries_per_register_whatever_was_sold(
    world: World, pki: DemonstrationPki
) -> None:
    shop_id = by.ready(world, pki, *REGISTERS)
    today = by.today(world)
    start = today - dt.timedelta(days=365)
    granted = by.grant(world, shop_id, *REGISTERS, visible_from=str(start))

    def calls() -> Counter[str]:
        before = len(world.calls)
        by.look(world, granted, **{"from": str(start), "to": str(today)})
        return Counter(call.operation for call in world.calls[before:])

    first = calls()
    assert first == {"BatchGetItem": 1, "GetItem": 1, "Query": 100, "TransactWriteItems": 1}
    by.sell(
        world,
        *(by.receipt(REGISTERS[n % 5], n, today, 100) for n in range(1, 200)),
    )
    assert calls() == first
    assert by.look(world, granted)["total"]["receipts"] == 199


def test_list_costs_one_query_and_one_batch_read_of_tenancies(
    world: World, pki: DemonstrationPki
) -> None:
    shop_id = by.ready(world, pki, *REGISTERS[:3])
    for register in REGISTERS[:3]:
        by.grant(world, shop_id, register)
    for who, path, expected in (
        ("client", "/rent/grants", ["Query", "BatchGetItem"]),
        ("landlord", "/rent/tenants", ["GetItem", "Query", "BatchGetItem"]),
    ):
        before = len(world.calls)
        assert len(world.get(path, who=who)["items"]) == 3
        assert [call.operation for call in world.calls[before:]] == expected
