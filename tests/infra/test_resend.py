"""What the relay never sent goes to its queue by a command, and does nothing twice."""

import datetime as dt
import json
import re
from typing import Any

import pytest

from chalicelib.core.fiscal.store import DELIVERIES
from chalicelib.runtime import clock
from chalicelib.runtime.outbox import OUTBOX
from infra import resend
from infra.functions import RELAYED
from tests.support import cloud, receipts, steps
from tests.support.world import World

MINUTE = dt.timedelta(minutes=1)


class Stacks:
    """Tells the outputs of a stack made of the simulated cloud's resources."""

    def describe_stacks(self, **asked: str) -> Any:
        assert asked == {"StackName": "test-service-menu-data"}
        queues = [f"{name}Queue" for name in cloud.queue_names()]
        outputs = {f"{queue}Url": cloud.physical_name(queue) for queue in queues}
        outputs |= {f"{table.logical_id}Name": table.physical_name for table in RELAYED}
        listed = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": listed}]}


def clients(service: str) -> Any:
    return Stacks() if service == "cloudformation" else cloud.client(service)


def run(*arguments: str) -> int:
    return resend.main(["--stage", "test", *arguments], clients)


@pytest.fixture
def unrelayed(world: World) -> World:
    """An order was paid for, and the relay stands still: one message, no e-mail."""
    steps.ready_to_order(world)
    placed = steps.order(world)
    world.drain()
    world.moment += MINUTE
    world.ok("POST /payments", steps.payment(placed), who="operator")
    return world


def since(world: World, ago: dt.timedelta = dt.timedelta(0)) -> list[str]:
    return ["--since", (world.moment - ago).isoformat(), "--until", _after(world)]


def _after(world: World) -> str:
    return (world.moment + MINUTE).isoformat()


def test_what_the_relay_did_not_send_is_done(
    unrelayed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(unrelayed.mails())
    assert run(*since(unrelayed)) == 0
    sent = re.search(r"(\d+) messages sent again", capsys.readouterr().out)
    assert sent
    assert int(sent[1]) == len(unrelayed.outbox())
    while unrelayed.deliver():
        pass
    (order,) = unrelayed.get("/fiscal-drives/orders")["items"]
    assert order["status"] == "paid"
    unrelayed.drain()
    assert len(unrelayed.mails()) == before + 1


def test_what_the_relay_sent_before_has_no_second_effect(unrelayed: World) -> None:
    unrelayed.drain()
    mails, kept = len(unrelayed.mails()), unrelayed.items(OUTBOX)
    assert run(*since(unrelayed, MINUTE * 5)) == 0
    unrelayed.drain()
    assert len(unrelayed.mails()) == mails
    assert unrelayed.items(OUTBOX) == kept


def test_only_what_was_written_in_the_time_said(
    unrelayed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    early, now = "2026-01-01T00:00Z", unrelayed.moment.isoformat()
    for start, end in (
        (early, _after(unrelayed)),
        (early, now),
        (_after(unrelayed), "2027-01-01T00:00Z"),
    ):
        assert run("--since", start, "--until", end, "--dry-run") == 0
    counts = [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert counts == [1, 0, 0]


def test_receipts_are_sent_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The time is that of the arrival, not that of the register's clock."""
    with clock.at(world.moment):
        message = receipts.request_delivery(world, dateTime="2026-11-01T12:05:00")
        receipts.store(world, fiscalDocumentNumber=receipts.NUMBER + 1)
    assert run("--since", _after(world), "--until", "2027-01-01T00:00Z") == 0
    assert run(*since(world)) == 0
    assert [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()] == [0, 1]
    waiting = cloud.waiting(DELIVERIES)
    assert [json.loads(body) for body in waiting] == [message]


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(SystemExit):
        run("--since", "2026-01-31T09:00")
