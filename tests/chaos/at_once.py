"""Every change of state asked for by two and by eight at once, on an engine that is atomic.

What comes of it must be what would have come of the same calls one after another: the same books,
the same answers. Whoever is refused as busy or too late asks once more when all is quiet. Minutes
long, so no part of ``make test``; ``make chaos`` runs it.
"""

import collections
import dataclasses
import functools
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest import mock

import pytest

from chalicelib.runtime.declaration import Declaration
from infra import declarations
from infra.local.cloud import Cloud
from tests.end_to_end.conftest import CLOUD_PYTHON
from tests.support import at_once, chaos, giving, life
from tests.support.at_once import Act, Callers
from tests.support.chaos import Books
from tests.support.cloud import cause_of
from tests.support.engine import Engine
from tests.support.life import Step
from tests.support.world import Answer, Beginning, World, Worlds

Tell = Callable[[str], None]

TRIES = 3
"""How often two who want different things meet: who comes first is chance."""


@dataclasses.dataclass(frozen=True)
class Delivery:
    """What a consumer is handed, from where the world stood then, the messages still queued."""

    name: str
    begins: Beginning
    consumer: str
    messages: Sequence[Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class Life:
    """What somebody does, and what consumers hear of it."""

    steps: Sequence[Step]
    deliveries: Sequence[Delivery]

    def step(self, name: str) -> Step:
        """Return a step by its name."""
        (wanted,) = (step for step in self.steps if step.name == name)
        return wanted


@dataclasses.dataclass(frozen=True)
class Result:
    """What came of calls: their statuses in order, and the books."""

    statuses: Sequence[int]
    books: Books


@dataclasses.dataclass
class Scene:
    """Where the same calls are made one after another and at once."""

    begin: Worlds
    engine: Engine
    callers: Callers
    again: int = 0

    def came_again(self) -> str:
        """Say how many calls and messages had to come again since this was asked before."""
        told, self.again = self.again, 0
        return f"{told} had to come again"

    def one_after_another(self, begins: Beginning, acts: Sequence[Act]) -> Result:
        """Make each call when the one before is answered."""
        world = self.begin(begins)
        return self._result(world, [act(world) for act in acts])

    def at_once(self, begins: Beginning, acts: Sequence[Act], *, late: bool = True) -> Result:
        """Call, then again what was refused as busy or, where asked, as too late."""
        self.engine.hold(begins.cloud)
        outcomes = self.callers.do(begins.moment, acts)
        assert any(_status(outcome) < 300 for outcome in outcomes), (
            f"nobody came through: {outcomes}"
        )
        changes = self.engine.changes()
        world = self.begin(begins)
        changes.make()
        for place, act in enumerate(acts):
            if at_once.asks_again(outcomes[place], late=late):
                self.again += 1
                outcomes[place] = act(world)
        bodies = {outcome.body for outcome in outcomes if isinstance(outcome, Answer)}
        assert late or len(bodies) < 2, f"answers differ: {bodies}"
        return self._result(world, outcomes, changes.sent)

    def heard_at_once(self, delivery: Delivery, number: int) -> Iterator[Books]:
        """Deliver, and again to those who have not done with it, whether others have or not."""
        self.engine.hold(delivery.begins.cloud)
        hear = functools.partial(World.hear, consumer=delivery.consumer, messages=delivery.messages)
        outcomes = self.callers.do(delivery.begins.moment, [hear] * number)
        assert all(isinstance(outcome, set) for outcome in outcomes), outcomes
        changes = self.engine.changes()
        left = collections.Counter(itertools.chain.from_iterable(outcomes))
        by_all = {name for name, times in left.items() if times == number}
        for again in {frozenset(by_all), frozenset(left)}:
            self.again += len(again)
            world = self.begin(_without(delivery, again))
            changes.make()
            yield self._result(world, [], changes.sent).books

    def _result(self, world: World, outcomes: Sequence[Any], sent: Books | None = None) -> Result:
        failed = [outcome.text for outcome in outcomes if isinstance(outcome, at_once.Failed)]
        assert not failed, failed[0]
        world.drain()
        assert world.dead == []
        return Result(
            [_status(outcome) for outcome in outcomes],
            chaos.books(world) + (sent or collections.Counter()),
        )


@pytest.fixture(scope="session")
def scene(begin: Worlds) -> Iterator[Scene]:
    with Cloud(CLOUD_PYTHON) as running:
        engine = Engine(running)
        with at_once.callers(engine.environment) as callers:
            yield Scene(begin, engine, callers)


@pytest.fixture(scope="session")
def lived(begin: Worlds) -> Life:
    world, hear = begin(), World.hear
    deliveries: dict[str, Delivery] = {}

    def hearing(consumer: str, messages: Sequence[Mapping[str, Any]]) -> set[str]:
        kinds = {json.loads(message["Body"]).get("kind", "") for message in messages}
        name = " ".join([consumer, *sorted(kinds)]).strip()
        if name not in deliveries:
            deliveries[name] = Delivery(name, world.keep(), consumer, messages)
        return hear(world, consumer, messages)

    with mock.patch.object(world, "hear", hearing):
        steps = [step for step in life.recorded(world) if _changes(step)]
    return Life(steps, [*deliveries.values()])


def test_nothing_is_left_out(lived: Life) -> None:
    acts: list[Declaration] = [*declarations.actions(), *declarations.schedules()]
    assert {act.name for act in acts if act.writes} == {
        _function(step.name) for step in lived.steps
    }
    heard = {delivery.consumer for delivery in lived.deliveries}
    assert {consumer.name for consumer in declarations.consumers()} == heard


@pytest.mark.parametrize("number", at_once.NUMBERS)
def test_one_key_is_one_call(number: int, lived: Life, scene: Scene, tell: Tell) -> None:
    wrong = []
    keyed = [step for step in lived.steps if step.keyed]
    for step in keyed:
        once = scene.one_after_another(step.begins, [step.act])
        actual = scene.at_once(step.begins, [step.act] * number, late=False)
        wrong += _differences(step.name, Result(once.statuses * number, once.books), actual)
    tell(f"one key: {len(keyed)} steps, by {number} at once, {scene.came_again()}")
    assert wrong == []


@pytest.mark.parametrize("number", at_once.NUMBERS)
def test_as_if_one_after_another(number: int, lived: Life, scene: Scene, tell: Tell) -> None:
    wrong = []
    for step in lived.steps:
        acts = [_of_its_own(step, place) for place in range(number)]
        wanted = scene.one_after_another(step.begins, acts)
        wrong += _differences(step.name, wanted, scene.at_once(step.begins, acts))
    tell(f"a call each: {len(lived.steps)} steps, by {number} at once, {scene.came_again()}")
    assert wrong == []


@pytest.mark.parametrize("number", at_once.NUMBERS)
def test_one_message_is_heard_once(number: int, lived: Life, scene: Scene, tell: Tell) -> None:
    wrong = []
    for delivery in lived.deliveries:
        once = scene.one_after_another(delivery.begins, [])
        for books in scene.heard_at_once(delivery, number):
            wrong += _differences(delivery.name, once, Result([], books))
    tell(
        f"one message: {len(lived.deliveries)} kinds, heard by {number} at once, {scene.came_again()}"
    )
    assert wrong == []


def _pay(world: World) -> Act:
    """Pay the newest order."""
    placed = world.get("/fiscal-drives/orders")["items"][0]
    payment = {
        "invoice_number": placed["invoice_number"],
        "amount_kopecks": placed["total_kopecks"],
        "bank_reference": "at once",
        "paid_on": world.today.isoformat(),
    }
    return _call("POST /payments", payment, who="operator", key="pays")


def _sign(world: World, step: Step) -> Act:
    signature = {"signature": giving.edo.encoded(giving.pki().sign(giving.LETTER, "director"))}
    return _call(_route(step).replace("/rejection", "/signature"), signature)


RIVALS: Mapping[str, Callable[[World, Life], Act]] = {
    "cancel_order": lambda world, lived: _pay(world),
    "expire_invoices": lambda world, lived: _pay(world),
    "reject_document": lambda world, lived: _sign(world, lived.step("reject_document")),
    "revoke_grant": lambda world, lived: lived.step("withdraw_consent").act,
    "grant_registers": lambda world, lived: lived.step("withdraw_consent").act,
    "order_fiscal_drives": lambda world, lived: lived.step("take_from_cart").act,
    "decide_application": lambda world, lived: _call(
        "POST /e-receipts/services/logo/applications/{}/cancellation".format(
            _route(lived.step("decide_application")).split("/")[3]
        )
    ),
    "revoke_credentials": lambda world, lived: _call("POST /integration-1c/credentials"),
}
"""What somebody does, and what another does meanwhile with the same thing."""


@pytest.mark.parametrize("name", RIVALS)
def test_of_two_who_want_different_things_one_comes_first(
    name: str, lived: Life, scene: Scene
) -> None:
    step = lived.step(name)
    acts = [step.act, RIVALS[name](scene.begin(step.begins), lived)]
    orders = [
        scene.one_after_another(step.begins, acts),
        scene.one_after_another(step.begins, acts[::-1]),
    ]
    orders[1] = Result(orders[1].statuses[::-1], orders[1].books)
    for _ in range(TRIES):
        actual = scene.at_once(step.begins, acts)
        wrong = [_differences(name, wanted, actual, ordered=True) for wanted in orders]
        assert [] in wrong


def _differences(name: str, wanted: Result, actual: Result, *, ordered: bool = False) -> list[str]:
    told = (wanted.statuses, actual.statuses)
    if not ordered:
        told = (sorted(wanted.statuses), sorted(actual.statuses))
    books = chaos.difference(wanted.books, actual.books, _function(name))
    statuses = "" if told[0] == told[1] else f"answered {told[1]}, not {told[0]}"
    return [f"{name}: {difference}" for difference in (statuses, books) if difference]


def _function(name: str) -> str:
    """Return the function that a step or delivery of that name puts to work."""
    return name.partition(" ")[0]


def _changes(step: Step) -> bool:
    """Whether it may change something by itself, not by a message, which is a delivery."""
    declared: list[Declaration] = [*declarations.actions(), *declarations.schedules()]
    return any(
        declaration.name == _function(step.name) and declaration.writes for declaration in declared
    )


def _call(route: str, body: Any = None, **how: Any) -> Act:
    return functools.partial(World.call, route=route, body=body, **how)


def _route(step: Step) -> str:
    assert isinstance(step.act, functools.partial)
    return str(step.act.keywords["route"])


def _of_its_own(step: Step, number: int) -> Act:
    return functools.partial(step.act, key=f"own-{number}") if step.keyed else step.act


def _status(outcome: Any) -> int:
    return outcome.status if isinstance(outcome, Answer) else 200


def _without(delivery: Delivery, again: frozenset[str]) -> Beginning:
    """Return where the delivery began, less its messages but for those that come again."""
    kept = delivery.begins.cloud
    queue = next(
        consumer.queue.logical_id
        for consumer in declarations.consumers()
        if consumer.name == delivery.consumer
    )
    gone = collections.Counter(
        (queue, message["Body"], cause_of(message.get("MessageAttributes", {})))
        for message in delivery.messages
        if message["MessageId"] not in again
    )
    messages = [*(collections.Counter(kept.messages) - gone).elements()]
    cloud = dataclasses.replace(kept, messages=messages)
    return dataclasses.replace(delivery.begins, cloud=cloud)
