"""Messages written and judged by what others made: schemas and validators of the samples."""

import datetime as dt
import functools
import importlib.util
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
def faults(samples: Callable[[str], Path], tmp_path: Path) -> Callable[[bytes, str], str]:
    """Say what the validator of the version finds wrong with a message: nothing if it fits."""
    folder = samples("enterprisedata")

    def call(message: bytes, version: str) -> str:
        file = tmp_path / "message.xml"
        file.write_bytes(message)
        return _by_1_17(folder, file) if version == "1.17" else _by_1_8(folder, file)

    return call


def _by_1_17(folder: Path, file: Path) -> str:
    validator, schema = _validator(folder / "validate_1_17.py")
    return "\n".join(validator.errors(schema, file))


@functools.cache
def _validator(script: Path) -> tuple[Any, Any]:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, module.load()


def _by_1_8(folder: Path, file: Path) -> str:
    schemas = [str(folder / f"{name}.xsd") for name in ("EnterpriseData_1_8_6", "ExchangeMessage")]
    script = [sys.executable, str(folder / "validate_ed.py"), schemas[0], str(file), schemas[1]]
    judged = subprocess.run(script, capture_output=True, text=True)
    return judged.stdout + judged.stderr if judged.returncode else ""
