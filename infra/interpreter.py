"""The Python that the functions run on in the cloud, and where this machine has one.

By the standard library alone: an environment is made before anything is installed.
"""

from __future__ import annotations  # as in infra.environment

import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PINNED = "3.13"
"""The minor version that the functions run on, whichever Python builds and deploys them."""
RUNTIME = f"python{PINNED}"
"""The Lambda runtime, on Amazon Linux 2023."""
GLIBC = (2, 34)
"""The C library of Amazon Linux 2023; a module that needs a later one cannot be imported there."""

_ASK = "import sys; print('%d.%d' % sys.version_info[:2], sys.version_info[3], sys.abiflags)"


def version_of(python: Path) -> str:
    """Return the minor version of an interpreter, such as ``3.13``.

    Raises:
        OSError: the interpreter is missing.
        subprocess.CalledProcessError: the interpreter does not start.
    """
    return _asked(python)[0]


@functools.cache
def find(version: str) -> Path | None:
    """Return an interpreter of a minor version, this process's own if it is one.

    The others are looked for on the path and where pyenv and uv keep theirs. A release candidate
    and a free-threaded build do not count: their bytecode or their extension modules differ.

    Returns:
        None: this machine has no such interpreter.
    """
    for python in _candidates(version):
        try:
            if _asked(python) == [version, "final"]:
                return python
        except (OSError, subprocess.CalledProcessError):
            continue  # pyenv leaves scripts on the path that only say what else to do
    return None


def _asked(python: Path) -> list[str]:
    command = [str(python), "-I", "-S", "-c", _ASK]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def _candidates(version: str) -> Iterator[Path]:
    yield Path(sys.executable)
    name = f"python{version}"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if os.access(python := Path(folder, name), os.X_OK):
            yield python
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"))
    data = Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser()
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", data / "uv" / "python"))
    yield from sorted(uv.glob(f"cpython-{version}.*/bin/{name}"))
