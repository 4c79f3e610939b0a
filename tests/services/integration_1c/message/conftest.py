"""Messages written and judged by what others made: schemas and validators of the samples."""

import datetime as dt
import io
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.services.integration_1c.message.enterprise_data import Confirmation, Header, write
from chalicelib.services.integration_1c.message.shift import RetailReport

SHARED = Path(__file__).parents[5] / "shared" / "samples"
HEADER = Header(dt.datetime(2026, 11, 25, 3), Confirmation("БП", "ОФ", 7, 3))

Written = Callable[..., bytes]


@pytest.fixture
def written() -> Written:
    """Write a message and return its bytes."""

    def call(reports: Iterable[RetailReport], **options: Any) -> bytes:
        target = io.BytesIO()
        summary = write(target, HEADER, reports, **options)
        assert summary.size == len(target.getvalue())
        return target.getvalue()

    return call


@pytest.fixture
def samples() -> Callable[[str], Path]:
    """Return a folder of the samples beside this checkout."""

    def call(name: str) -> Path:
        if not (SHARED / name).is_dir():
            pytest.skip(f"no published samples beside this checkout (../shared/samples/{name})")
        return SHARED / name

    return call


@pytest.fixture
def validated(
    samples: Callable[[str], Path], tmp_path: Path
) -> Callable[[bytes, str], subprocess.CompletedProcess[str]]:
    """Run the validator of the version over a message."""
    folder = samples("enterprisedata")

    def call(message: bytes, version: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "message.xml"
        file.write_bytes(message)
        arguments = {
            "1.17": [folder / "validate_1_17.py", file],
            "1.8": [
                folder / "validate_ed.py",
                folder / "EnterpriseData_1_8_6.xsd",
                file,
                folder / "ExchangeMessage.xsd",
            ],
        }[version]
        return subprocess.run(
            [sys.executable, *map(str, arguments)], capture_output=True, text=True
        )

    return call
