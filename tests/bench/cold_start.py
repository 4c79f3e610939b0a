"""Instructions until a function can take its first call, beside the least it could be.

Counted by valgrind, one run each: they do not mind what else the machine does.
"""

import functools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chalicelib.runtime.aws import Service
from chalicelib.runtime.resource import (
    Bucket,
    MailEvents,
    MailIdentity,
    Queue,
    Resource,
    SmsProvider,
)
from chalicelib.runtime.table import Table
from infra import artifact, functions, interpreter
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
_FLOOR_MODULES = ["six.py", "typing_extensions.py"]
_SERVICES: Mapping[type[Resource], Service] = {
    Table: "dynamodb",
    Queue: "sqs",
    Bucket: "s3",
    SmsProvider: "sns",
    MailIdentity: "sesv2",
    MailEvents: "sesv2",
}
GOAL, TRIMMED_GOAL = 1.10, 0.90
_WORST = 10
_PROCESSORS = 2


def run() -> list[tuple[str, str]]:
    """(what, figure) for the floor, the goals and the worst functions, as ratios to the floor."""
    if shutil.which("valgrind") is None:
        return [("cold start", "SKIPPED: valgrind is not installed")]
    names = [function.name for function in everything()]
    floor, ratios = measure(names)
    over, trimmed = (
        sum(ratio > goal for ratio in ratios.values()) for goal in (GOAL, TRIMMED_GOAL)
    )
    middle = statistics.median(ratios.values())
    return [
        ("cold start: the floor", f"{floor / 1e6:.0f} M instructions"),
        (f"cold start: over {GOAL:.2f}×", f"{over} of {len(names)} functions"),
        (f"cold start: over {TRIMMED_GOAL:.2f}×", f"{trimmed} of {len(names)} functions"),
        ("cold start: the middle one", f"{middle:.2f}×"),
        *(
            (f"cold start: {name}", f"{ratio:.2f}×")
            for name, ratio in sorted(ratios.items(), key=lambda pair: -pair[1])[:_WORST]
        ),
    ]


def everything() -> list[functions.Function]:
    """Return every function of the deployment."""
    return functions.all_functions(cloud.queue_names())


def measure(names: Sequence[str]) -> tuple[int, dict[str, float]]:
    """Return the instructions of the floor, and what each function takes as a ratio to them."""
    tree = artifact.tree_of(build(python=_python()).artifact)
    bare = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", **cloud.ACCESS}
    declared = {function.name: function for function in everything()}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_PROCESSORS) as pool:
        floor = pool.submit(_instructions, _FLOOR, _installed(Path(folder)), bare)
        counts = {
            name: pool.submit(
                _instructions, _start(declared[name]), tree, bare | _environment(declared[name])
            )
            for name in names
        }
        least = floor.result()
        return least, {name: count.result() / least for name, count in counts.items()}


_MODELS = """
from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.declaration import DECLARED
from chalicelib.runtime.model import Model
for one in DECLARED:
    if one.name in {names!r} and hasattr(one, "method"):
        hints = signature(one)
        for model in (*(payload_of(hints) or ())[1:], hints["return"]):
            if isinstance(model, type) and issubclass(model, Model):
                model.model_rebuild()
"""
"""What a function serves is built with its first call, so it counts."""


def _start(function: functions.Function) -> str:
    """Return what is run until a first call is read and answered, but for what it does."""
    lines = [f"import {function.handler.rpartition('.')[0]}"]
    if function.name == "authorizer":
        lines.append("import chalicelib.runtime.authorizer")  # loaded by the first call
    services = {_SERVICES[type(resource)] for resource in function.resources}
    if services:
        lines.append("from chalicelib.runtime.aws import client")
    lines += [f"client({service!r})" for service in sorted(services)]
    if function.behind_gateway:
        lines.append(
            _MODELS.format(names=[route.name for route in function.routes] or [function.name])
        )
    return "\n".join(lines)


@functools.cache
def _python() -> Path:
    """Return the Python that functions run on in the cloud, or this one where there is no such."""
    return interpreter.find(interpreter.PINNED) or Path(sys.executable)


def _installed(folder: Path) -> Path:
    """Return a folder with the floor's packages as anybody installs them: whole, and compiled."""
    everything = folder / "everything"
    artifact.install(everything, artifact.architecture(), interpreter.version_of(_python()))
    floor = folder / "floor"
    floor.mkdir()
    for name in (*_FLOOR_PACKAGES, *_FLOOR_MODULES):
        (everything / name).rename(floor / name)
    compiling = [str(_python()), "-I", "-m", "compileall", "-qq", str(floor)]
    subprocess.run(compiling, check=True)
    return floor


def _environment(function: functions.Function) -> dict[str, str]:
    """Return what the template sets for a function, with values of the tests."""
    return cloud.environment(function)


def _instructions(script: str, tree: Path, environment: dict[str, str]) -> int:
    """Count in Python with the standard library and the artifact alone."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
    command += ["--cachegrind-out-file=/dev/null", str(_python()), "-S", "-B", "-c"]
    # Not -I: it would ignore PYTHONHASHSEED, and the counts would wander.
    command.append(f"import sys; sys.path[0] = {str(tree)!r}\n{script}")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tree)
    if done.returncode:
        raise RuntimeError(done.stderr)
    match = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if not match:
        raise RuntimeError(done.stderr)
    return int(match[1].replace(",", ""))
