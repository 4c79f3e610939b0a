"""What a developer of Chalice tries first works, or says what to use instead."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.artifact import ROOT

CHALICE = Path(sys.executable).with_name("chalice")
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the checkout without dependencies, which take minutes to install."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "app.py", folder)
    for part in (".chalice", "chalicelib"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "requirements.txt").touch()
    return folder


def chalice(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(CHALICE), *arguments]
    return subprocess.run(command, cwd=project, env=ENVIRONMENT, capture_output=True, text=True)


def test_chalice_package_makes_the_definition_of_the_api(project: Path) -> None:
    done = chalice(project, "package", "out")
    assert done.returncode == 0, done.stderr
    template = json.loads((project / "out" / "sam.json").read_text(encoding="utf-8"))
    definition = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    assert "/fiscal-drives" in definition["paths"]


def test_chalice_deploy_names_the_command_that_deploys(project: Path) -> None:
    done = chalice(project, "deploy")
    assert done.returncode != 0
    assert "make deploy STAGE=" in done.stderr
    assert "Traceback" not in done.stderr


def test_chalice_local_serves_the_calls_that_need_nothing(project: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(CHALICE), "local", "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=project, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert _get(port, "/health") == (200, {"status": "ok"})
    finally:
        server.terminate()
        server.wait(10)


def _get(port: int, path: str) -> tuple[int, object]:
    deadline = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except ConnectionError:
            assert time.monotonic() < deadline, "chalice local does not answer"
            time.sleep(0.1)
        finally:
            connection.close()
