"""The product on this machine under a mixed load, beside the local cloud's own put and get.

Bounded, on the loopback. The times are of this machine and of an emulator in Python, so they tell
what the product adds, not what production takes.
"""

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra.build import build
from infra.local.product import Product, product
from infra.local.seed import seed
from tests.support import load
from tests.support.load import Crowd, percentile

CLIENTS, SECONDS, BARE_SECONDS = 6, 30, 5
_WARM_SECONDS = 10


def run() -> list[tuple[str, str]]:
    """(what, figure): throughput, times by call, what the cloud alone does, what was lost."""
    python = Path(os.environ.get("CLOUD_PYTHON", ".venv-cloud/bin/python"))
    if not python.exists():
        return [("load", "SKIPPED: no environment for the local cloud")]
    with (
        tempfile.TemporaryDirectory() as state,
        product(build(python=python), state=Path(state), cloud_python=python, port=0) as running,
    ):
        seed(running)
        return _figures(running)


def _figures(running: Product) -> list[tuple[str, str]]:
    bare = _bare(running)
    crowd = Crowd(running, CLIENTS)
    crowd.gather()
    crowd.use(_WARM_SECONDS)
    crowd.seconds.clear()
    before = _memory(running)
    took = crowd.use(SECONDS)
    after = _memory(running)
    crowd.settle(120)
    calls = sum(map(len, crowd.seconds.values()))
    figures = [
        ("load: clients at once", str(CLIENTS)),
        ("load: calls a second", f"{calls / took:.1f}, {calls} in {took:.0f} s"),
        *((f"load: {what}", _times(seconds)) for what, seconds in sorted(crowd.seconds.items())),
        *((f"load: the cloud alone, {what}", _times(seconds)) for what, seconds in bare.items()),
        ("load: errors", str(dict(crowd.troubles) or "none")),
        ("load: books that differ", str(crowd.wrong() or "none")),
    ]
    return figures + [
        (f"load: memory of {what}", f"{before[what]} MB, then {after[what]} MB") for what in before
    ]


def _times(seconds: list[float]) -> str:
    middle, worst = (percentile(seconds, share) * 1000 for share in (0.5, 0.99))
    return f"p50 {middle:.0f} ms, p99 {worst:.0f} ms of {len(seconds)}"


def _bare(running: Product) -> dict[str, list[float]]:
    """Return the times of one put and one get of a small item, by as many callers at once."""
    database = running.cloud.client("dynamodb")
    database.create_table(
        TableName="bare",
        AttributeDefinitions=[{"AttributeName": "client_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "client_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    milliseconds: dict[str, list[float]] = {"put": [], "get": []}

    def call(number: int) -> None:
        key = {"client_id": {"S": f"client-{number}"}}
        deadline = time.monotonic() + BARE_SECONDS
        asked: dict[str, Callable[[], Any]] = {
            "put": lambda: database.put_item(TableName="bare", Item={**key, "n": {"N": "1"}}),
            "get": lambda: database.get_item(TableName="bare", Key=key),
        }
        while time.monotonic() < deadline:
            for name, ask in asked.items():
                started = time.monotonic()
                ask()
                milliseconds[name].append(time.monotonic() - started)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(call, range(CLIENTS)))
    return milliseconds


def _memory(running: Product) -> dict[str, int]:
    """Return megabytes: of the largest function, and of the cloud itself, which keeps its logs."""
    functions = [load.resident(worker) for worker in load.workers(running)]
    return {
        "the largest function": max(functions),
        "the local cloud": load.resident(running.cloud.process_id),
    }
