"""The product starts from one command, stops at a signal, and keeps its data."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

ROOT = Path(__file__).parents[3]


def command(template: Path, artifact: Path, cloud_python: Path, state: Path, port: int) -> list:
    return [
        *(sys.executable, "-m", "infra.local.run", "--port", str(port)),
        *("--template", str(template), "--artifact", str(artifact)),
        *("--cloud-python", os.path.relpath(cloud_python, ROOT), "--state", str(state)),
    ]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(arguments: list, number: int) -> Iterator[urllib3.PoolManager]:
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
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    assert "сохраняются" in rest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda found: found.name)
def test_run_serves_one_origin_and_keeps_data(
    template: Path, pack: Any, cloud_python: Path, tmp_path: Path, port: int, number: int
) -> None:
    arguments = command(template, pack(), cloud_python, tmp_path / "state", port)
    url = f"http://127.0.0.1:{port}"
    headers = {"Authorization": "Bearer client-1"}
    with running(arguments, number) as http:
        assert "Справочник API" in http.request("GET", f"{url}/").data.decode()
        assert http.request("GET", f"{url}/viewer/swagger-ui-bundle.js").status == 200
        assert http.request("GET", f"{url}/api/openapi.json").json()["openapi"] == "3.1.0"
        assert http.request("GET", f"{url}/local/.well-known/jwks.json").status == 200
        assert http.request("GET", f"{url}/api/things/mail", headers=headers).status == 200

        post = http.request("GET", f"{url}/api/things/upload", headers=headers).json()
        bucket = post["url"].rpartition("/")[2]
        form = {**post["fields"], "file": ("name", b"content")}
        assert http.request("POST", f"{url}/{bucket}", fields=form).status == 204
        forged = form | {"x-amz-signature": "0" * 64}
        assert http.request("POST", f"{url}/{bucket}", fields=forged).status == 403

    with running(arguments, number) as http:
        assert len(http.request("GET", f"{url}/local/messages").json()["items"]) == 2


def test_run_says_why_it_cannot(
    template: Path, pack: Any, cloud_python: Path, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        arguments = command(
            template, pack(), cloud_python, tmp_path / "state", taken.getsockname()[1]
        )
        started = time.monotonic()
        finished = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert finished.returncode == 1
    assert "in use" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert time.monotonic() - started < 10


def test_the_cloud_dies_with_a_killed_run(
    template: Path, pack: Any, cloud_python: Path, tmp_path: Path, port: int
) -> None:
    state = tmp_path / "state"
    arguments = command(template, pack(), cloud_python, state, port)
    (tmp_path / "tmp").mkdir()
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while "Готово" not in process.stdout.readline():
        pass
    process.kill()
    process.communicate()

    deadline = time.monotonic() + 20
    while list((tmp_path / "tmp").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "shutting down" in (state / "cloud.log").read_text()
