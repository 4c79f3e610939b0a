"""The licence rules compared with a model: two of our participants and one of another operator."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.services.edo.licences import catalogue, model
from infra.demonstration_pki import DemonstrationPki
from tests.support import edo
from tests.support.world import Answer, Beginning, World, Worlds

OURS = ("client", "other_client")
PACKAGES = {"short": (3, 1), "long": (9, 2)}
"""Days and documents. A run must end within thirty days, when the revocation list expires."""


@dataclasses.dataclass
class Package:
    """A paid package in the model."""

    ends: dt.date
    left: int


@dataclasses.dataclass
class Waiting:
    """A document that its recipient has not signed."""

    document_id: str
    recipient: str
    roaming: bool


def machine(
    worlds: Worlds, pki: DemonstrationPki, beginning: Beginning, ids: dict[str, str]
) -> type[RuleBasedStateMachine]:
    class Exchange(RuleBasedStateMachine):
        world: World

        @initialize()
        def begin(self) -> None:
            self.world = worlds(beginning)
            self.packages: dict[str, list[Package]] = {who: [] for who in OURS}
            self.waiting: list[Waiting] = []

        def running(self, who: str) -> list[Package]:
            today = self.world.today
            usable = [
                package
                for package in self.packages[who]
                if package.ends >= today and package.left > 0
            ]
            return sorted(usable, key=lambda package: package.ends)

        @rule(who=st.sampled_from(OURS), package=st.sampled_from(sorted(PACKAGES)))
        def buy(self, who: str, package: str) -> None:
            edo.buy(self.world, who, package)
            today = self.world.today
            days, documents = PACKAGES[package]
            self.packages[who].append(Package(today + dt.timedelta(days=days), documents))

        @rule(who=st.sampled_from(OURS), to=st.sampled_from((*OURS, "foreigner")))
        def send(self, who: str, to: str) -> None:
            if who == to:
                return
            running = self.running(who)
            answer = edo.send(self.world, pki, ids[to], who)
            if to == "foreigner" and not running:
                assert answer.problem == "edo-licence-required"
                return
            assert answer.status == 201, answer.body
            assert answer.json["charged"] is bool(running)
            if running:
                running[0].left -= 1
            if to in OURS:
                self.waiting.append(Waiting(answer.json["document_id"], to, roaming=False))

        @rule(to=st.sampled_from(OURS))
        def arrive(self, to: str) -> None:
            document_id = edo.arrive(self.world, pki, ids[to], edo.TEXT.encode())
            assert self.world.get(f"/edo/documents/{document_id}", who=to)["roaming"] is True
            self.waiting.append(Waiting(document_id, to, roaming=True))

        @precondition(lambda self: self.waiting)
        @rule(data=st.data())
        def sign(self, data: st.DataObject) -> None:
            document = data.draw(st.sampled_from(self.waiting))
            answer: Answer = edo.sign(self.world, pki, document.document_id, document.recipient)
            if document.roaming and not self.running(document.recipient):
                assert answer.problem == "edo-licence-required"
                return
            assert answer.status == 200, answer.body
            self.waiting.remove(document)

        @rule(days=st.integers(1, 2))
        def wait(self, days: int) -> None:
            self.world.advance(days=days)

        @invariant()
        def what_is_shown_is_what_is_left(self) -> None:
            for who in OURS:
                shown, running = edo.licence(self.world, who), self.running(who)
                assert (shown["state"] == "active") is bool(running)
                assert shown["colour"] == ("orange" if running else "red")
                left = [shown["documents_left"]] if running else []
                left += [package["documents_left"] for package in shown["next_packages"]]
                assert sorted(left) == sorted(package.left for package in running)
                if running:
                    assert shown["valid_until"] == running[0].ends.isoformat()
            assert self.world.dead == []

    return Exchange


def test_licence_rules_hold_in_any_order_of_steps(
    worlds: Worlds,
    world: World,
    ids: dict[str, str],
    pki: DemonstrationPki,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_sale = tuple(
        model.Package(
            package_id=name, title=name, documents=documents, days=days, price_kopecks=100_00
        )
        for name, (days, documents) in PACKAGES.items()
    )
    monkeypatch.setattr(catalogue, "packages_on_sale", lambda: on_sale)
    beginning = world.keep()
    run_state_machine_as_test(
        machine(worlds, pki, beginning, ids),
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
