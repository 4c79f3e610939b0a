"""Builds the zip that every function runs: the code, its dependencies and Chalice's runtime.

    python -m infra.artifact build/artifact.zip [arm64|x86_64]

The same input gives the same bytes. Modules are compiled beforehand, which halves a cold start,
and the AWS SDK is trimmed to the services and operations used.
"""

import compileall
import fcntl
import gzip
import hashlib
import json
import platform
import py_compile
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import chalice

from chalicelib.runtime.aws import OPERATIONS
from infra.fingerprint import fresh

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
EPOCH = (1980, 1, 1, 0, 0, 0)
LIMIT = 250 * 1024 * 1024
"""Bytes unzipped that Lambda takes (AWS Lambda quotas)."""

_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
_HERE = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64", "AMD64": "x86_64"}
_SDK_DATA = {*OPERATIONS, "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
# What no function imports: codecs and colour management of Pillow, charts and fonts of ReportLab,
# the HTTP framework of Powertools, the DNS client of email-validator, names of holidays in other
# languages, all of lxml but its core, shell scripts, test suites.
_BOTO3_LEFT = {"__init__.py": "", "compat.py": "import collections.abc as collections_abc\n"}
_UNUSED = [
    "bin",
    "boto3/data",
    "boto3/docs",
    "boto3/ec2",
    "boto3/examples",
    "boto3/resources",
    "boto3/s3",
    "boto3/session.py",
    "boto3/utils.py",
    "s3transfer",
    "s3transfer-*",
    "*.dist-info/RECORD",
    "*/tests",
    "*/test",
    "PIL/_avif*",
    "PIL/_imagingcms*",
    "PIL/_imagingft*",
    "PIL/_imagingtk*",
    "PIL/_webp*",
    "pillow.libs/libavif*",
    "pillow.libs/libbrotli*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/liblcms2*",
    "pillow.libs/libsharpyuv*",
    "pillow.libs/libwebp*",
    "reportlab/fonts/*",
    "reportlab/graphics",
    "aws_lambda_powertools/event_handler",
    "dns",
    "holidays/locale",
    "lxml/html",
    "lxml/includes",
    "lxml/isoschematron",
    "lxml/objectify*",
    "lxml/builder*",
    "lxml/sax*",
    "lxml/*.px[di]",
    "lxml/*.pyx",
]
_FONTS = {"Roboto-Regular.ttf", "Roboto-Bold.ttf"}


def architecture() -> str:
    """Return this machine's architecture as Lambda calls it."""
    return _HERE[platform.machine()]


def build(target: Path, wanted: str) -> None:
    """Write the artifact for the architecture ``wanted`` to ``target``, unless it stands there."""
    BUILD.mkdir(exist_ok=True)
    # Tests run side by side, and one of them builds for all.
    with (BUILD / "lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build(target, wanted)


def _build(target: Path, wanted: str) -> None:
    dependencies = _dependencies(wanted)
    with fresh(target, [ROOT / "app.py", ROOT / "chalicelib"], dependencies.name) as stale:
        if not stale:
            return
        tree = BUILD / f"tree-{wanted}"
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(dependencies, tree)
        shutil.copy(ROOT / "app.py", tree)
        shutil.copytree(
            ROOT / "chalicelib", tree / "chalicelib", ignore=shutil.ignore_patterns("__pycache__")
        )
        _compile(tree / "chalicelib", tree, keep_sources=True)
        _compile(tree / "app.py", tree, keep_sources=True)
        _zip(tree, target)


def _dependencies(wanted: str) -> Path:
    """Return a folder with what the functions import, installed once for a set of requirements."""
    requirements = ROOT / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    operations = json.dumps({name: sorted(asked) for name, asked in OPERATIONS.items()})
    said = requirements.read_bytes() + Path(__file__).read_bytes() + (version + operations).encode()
    folder = BUILD / f"dependencies-{wanted}-{hashlib.sha256(said).hexdigest()[:16]}"
    if folder.exists():
        return folder
    for stale in BUILD.glob(f"dependencies-{wanted}-*"):
        shutil.rmtree(stale)
    unfinished = folder.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"]
    command += ["--target", str(unfinished), "--python", sys.executable, "--no-deps"]
    # What is installed is edited below: links would edit uv's cache, and with it every environment.
    command += ["--link-mode", "copy"]
    command += ["--require-hashes", "--python-version", version, "-r", str(requirements)]
    if wanted != architecture() or sys.platform != "linux":
        command += ["--python-platform", _PLATFORMS[wanted]]
    subprocess.run(command, check=True)
    runtime = Path(chalice.__file__).parent
    (unfinished / "chalice").mkdir()
    for name in ("__init__.py", "app.py"):
        shutil.copy(runtime / name, unfinished / "chalice")
    _trim(unfinished)
    _compile(unfinished, unfinished, keep_sources=False)
    unfinished.rename(folder)
    return folder


def _trim(folder: Path) -> None:
    _trim_sdk(folder / "botocore" / "data")
    # Of boto3 the functions use the types and conditions of DynamoDB; its front would import S3
    # transfers, resources and their documentation with every one of them.
    for name, left in _BOTO3_LEFT.items():
        (folder / "boto3" / name).write_text(left, encoding="utf-8")
    for pattern in _UNUSED:
        for one in list(folder.glob(pattern)):
            shutil.rmtree(one) if one.is_dir() else one.unlink()
    for one in list(folder.glob("font_roboto/files/*.ttf")):
        if one.name not in _FONTS:
            one.unlink()


def _trim_sdk(data: Path) -> None:
    """Leave what is used of the services used, as is the quickest to read: plain, without prose."""
    for one in data.iterdir():
        if one.name not in _SDK_DATA and one.name != "_retry.json":
            shutil.rmtree(one) if one.is_dir() else one.unlink()
    prefixes = set()
    for packed in list(data.rglob("*.json.gz")):
        said = _without_prose(json.loads(gzip.decompress(packed.read_bytes())))
        prefixes.add(said.get("metadata", {}).get("endpointPrefix"))
        if packed.name == "service-2.json.gz":
            said = _asked_of(said, OPERATIONS[packed.parent.parent.name])
        _write_json(packed.with_suffix(""), said)
        packed.unlink()
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    _write_json(data / "endpoints.json", endpoints)


def _asked_of(service: dict[str, Any], operations: Set[str]) -> dict[str, Any]:
    """Return the model of a service with these operations alone, and the shapes they speak of."""
    kept = {name: one for name, one in service["operations"].items() if name in operations}
    shapes, seen = service["shapes"], set[str]()
    reached = [*_shapes(kept.values())]
    while reached:
        name = reached.pop()
        if name not in seen:
            seen.add(name)
            reached += _shapes(shapes[name])
    return service | {
        "operations": kept,
        "shapes": {name: one for name, one in shapes.items() if name in seen},
    }


def _shapes(said: Any) -> Iterator[str]:
    """Give the shapes named anywhere within a part of a service's model."""
    if isinstance(said, Mapping):
        if isinstance(said.get("shape"), str):
            yield said["shape"]
        said = said.values()
    if not isinstance(said, str) and isinstance(said, Iterable):
        for one in said:
            yield from _shapes(one)


def _without_prose(said: Any) -> Any:
    match said:
        case dict():
            # Emptied, not left out: a client of S3 looks for it.
            return {
                name: ""
                if name == "documentation" and isinstance(value, str)
                else _without_prose(value)
                for name, value in said.items()
            }
        case list():
            return [_without_prose(value) for value in said]
        case _:
            return said


def _write_json(path: Path, said: Any) -> None:
    path.write_text(json.dumps(said, separators=(",", ":")), encoding="utf-8")


def _compile(path: Path, root: Path, *, keep_sources: bool) -> None:
    """Compile a module or a tree of them; without its sources a tree is half as large to unpack."""
    # Unchecked: a Lambda's files do not change, and unzipping does not keep their times.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compiler = compileall.compile_dir if path.is_dir() else compileall.compile_file
    if not compiler(
        str(path),
        quiet=2,
        force=True,
        legacy=not keep_sources,
        invalidation_mode=mode,
        stripdir=str(root),
    ):
        raise SystemExit(f"cannot compile {path}")
    if not keep_sources:
        for source in list(path.rglob("*.py")):
            source.unlink()
        for cache in list(path.rglob("__pycache__")):
            shutil.rmtree(cache)


def _files(tree: Path) -> Iterator[Path]:
    return (path for path in sorted(tree.rglob("*")) if path.is_file())


def _zip(tree: Path, target: Path) -> None:
    size = sum(path.stat().st_size for path in _files(tree))
    if size > LIMIT:
        raise SystemExit(f"the artifact is {size} bytes unzipped, Lambda takes {LIMIT}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in _files(tree):
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def main() -> None:
    """Build for the architecture named on the command line, or for this machine's."""
    target, *wanted = sys.argv[1:]
    build(Path(target), wanted[0] if wanted else architecture())
    print(f"{target}: {Path(target).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
