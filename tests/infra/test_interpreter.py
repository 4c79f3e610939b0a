"""An interpreter is found by what it says of itself, not by its name."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import interpreter

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine on which Pythons lie only below this folder."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    interpreter.find.cache_clear()
    yield tmp_path
    interpreter.find.cache_clear()


def python(path: Path, says: str) -> Path:
    """A program in the place of an interpreter, which tells its version so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return path


def test_the_running_python_serves_its_own_version() -> None:
    assert interpreter.find(OWN) == Path(sys.executable)
    assert interpreter.version_of(Path(sys.executable)) == OWN


def test_none_is_found_where_there_is_none() -> None:
    assert interpreter.find("3.9") is None


@pytest.mark.parametrize(
    "place",
    ["bin/python3.9", "pyenv/versions/3.9.7/bin/python3.9", "uv/cpython-3.9.7-linux/bin/python3.9"],
)
def test_it_is_found_where_it_is_usually_kept(places: Path, place: str) -> None:
    installed = python(places / place, "echo 3.9 final")
    assert interpreter.find("3.9") == installed


def test_what_does_not_run_or_is_not_released_is_passed_over(places: Path) -> None:
    python(places / "bin" / "python3.9", "echo command not found >&2; exit 127")
    python(places / "pyenv/versions/3.9.0rc1/bin/python3.9", "echo 3.9 candidate")
    python(places / "pyenv/versions/3.9.1t/bin/python3.9", "echo 3.9 final t")
    assert interpreter.find("3.9") is None
    interpreter.find.cache_clear()
    installed = python(places / "uv/cpython-3.9.1-linux/bin/python3.9", "echo 3.9 final")
    assert interpreter.find("3.9") == installed
