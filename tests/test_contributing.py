"""The example of CONTRIBUTING.md works, applied word for word to a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".local", "build", "__pycache__")
"""The caches of mypy and ruff are copied: they halve the time of this test."""
COMMANDS = re.findall(
    "^```sh\n(.*?)^```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.M | re.S
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tree, with this environment in place of one of its own."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    (tree / ".venv").symlink_to(sys.prefix)
    for requirements in tree.glob("requirements*.txt"):
        os.utime(requirements, (0, 0))  # older than the environment, so make leaves that alone
    return tree


def run(command: list[str], tree: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    environment["GIT_CEILING_DIRECTORIES"] = str(tree.parent)
    done = subprocess.run(
        command,
        cwd=tree,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4_000:]}"


def test_example_passes_what_it_names(copy: Path) -> None:
    run(["git", "apply", "CONTRIBUTING.md"], copy)
    assert "class Note(" in (copy / "chalicelib/services/fiscal_drives/model.py").read_text()
    (commands,) = COMMANDS
    for line in commands.splitlines():
        run(line.split(), copy)
    assert '"write_note"' in (copy / "chalicelib/openapi.json").read_text()
