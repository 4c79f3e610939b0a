"""The answer of every action is what is kept, to the last digit of every time."""

import re
from typing import Any

import pytest

from chalicelib.runtime.action import signature
from chalicelib.runtime.declaration import Action
from infra import declarations
from tests.support import life
from tests.support.world import Answer, World

READS = [action for action in declarations.actions() if action.is_read]
LEAST_COMPARED = 15
"""Actions whose answers are read back, so that the test does not pass by comparing nothing."""


def reading(action: Action, path: str, answer: dict[str, Any]) -> str | None:
    """Return the path that reads the thing in the answer of ``action``, None if there is none."""
    for read in READS:
        *prefix, name = read.path.split("/")
        created = action.path == "/".join(prefix) and re.fullmatch(r"{(\w+)}", name)
        if created and created[1] in answer:
            return f"{path}/{answer[created[1]]}"
        if signature(action)["return"] is signature(read)["return"]:
            if action.path == read.path:
                return path
            if action.path.rpartition("/")[0] == read.path:
                return path.rpartition("/")[0]
    return None


@pytest.mark.usefixtures("advancing_clock")
def test_answers_are_what_is_read_afterwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call, compared = world.call, set()

    def checked(route: str, body: Any = None, **how: Any) -> Answer:
        answer = call(route, body, **how)
        action = life._serving(route)
        path = route.partition(" ")[2]
        changes = action.writes and not action.is_read and answer.status < 300
        if not changes or not answer.body.startswith(b"{"):
            return answer
        read_path = reading(action, path, answer.json)
        if read_path is None:
            return answer
        read = call(f"GET {read_path}", who=how.get("who", "client"))
        if read.status == 200:
            shared = answer.json.keys() & read.json.keys()
            different = {key for key in shared if answer.json[key] != read.json[key]}
            assert not different, f"{action.name}: {different} of {read_path}"
            compared.add(action.name)
        return answer

    monkeypatch.setattr(world, "call", checked)
    life.live(world)
    assert len(compared) >= LEAST_COMPARED, sorted(compared)
