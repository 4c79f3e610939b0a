"""Builds the zip that every function runs: the code, its dependencies and Chalice's runtime.

    python -m infra.artifact [arm64|x86_64]...

The same input gives the same bytes. Modules are compiled beforehand, which halves a cold start,
and the AWS SDK is trimmed to the services and operations used. Bytecode is made by a Python of the
minor version that will run it; where this machine has none, the artifact holds sources alone, and
says so in its manifest.
"""

import fcntl
import gzip
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import chalice

from chalicelib.runtime.aws import OPERATIONS
from infra import interpreter
from infra.fingerprint import fresh
from infra.interpreter import PINNED

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
_REQUIREMENTS = ROOT / "requirements.txt"
EPOCH = (1980, 1, 1, 0, 0, 0)
LIMIT = 250 * 1024 * 1024
"""Largest size of an unzipped artifact, in bytes (AWS Lambda quotas)."""

MANIFEST = "artifact.json"
"""The file of an artifact that says what the artifact was built for, and whether it is compiled."""

_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
_SOURCES_ONLY = ("docopt", "font-roboto")
"""Packages published without a wheel, of Python alone. Another would be built for this machine."""
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


def build(architecture: str, python: str = PINNED) -> Path:
    """Return the artifact of an architecture for a minor version of Python, built if not there."""
    BUILD.mkdir(exist_ok=True)
    name = architecture if python == PINNED else f"{architecture}-python{python}"
    target = BUILD / f"artifact-{name}.zip"
    # Tests run side by side, and one of them builds for all.
    with (BUILD / "lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build(target, architecture, python)
    return target


def read_manifest(target: Path) -> dict[str, str | None]:
    """Return what an artifact says of itself.

    Returns:
        ``architecture`` and ``python``, which can run it, and ``bytecode``: the name of the format
        in which every module is compiled, None if none is.
    """
    with zipfile.ZipFile(target) as archive:
        manifest: dict[str, str | None] = json.loads(archive.read(MANIFEST))
    return manifest


def _build(target: Path, architecture: str, python: str) -> None:
    compiler = interpreter.find(python)
    dependencies = _dependencies(architecture, python, compiler)
    with fresh(target, [ROOT / "app.py", ROOT / "chalicelib"], dependencies.name) as stale:
        if not stale:
            return
        tree = tree_of(target)
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(dependencies, tree)
        shutil.copy(ROOT / "app.py", tree)
        shutil.copytree(
            ROOT / "chalicelib", tree / "chalicelib", ignore=shutil.ignore_patterns("__pycache__")
        )
        if compiler:
            _compile(compiler, tree, tree / "chalicelib", tree / "app.py")
        manifest = {
            "architecture": architecture,
            "python": python,
            "bytecode": f"cpython-{python.replace('.', '')}" if compiler else None,
        }
        _write_json(tree / MANIFEST, manifest)
        _zip(tree, target)


def tree_of(target: Path) -> Path:
    """Return the folder whose content an artifact is."""
    return target.with_name(target.stem.replace("artifact", "tree"))


def _dependencies(architecture: str, python: str, compiler: Path | None) -> Path:
    """Return a folder with the installed requirements, made once for each set of them."""
    operations = json.dumps({name: sorted(asked) for name, asked in OPERATIONS.items()})
    inputs = _REQUIREMENTS.read_bytes() + Path(__file__).read_bytes()
    inputs += f"{operations} {compiler is not None}".encode()
    start = f"dependencies-{architecture}-python{python}-"
    folder = BUILD / f"{start}{hashlib.sha256(inputs).hexdigest()[:16]}"
    if folder.exists():
        return folder
    for stale in BUILD.glob(f"{start}*"):
        shutil.rmtree(stale)
    unfinished = folder.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    install(unfinished, architecture, python)
    runtime = Path(chalice.__file__).parent
    (unfinished / "chalice").mkdir()
    for name in ("__init__.py", "app.py"):
        shutil.copy(runtime / name, unfinished / "chalice")
    _trim(unfinished)
    if compiler:
        _compile(compiler, unfinished, unfinished, beside=True)
        _remove_sources(unfinished)
    unfinished.rename(folder)
    return folder


def install(folder: Path, architecture: str, python: str) -> None:
    """Install the requirements, whole, as published for Linux and a minor version of Python."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"]
    command += ["--target", str(folder), "--python", sys.executable, "--no-deps"]
    # The installed files are edited later; links would edit the cache of uv and every environment.
    command += ["--link-mode", "copy", "--require-hashes", "-r", str(_REQUIREMENTS)]
    command += ["--python-version", python, "--python-platform", _PLATFORMS[architecture]]
    command += ["--only-binary", ":all:"]
    for name in _SOURCES_ONLY:
        command += ["--no-binary", name]
    subprocess.run(command, check=True)


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


def _compile(python: Path, root: Path, *paths: Path, beside: bool = False) -> None:
    """Compile modules and folders of modules, which bytecode names by their path from ``root``.

    ``beside`` puts the bytecode where the source is and stands for it; otherwise into a cache.
    """
    # Unchecked: a Lambda's files do not change, and unzipping does not keep their times.
    command = [str(python), "-I", "-S", "-W", "ignore", "-m", "compileall", "-qq", "-f"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(root)]
    command += ["-b"] if beside else []
    if subprocess.run([*command, *map(str, paths)], check=False).returncode:
        raise SystemExit(f"{python} cannot compile {root}")


def _remove_sources(folder: Path) -> None:
    """Leave compiled modules alone, which are half as large to unpack."""
    for source in list(folder.rglob("*.py")):
        source.unlink()
    for cache in list(folder.rglob("__pycache__")):
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
    """Build for the architectures named on the command line, or for this machine's."""
    for wanted in sys.argv[1:] or [architecture()]:
        target = build(wanted)
        bytecode = read_manifest(target)["bytecode"]
        compiled = bytecode or f"sources alone, since this machine has no Python {PINNED}"
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB, {compiled}")


if __name__ == "__main__":
    main()
