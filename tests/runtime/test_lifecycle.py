"""A change of state: what is answered is what is kept, from one reading of the clock."""

from enum import StrEnum
from typing import ClassVar

import pytest
from boto3.dynamodb.conditions import Attr

from chalicelib.runtime.commit import commit, transact
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.model import Model
from chalicelib.runtime.table import Get, Table, fetch, to_item
from tests.support.world import World

TABLE = Table("FiscalDrives")


class LampState(StrEnum):
    """States of the thing under test."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class LampStateNotAllowed(StateNotAllowed):
    """The lamp is in another state."""

    detail = "Лампа {now}."
    member = "lamp_state"
    in_words: ClassVar = {
        LampState.OFF: "выключена",
        LampState.ON: "включена",
        LampState.BROKEN: "разбита",
    }


LAMP = Lifecycle(
    {
        LampState.OFF: {LampState.ON, LampState.BROKEN},
        LampState.ON: {LampState.OFF, LampState.BROKEN},
    },
    refusal=LampStateNotAllowed,
)


class Lamp(Model):
    """The thing under test."""

    state: LampState
    place: str
    note: str | None = None
    bulbs: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...]


@pytest.fixture
def lamp(world: World, advancing_clock: None) -> Lamp:
    """Keep a lamp that is off."""
    beginning = LAMP.begin(LampState.OFF, Actor.CLIENT)
    lamp = Lamp(state=beginning.state, place="hall", history=beginning.history)
    transact([TABLE.put({"client_id": "client-1", "sk": "lamp", **to_item(lamp)}, new=True)])
    return lamp


def kept() -> Lamp | None:
    """Read the lamp."""
    get: Get[Lamp] = TABLE.get("client-1", "lamp", Lamp.model_validate)
    return fetch(get)


def test_answer_of_a_move_is_what_is_kept(lamp: Lamp) -> None:
    move = LAMP.move(lamp, LampState.ON, Actor.OPERATOR, note="bright", append={"bulbs": "e27"})
    answer = commit(move.changed, move.write(TABLE, "client-1", "lamp"))
    assert answer == kept()
    assert answer.history[-1] == HistoryEntry(status="on", at=move.at, by=Actor.OPERATOR)
    assert (answer.note, answer.bulbs) == ("bright", ("e27",))


def test_field_set_to_none_is_removed(lamp: Lamp) -> None:
    on = LAMP.move(lamp, LampState.ON, Actor.CLIENT, note="bright")
    off = LAMP.move(on.changed, LampState.OFF, Actor.CLIENT, note=None)
    transact([on.write(TABLE, "client-1", "lamp")])
    transact([off.write(TABLE, "client-1", "lamp")])
    assert kept() == off.changed


@pytest.mark.parametrize("state", LampState)
@pytest.mark.parametrize("target", LampState)
def test_only_declared_transitions_are_possible(state: LampState, target: LampState) -> None:
    if target in LAMP.transitions.get(state, ()):
        LAMP.require(state, target)
    else:
        with pytest.raises(LampStateNotAllowed) as refused:
            LAMP.require(state, target)
        assert refused.value.members == {"lamp_state": state.value}
    assert LAMP.is_final(state) == (state is LampState.BROKEN)


def test_move_that_lost_a_race_is_refused_with_the_state_found(lamp: Lamp) -> None:
    first = LAMP.move(lamp, LampState.BROKEN, Actor.CLIENT)
    second = LAMP.move(lamp, LampState.ON, Actor.CLIENT)
    transact([first.write(TABLE, "client-1", "lamp")])
    with pytest.raises(LampStateNotAllowed) as refused:
        transact([second.write(TABLE, "client-1", "lamp")])
    assert (refused.value.state, refused.value.detail) == (LampState.BROKEN, "Лампа разбита.")
    assert kept() == first.changed


def test_write_takes_further_attributes_and_conditions(lamp: Lamp) -> None:
    move = LAMP.move(lamp, LampState.ON, Actor.CLIENT)
    wrong = Attr("place").eq("kitchen")
    with pytest.raises(LampStateNotAllowed):
        transact([move.write(TABLE, "client-1", "lamp", when=wrong)])
    right = Attr("place").eq("hall")
    transact([move.write(TABLE, "client-1", "lamp", put={"note": "index"}, when=right)])
    assert kept() == move.changed.model_copy(update={"note": "index"})
