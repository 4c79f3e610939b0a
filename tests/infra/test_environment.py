"""An environment is made as pip is configured, and a failure is one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import environment, interpreter

PIP = {
    "index-url": "https://pypi.example.ru/simple",
    "extra-index-url": "https://one.example.ru/simple\nhttps://two.example.ru/simple",
    "find-links": "/opt/wheels",
    "cert": "/etc/ssl/own.pem",
}


def test_uv_does_as_pip_is_configured() -> None:
    assert environment.settings(PIP, {"SSL_CERT_FILE": "/etc/ssl/other.pem"}) == {
        "UV_DEFAULT_INDEX": "https://pypi.example.ru/simple",
        "UV_INDEX": "https://one.example.ru/simple https://two.example.ru/simple",
        "UV_FIND_LINKS": "/opt/wheels",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (
            "error: Request failed\n  cause: Failed to fetch: x\n  cause: Connection refused\n",
            "Request failed: Failed to fetch: x: Connection refused",
        ),
        ("WARNING: slow\nERROR: No matching distribution\n", "No matching distribution"),
        ("Killed\n", "Killed"),
        ("", ""),
    ],
)
def test_a_reason_is_one_line(printed: str, reason: str) -> None:
    assert environment._reason(printed) == reason


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Environment {} could not be made: "), ("ru", "Не запустилось: окружение {} не ")],
)
def test_a_failure_is_one_sentence(tmp_path: Path, language: str, sentence: str) -> None:
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    command = [sys.executable, "-m", "infra.environment", folder, "requirements-cloud.txt"]
    done = subprocess.run(
        [*map(str, command), "--uv", "/bin/false"],
        env=os.environ | {"SPEAK": language},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.strip().startswith(sentence.format(folder))
    assert done.stderr.strip().count("\n") == 0


def test_an_environment_as_deployed_has_the_python_of_the_cloud_where_there_is_one(
    tmp_path: Path,
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.touch()
    command = [sys.executable, "-m", "infra.environment", tmp_path / "venv", requirements]
    subprocess.run([*map(str, command), "--as-deployed"], check=True, capture_output=True)
    expected = interpreter.find(interpreter.PINNED) or Path(sys.executable)
    made = interpreter.version_of(tmp_path / "venv" / "bin" / "python")
    assert made == interpreter.version_of(expected)
