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
"""Largest size of an unzipped artifact, in bytes (AWS Lambda quotas)."""

_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
_HERE = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64", "AMD64": "x86_64"}
_SDK_DATA = {*OPERATIONS, "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
# Not imported by any function: codecs and colour management of Pillow, charts, fonts of ReportLab,
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
    """Return the architecture of this machine by Lambda's name."""
    return _HERE[platform.machine()]


def build(target: Path, wanted: str) -> None:
    """Write the artifact of an architecture to ``target``, unless it is there and up to date."""
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
    """Return a folder with the installed requirements, made once for each set of them."""
    requirements = ROOT / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    operations = json.dumps({name: sorted(asked) for name, asked in OPERATIONS.items()})
    inputs = (
        requirements.read_bytes() + Path(__file__).read_bytes() + (version + operations).encode()
    )
    folder = BUILD / f"dependencies-{wanted}-{hashlib.sha256(inputs).hexdigest()[:16]}"
    if folder.exists():
        return folder
    for stale in BUILD.glob(f"dependencies-{wanted}-*"):
        shutil.rmtree(stale)
    unfinished = folder.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"]
    command += ["--target", str(unfinished), "--python", sys.executable, "--no-deps"]
    # The installed files are edited below; links would edit the cache of uv and every environment.
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
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in list(folder.glob("font_roboto/files/*.ttf")):
        if path.name not in _FONTS:
            path.unlink()


def _trim_sdk(data: Path) -> None:
    """Keep the services and operations that are used, unpacked and without documentation."""
    for path in data.iterdir():
        if path.name not in _SDK_DATA and path.name != "_retry.json":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    prefixes = set()
    for packed in list(data.rglob("*.json.gz")):
        model = _without_prose(json.loads(gzip.decompress(packed.read_bytes())))
        prefixes.add(model.get("metadata", {}).get("endpointPrefix"))
        if packed.name == "service-2.json.gz":
            model = _asked_of(model, OPERATIONS[packed.parent.parent.name])
        _write_json(packed.with_suffix(""), model)
        packed.unlink()
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    _write_json(data / "endpoints.json", endpoints)


def _asked_of(service: dict[str, Any], operations: Set[str]) -> dict[str, Any]:
    """Return the model of a service with these operations and the shapes that they refer to."""
    kept = {
        name: description
        for name, description in service["operations"].items()
        if name in operations
    }
    shapes, needed = service["shapes"], set[str]()
    reached = [*_shapes(kept.values())]
    while reached:
        name = reached.pop()
        if name not in needed:
            needed.add(name)
            reached += _shapes(shapes[name])
    return service | {
        "operations": kept,
        "shapes": {name: description for name, description in shapes.items() if name in needed},
    }


def _shapes(part: Any) -> Iterator[str]:
    """Yield the names of the shapes within a part of a service's model."""
    if isinstance(part, Mapping):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        part = part.values()
    if not isinstance(part, str) and isinstance(part, Iterable):
        for inner in part:
            yield from _shapes(inner)


def _without_prose(part: Any) -> Any:
    match part:
        case dict():
            # Emptied, not left out: a client of S3 looks for it.
            return {
                name: ""
                if name == "documentation" and isinstance(value, str)
                else _without_prose(value)
                for name, value in part.items()
            }
        case list():
            return [_without_prose(value) for value in part]
        case _:
            return part


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


def _compile(path: Path, root: Path, *, keep_sources: bool) -> None:
    """Compile a module or a folder of modules.

    A folder without its sources is half as large to unpack.
    """
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
