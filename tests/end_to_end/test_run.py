"""The product starts from one command, stops at a signal, and keeps its data."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

ROOT = Path(__file__).parents[2]
CLOUD_PYTHON = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))


def command(state: Path, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "infra.local.run", "--port", str(port)),
        *("--cloud-python", str(CLOUD_PYTHON), "--state", str(state)),
    ]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(arguments: list[str], number: int) -> Iterator[urllib3.PoolManager]:
    process = subprocess.Popen(
        arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        printed = ""
        while "Готово" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield urllib3.PoolManager(retries=False, timeout=30)
    finally:
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, rest
    assert "сохраняются" in rest


def test_run_serves_one_origin_and_keeps_data(tmp_path: Path, port: int) -> None:
    arguments = command(tmp_path, port)
    url = f"http://127.0.0.1:{port}"

    def token(http: urllib3.PoolManager) -> str:
        answer = http.request("POST", f"{url}/local/token", json={"persona": "romashka"})
        return str(answer.json()["token"])

    with running(arguments, signal.SIGINT) as http:
        assert "app.js" in http.request("GET", f"{url}/").data.decode()
        assert "Справочник API" in http.request("GET", f"{url}/reference/").data.decode()
        assert http.request("GET", f"{url}/viewer/swagger-ui-bundle.js").status == 200
        headers = {"Authorization": f"Bearer {token(http)}", "Content-Type": "application/json"}
        path = f"{url}/api/fiscal-drives/cart/fn-1.2-15"
        assert http.request("PUT", path, headers=headers, body=b'{"quantity": 7}').status == 200

    with running(arguments, signal.SIGTERM) as http:
        cart = http.request("GET", f"{url}/api/fiscal-drives/cart", headers=headers).json()
        assert [line["quantity"] for line in cart["lines"]] == [7]


def test_run_says_when_its_port_is_taken(tmp_path: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = subprocess.run(
            command(tmp_path, port), cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr
