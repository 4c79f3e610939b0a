"""An environment of its own for a list of pinned packages, by the standard library alone.

python -m infra.environment .venv requirements.txt requirements-dev.txt

uv installs, at its pinned version; where pip finds its indexes and certificates, uv does too. Its
Python is the one that runs this, or with ``--as-deployed`` the version that the functions run on in
the cloud, if this machine has one.
"""

from __future__ import annotations  # an older Python, too, reads as far as its refusal

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra import interpreter

LEAST = (3, 11)
SENTENCES = {
    "en": {
        "old": "Python {0}.{1} or newer is needed, this is {2}.",
        "begin": "Environment {0}: installing {1} packages",
        "done": "Environment {0}: {1} packages installed in {2:.0f} s",
        "failed": "Environment {0} could not be made: {1}",
    },
    "ru": {
        "old": "Нужен Python {0}.{1} или новее, а это {2}.",
        "begin": "  окружение {0}: устанавливается {1} пакетов",
        "done": "  окружение {0}: {1} пакетов установлено за {2:.0f} с",
        "failed": "Не запустилось: окружение {0} не собралось: {1}",
    },
}
_DOT_SECONDS = 2.0


class Failed(Exception):
    """A command did not succeed; the text is its last message."""


def settings(pip: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables by which uv does as pip is configured to.

    Args:
        pip: what `pip config list` says, by option without its section.
        environ: the environment; what it says to uv itself has precedence.
    """
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "trusted-host": "UV_INSECURE_HOST",
        "timeout": "UV_HTTP_TIMEOUT",
        "cert": "SSL_CERT_FILE",
        "proxy": "ALL_PROXY",
    }
    variables = {uv: pip[option] for option, uv in names.items() if option in pip}
    if "UV_FIND_LINKS" in variables:
        variables["UV_FIND_LINKS"] = ",".join(variables["UV_FIND_LINKS"].split())
    if "UV_INDEX" in variables:  # pip looks into every index; what is taken is pinned by its digest
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {
        name: " ".join(value.split()) for name, value in variables.items() if name not in environ
    }


def pip_options(python: Path) -> dict[str, str]:
    """Return pip's configuration, from its files and the environment, by option."""
    options = {}
    for line in _run([str(python), "-m", "pip", "config", "list"]).splitlines():
        name, _, value = line.partition("=")
        options[name.rpartition(".")[2]] = value.strip("'\"")
    return options


def _run(command: Sequence[str], **environment: str) -> str:
    """Run a command, with a dot now and then, and return what it printed.

    Raises:
        Failed: with the line that says why.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
        shown = time.monotonic()
        while process.poll() is None:
            time.sleep(0.05)
            if time.monotonic() - shown > _DOT_SECONDS:
                print(".", end="", flush=True)
                shown = time.monotonic()
        output.seek(0)
        printed = output.read()
    if process.returncode:
        raise Failed(_reason(printed) or f"{command[0]} ended with {process.returncode}")
    return printed


def _reason(printed: str) -> str:
    """Return in one line why a command failed: what it names first, and the innermost cause."""
    lines = [line.strip(" ×│├╰─▶") for line in printed.splitlines() if line.strip()]
    matches = [re.match(r"(?:error|cause|caused by): (.*)", line, re.IGNORECASE) for line in lines]
    causes = [match[1] for match in matches if match] or lines[-1:]
    return ": ".join(dict.fromkeys([*causes[:2], *causes[-1:]]))


def make(folder: Path, requirements: Sequence[Path], *, uv: Path, base: Path | None = None) -> int:
    """Make the environment hold exactly the packages required; return how many those are.

    Args:
        folder: of the environment, which is made if it is not there.
        requirements: files of pinned packages.
        uv: the program; installed into the environment if it is not there.
        base: the interpreter of a new environment, made by uv; None for the one that runs this.

    Raises:
        Failed: a package could not be had, or pip or uv did not run.
    """
    python = folder / "bin" / "python"
    if not python.exists() and base:
        _run([str(uv), "venv", "--quiet", "--clear", "--python", str(base), str(folder)])
    elif not python.exists():
        venv.create(folder, with_pip=True, symlinks=True)
    if not uv.exists():
        pin = folder / "uv.txt"
        pin.write_text(_pin(Path("requirements-dev.txt"), "uv"), encoding="utf-8")
        quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        _run([str(python), "-m", "pip", "install", *quiet, "-r", str(pin)])
    sync = [str(uv), "pip", "sync", "--quiet", "--python", str(python), "--require-hashes"]
    pip = pip_options(uv.with_name("python"))
    _run([*sync, *map(str, requirements)], **settings(pip, os.environ))
    return _count(requirements)


def _pin(requirements: Path, package: str) -> str:
    """Return the lines that pin a package, with its digests."""
    lines: list[str] = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{package}==") or (lines and line.startswith(" ")):
            lines.append(line)
        elif lines:
            break
    return "\n".join(lines) + "\n"


def _count(requirements: Sequence[Path]) -> int:
    lines = [line for file in requirements for line in file.read_text("utf-8").splitlines()]
    return sum("==" in line and not line.startswith(" ") for line in lines)


def main() -> int:
    """Run from the command line; returns the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("requirements", type=Path, nargs="+")
    options.add_argument("--uv", type=Path, default=Path(".venv/bin/uv"))
    options.add_argument("--as-deployed", action="store_true")
    given = options.parse_args()
    sentences = SENTENCES[os.environ.get("SPEAK", "en")]
    if sys.version_info < LEAST:
        print(sentences["old"].format(*LEAST, sys.version.split()[0]), file=sys.stderr)
        return 1
    started = time.monotonic()
    print(sentences["begin"].format(given.folder, _count(given.requirements)), end="", flush=True)
    base = interpreter.find(interpreter.PINNED) if given.as_deployed else None
    try:
        count = make(given.folder, given.requirements, uv=given.uv, base=base)
    except (Failed, OSError, subprocess.CalledProcessError) as error:
        print("\n" + sentences["failed"].format(given.folder, error), file=sys.stderr)
        return 1
    print("\n" + sentences["done"].format(given.folder, count, time.monotonic() - started))
    (given.folder / "ready").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
