"""Programs that tests need beside Python: used where installed, otherwise provided.

``make test`` runs this before the tests; it needs the standard library and Playwright. As root,
Debian's packages are installed. Without root they are unpacked into ``.tools``, and the tests find
them by the settings in ``.tools/environment.json``, which :func:`use` applies.
"""

import argparse
import base64
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[2] / ".tools"
ENVIRONMENT = FOLDER / "environment.json"
ROOT = FOLDER / "root"
"""Where Debian's packages are unpacked."""
PROGRAMS = FOLDER / "bin"
"""Scripts that set what an unpacked program needs, and run it."""

CHROMIUM_PACKAGE = "https://registry.npmjs.org/@sparticuz/chromium/-/chromium-153.0.0.tgz"
CHROMIUM_SHA512 = (
    "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
)
"""The package and the digest that npm's registry states for it."""

ENGINE_PACKAGE = (
    "http://deb.debian.org/debian/pool/main/libe/libengine-gost-openssl/"
    "libengine-gost-openssl_3.0.1-2{build}.deb"
)
ENGINE_BUILDS = {
    "x86_64": ("+b1_amd64", "bde1c9087ff3b06a7166794df666784f2cf0daf8a4b81d1b2022f8c51e2ae541"),
    "aarch64": ("_arm64", "c5cccc06a92cbf18ee026f2846d61b4ae2beaeb1b3075f16f0e668256bb1bb01"),
}
"""The engine of Debian 12, which OpenSSL of later releases loads too, with its SHA-256."""


class Unavailable(Exception):
    """A tool could not be provided; the text says why."""


class Tool(NamedTuple):
    """A program and what needs it."""

    purpose: str
    packages: tuple[str, ...]
    """Debian's packages that hold it."""
    works: Callable[[], bool]
    provide: Callable[["Tool"], None]


# --- settings


def use() -> None:
    """Let this process and its children find the tools that were unpacked."""
    if not ENVIRONMENT.exists():
        return
    for name, value in json.loads(ENVIRONMENT.read_text(encoding="utf-8")).items():
        if name == "PATH":
            if value not in os.environ["PATH"].split(os.pathsep):
                os.environ["PATH"] = f"{value}{os.pathsep}{os.environ['PATH']}"
        else:
            os.environ.setdefault(name, value)


def _set(**settings: str) -> None:
    current = json.loads(ENVIRONMENT.read_text(encoding="utf-8")) if ENVIRONMENT.exists() else {}
    FOLDER.mkdir(exist_ok=True)
    ENVIRONMENT.write_text(json.dumps(current | settings, indent=1), encoding="utf-8")
    use()


def write_script(name: str, target: Path, arguments: str = "", **environment: str) -> Path:
    """Write a script that runs an unpacked program with the environment that it needs."""
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    script = PROGRAMS / name
    exports = "".join(f"export {key}='{value}'\n" for key, value in environment.items())
    script.write_text(f"#!/bin/sh\n{exports}exec '{target}' {arguments} \"$@\"\n")
    script.chmod(0o755)
    _set(PATH=str(PROGRAMS))
    return script


# --- Debian's packages


def _run(command: list[str], **environment: str) -> None:
    """Run a command. Raises: Unavailable: with the last line of its output, if it fails."""
    try:
        done = subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from error
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if len(line) > 9]
        errors = [line for line in lines if re.match(r"e(rror)?:", line, re.IGNORECASE)]
        raise Unavailable((errors or lines or [f"{command[0]} failed"])[-1].strip())


def _provide_packages(tool: Tool) -> None:
    """Install Debian's packages, or unpack them where this user may not install."""
    if os.geteuid() == 0:
        _run(["apt-get", "update", "-qq"])
        install = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends"]
        _run([*install, *tool.packages], DEBIAN_FRONTEND="noninteractive")
        return
    state, cache = FOLDER / "apt" / "state", FOLDER / "apt" / "cache"
    for folder in (state / "lists" / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    apt = ["apt-get", "-qq", "-o", f"Dir::State={state}", "-o", f"Dir::Cache={cache}"]
    apt += ["-o", "Dir::State::status=/var/lib/dpkg/status", "-o", "Debug::NoLocking=1"]
    _run([*apt, "update"])
    # Brings what the packages depend on and this machine lacks.
    install = [*apt, "install", "--yes", "--download-only", "--no-install-recommends"]
    _run([*install, *tool.packages])
    for archive in (cache / "archives").glob("*.deb"):
        _run(["dpkg", "-x", str(archive), str(ROOT)])


def _folder_of(pattern: str) -> Path:
    """Return the unpacked folder that holds a file. Raises: Unavailable: no package brought it."""
    for file in ROOT.glob(pattern):
        return file.parent
    raise Unavailable(f"the packages hold no {pattern}")


def _download(address: str, algorithm: str, digest: bytes) -> bytes:
    """Return a file. Raises: Unavailable: it cannot be had, or has another digest."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - no file
            content: bytes = answer.read()
    except OSError as error:
        raise Unavailable(f"{address}: {error}") from error
    if hashlib.new(algorithm, content).digest() != digest:
        raise Unavailable(f"{address} has another digest than expected")
    return content


# --- the GOST engine


def _gost_works() -> bool:
    try:
        done = subprocess.run(["openssl", "engine", "gost"], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def _provide_gost(tool: Tool) -> None:
    try:
        _provide_packages(tool)
    except Unavailable:
        # Debian 13 has no package of the engine.
        _provide_packages(tool._replace(packages=("openssl",)))
        _unpack_engine()
    else:
        if os.geteuid() == 0:
            return
    if program := next(ROOT.glob("usr/bin/openssl"), None):
        libraries = (
            _folder_of("usr/lib/*/libssl.so.3") if any(ROOT.glob("usr/lib/*/libssl*")) else ""
        )
        write_script("openssl", program, LD_LIBRARY_PATH=str(libraries))
    engines = _folder_of("usr/lib/*/engines-3/gost.so")
    _set(OPENSSL_ENGINES=str(engines))
    if any(ROOT.glob("usr/lib/*/ossl-modules/gostprov.so")):
        _set(OPENSSL_MODULES=str(_folder_of("usr/lib/*/ossl-modules/gostprov.so")))


def _unpack_engine() -> None:
    """Unpack the engine of Debian 12. Raises: Unavailable: the package is not to be had."""
    if platform.machine() not in ENGINE_BUILDS:
        raise Unavailable(f"there is no engine for {platform.machine()}")
    build, digest = ENGINE_BUILDS[platform.machine()]
    content = _download(ENGINE_PACKAGE.format(build=build), "sha256", bytes.fromhex(digest))
    FOLDER.mkdir(exist_ok=True)
    package = FOLDER / "engine.deb"
    package.write_bytes(content)
    _run(["dpkg", "-x", str(package), str(ROOT)])


# --- valgrind, libfaketime


def _valgrind_works() -> bool:
    return shutil.which("valgrind") is not None


def _provide_valgrind(tool: Tool) -> None:
    _provide_packages(tool)
    if os.geteuid():
        folder = next(ROOT.glob("usr/lib*/valgrind"), None) or next(
            ROOT.glob("usr/libexec/valgrind")
        )
        write_script("valgrind", ROOT / "usr/bin/valgrind", VALGRIND_LIB=str(folder))


def faketime_library() -> Path | None:
    """Return the library that shows a process another time, where installed or unpacked."""
    for root in (Path("/"), ROOT):
        for library in root.glob("usr/lib/*/faketime/libfaketime.so.1"):
            return library
    return None


# --- Chromium


def chromium() -> str | None:
    """Return the browser that tests use: the one named by CHROMIUM, or one on the path."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def _browser_works() -> bool:
    """Whether the browser starts and shows a page."""
    from playwright.sync_api import Error, sync_playwright

    program = chromium()
    if program is None or subprocess.run([_node(), "--version"], capture_output=True).returncode:
        return False
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=program, timeout=60_000)
            browser.new_page().set_content("<p>")
    except Error:
        return False
    return True


def _provide_browser(tool: Tool) -> None:
    """Provide Chromium: Debian's as root, Playwright's own download, or the package of npm."""
    _provide_node(tool)
    reasons = []
    for provide in (_debian_chromium, _playwright_chromium, _npm_chromium):
        try:
            provide(tool)
        except Unavailable as error:
            reasons.append(str(error))
        else:
            if _browser_works():
                return
            reasons.append(f"{chromium()} does not start")
    raise Unavailable("; ".join(reasons))


def _provide_node(tool: Tool) -> None:
    """Provide the library that Playwright's Node needs and a bare machine lacks."""
    try:
        _run([str(_node()), "--version"])
    except Unavailable:
        _provide_packages(tool._replace(packages=("libatomic1",)))
        if os.geteuid():
            # Alone in its folder: the other libraries there are not for every program.
            libraries = FOLDER / "lib"
            libraries.mkdir(exist_ok=True)
            name = "libatomic.so.1"
            shutil.copy(_folder_of(f"usr/lib/*/{name}") / name, libraries)
            _set(LD_LIBRARY_PATH=str(libraries))


def _node() -> Path:
    """Return the Node that Playwright brings."""
    import playwright

    return Path(playwright.__file__).parent / "driver" / "node"


def _debian_chromium(tool: Tool) -> None:
    if os.geteuid():
        raise Unavailable("installing Debian's needs root")
    _provide_packages(tool)


def _playwright_chromium(tool: Tool) -> None:
    browsers = FOLDER / "playwright"
    _run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        PLAYWRIGHT_BROWSERS_PATH=str(browsers),
        PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT="10000",
    )
    programs = [*browsers.glob("chromium-*/*/chrome")]
    if not programs:
        raise Unavailable("Playwright has downloaded no Chromium")
    _set(CHROMIUM=str(write_script("chromium", programs[0])))


def _npm_chromium(tool: Tool) -> None:
    """Unpack the build for Lambda, which brings the libraries and fonts that a bare machine lacks."""
    _provide_packages(tool._replace(packages=("fonts-liberation",)))
    folder = FOLDER / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / "package.tgz"
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org/").rstrip("/")
    address = CHROMIUM_PACKAGE.replace("https://registry.npmjs.org", registry)
    content = _download(address, "sha512", base64.b64decode(CHROMIUM_SHA512))
    package.write_bytes(content)
    _run(["tar", "-xf", str(package), "-C", str(folder)])
    compressed = folder / "package" / "bin"
    for file in _decompressed(compressed):
        if file.suffix == ".tar":
            _run(["tar", "-xf", str(file), "-C", str(folder)])
    program = folder / "chromium"
    (compressed / "chromium").replace(program)
    program.chmod(0o755)
    fonts = folder / "fonts.conf"
    places = "".join(
        f"<dir>{place}</dir>" for place in (folder, ROOT / "usr/share/fonts", "/usr/share/fonts")
    )
    cache = folder / "cache"
    fonts.write_text(f"<fontconfig>{places}<cachedir>{cache}</cachedir></fontconfig>\n")
    libraries = os.pathsep.join(map(str, {file.parent for file in folder.rglob("*.so*")}))
    wrapper = write_script(
        "chromium",
        program,
        "--no-zygote --no-sandbox",
        LD_LIBRARY_PATH=libraries,
        FONTCONFIG_FILE=str(fonts),
    )
    _set(CHROMIUM=str(wrapper))


def _decompressed(folder: Path) -> Iterator[Path]:
    """Decompress each Brotli file of a folder, by the Node that Playwright brings."""
    script = (
        "const fs = require('fs'), zlib = require('zlib'), [from, to] = process.argv.slice(1);"
        "fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));"
    )
    for file in folder.glob("**/*.br"):
        target = file.with_suffix("")
        _run([str(_node()), "-e", script, str(file), str(target)])
        yield target


# --- all of them

TOOLS: Mapping[str, Tool] = {
    "gost": Tool(
        "signatures made by OpenSSL's GOST engine",
        ("openssl", "libengine-gost-openssl"),
        _gost_works,
        _provide_gost,
    ),
    "valgrind": Tool(
        "instructions of a cold start", ("valgrind",), _valgrind_works, _provide_valgrind
    ),
    "browser": Tool(
        "the cabinet page in Chromium",
        ("chromium", "fonts-liberation"),
        _browser_works,
        _provide_browser,
    ),
}
"""What ``make test`` needs, by the name that ``WITHOUT`` takes."""

FAKETIME = Tool(
    "other moments",
    ("libfaketime",),
    lambda: faketime_library() is not None,
    _provide_packages,
)


def chosen(names: str) -> list[str]:
    """Return the tools named in a list with commas.

    Raises:
        ArgumentTypeError: a name is unknown.
    """
    tools = [name for name in re.split(r"[ ,]+", names) if name]
    if unknown := sorted({*tools} - {*TOOLS}):
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}? WITHOUT takes {', '.join(TOOLS)}")
    return tools


def main() -> int:
    """Run from the command line; returns the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--without", type=chosen, default=[], help="tools to leave out")
    options.add_argument("--faketime", action="store_true", help="also provide faketime")
    given = options.parse_args()
    use()
    wanted = {name: tool for name, tool in TOOLS.items() if name not in given.without}
    for name, tool in (wanted | ({"faketime": FAKETIME} if given.faketime else {})).items():
        if tool.works():
            continue
        print(f"Providing {name}: {tool.purpose}", flush=True)  # noqa: T201
        try:
            tool.provide(tool)
            if not tool.works():
                raise Unavailable("what was provided does not work here")
        except Unavailable as error:
            print(  # noqa: T201
                f"{name} could not be provided: {error}.\n"
                f"`make test WITHOUT={name}` leaves out what needs it.",
                file=sys.stderr,
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
