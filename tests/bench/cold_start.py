"""Instructions until a function can take its first call, beside the least it could be."""

import compileall
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra import functions
from infra.artifact import BUILD, architecture
from infra.build import build
from tests.support import cloud

_FLOOR = """
import boto3
from pydantic import BaseModel
boto3.client("dynamodb"); boto3.client("sqs")
class One(BaseModel): name: str; count: int
class Two(BaseModel): name: str; count: int
class Three(BaseModel): name: str; count: int
class Four(BaseModel): name: str; count: int
class Five(BaseModel): name: str; count: int
"""
_FLOOR_PACKAGES = ["boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3"]
_FLOOR_PACKAGES += ["pydantic", "pydantic_core", "annotated_types", "typing_inspection"]
_FLOOR_MODULES = ["six", "typing_extensions"]
_CLIENT = "\nfrom chalicelib.runtime.aws import client; client({!r})"
# What a first call goes on to load counts too: a client, the authorizer's own module.
_STARTS = {
    "order_fiscal_drives": "import app" + _CLIENT.format("dynamodb"),
    "read_platform": "import app",
    "authorizer": "import app, chalicelib.runtime.authorizer",
    "relay": "import chalicelib.runtime.relay" + _CLIENT.format("sqs"),
}


def run() -> list[tuple[str, str]]:
    """(what, figure) for each measurement. Instructions by valgrind, as ratios to the floor."""
    if not shutil.which("valgrind"):
        return [("cold start", "SKIPPED: valgrind is not installed")]
    build()
    tree = BUILD / f"tree-{architecture()}"
    bare = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0", **cloud.ACCESS}
    nothing = _instructions("pass", tree, bare)
    with tempfile.TemporaryDirectory() as folder:
        floor = _instructions(_FLOOR, _installed(Path(folder)), bare)
    figures = [("cold start: the floor", f"{floor / 1e6:.0f} M instructions")]
    figures.append(("cold start: Python alone, in each", f"{nothing / 1e6:.0f} M"))
    declared = {one.name: one for one in functions.all_functions(cloud.queue_names())}
    for name, script in _STARTS.items():
        spent = _instructions(script, tree, bare | _environment(declared[name]))
        figures.append((f"cold start: {name}", f"{spent / floor:.2f}× ({spent / 1e6:.0f} M)"))
    return figures


def _installed(folder: Path) -> Path:
    """Return a folder with the floor's packages as anybody installs them: whole, and compiled."""
    for name in _FLOOR_PACKAGES:
        (source,) = map(Path, importlib.util.find_spec(name).submodule_search_locations)
        shutil.copytree(source, folder / name)
    for name in _FLOOR_MODULES:
        shutil.copy(importlib.util.find_spec(name).origin, folder)
    compileall.compile_dir(folder, quiet=2)
    return folder


def _environment(function: functions.Function) -> dict[str, str]:
    """Return what the template sets for a function, with values of the tests."""
    refs = function.settings | {
        one.variable: functions.physical_name(one) for one in function.resources
    }
    values = {name: cloud.physical_name(ref["Ref"]) for name, ref in refs.items()}
    return {"SECTION": function.section, **values}


def _instructions(script: str, tree: Path, environment: dict[str, str]) -> int:
    """Count in Python with the standard library and the artifact alone."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
    command += ["--cachegrind-out-file=/dev/null", sys.executable, "-S", "-B", "-c"]
    # Not -I: it would ignore PYTHONHASHSEED, and the counts would wander.
    command.append(f"import sys; sys.path[0] = {str(tree)!r}\n{script}")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tree)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if not found:
        raise RuntimeError(done.stderr)
    return int(found[1].replace(",", ""))
