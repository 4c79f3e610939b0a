"""The command enrols by the deployed function, here run in process."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from infra import enrol
from tests.support import steps
from tests.support.world import World

ARN = "arn:aws:iam::123456789012:user/volkova"
FUNCTIONS = {
    "test-enrol-landlord": "enrol_landlord",
    "test-strike-off-landlord": "strike_off_landlord",
}


@pytest.fixture
def clients(world: World) -> Callable[[str], Any]:
    import app

    class Deployed:
        def get_caller_identity(self) -> dict[str, str]:
            return {"Arn": ARN}

        def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> Any:  # noqa: N803
            assert Qualifier == "live"
            with world.running(FUNCTIONS[FunctionName]):
                made = app.app(json.loads(Payload), None)
            return {"Payload": io.BytesIO(json.dumps(made).encode())}

    return lambda service: Deployed()


def run(clients: Callable[[str], Any], *arguments: str) -> int:
    return enrol.main([*arguments, "--stage", "test"], clients)


def test_enrols_and_strikes_off(
    world: World, clients: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    steps.know_organisation(world, "client-4")
    assert run(clients, "client-4") == 0
    assert "ООО «Ромашка», ИНН 7728168971: enrolled" in capsys.readouterr().out
    assert [item["landlord_id"] for item in world.get("/rent/landlords")["items"]] == ["client-4"]
    assert run(clients, "client-4", "--strike-off") == 0
    assert world.get("/rent/landlords")["items"] == []
    history = world.get("/rent/landlords/client-4", who="operator")["history"]
    assert [(entry["status"], entry["by"], entry["subject"]) for entry in history] == [
        ("enrolled", "operator", ARN),
        ("struck_off", "operator", ARN),
    ]


def test_tells_why_not(
    world: World, clients: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clients, "nobody") == 1
    assert "Организация не найдена" in capsys.readouterr().err


def test_tells_of_a_function_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def get_caller_identity(self) -> dict[str, str]:
            return {"Arn": ARN}

        def invoke(self, **_: Any) -> dict[str, Any]:
            return {"Payload": io.BytesIO(b'{"errorMessage": "Task timed out"}')}

    assert enrol.main(["client-4", "--stage", "test"], lambda service: Broken()) == 1
    assert "Task timed out" in capsys.readouterr().err
