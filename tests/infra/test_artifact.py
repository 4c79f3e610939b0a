"""The artifact stands alone: what a function imports is in it, and no more than it needs.

Functions run under the Python that they run on in the cloud, or, where this machine has none, under
the one that runs the tests, from the artifact for it.
"""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from infra import artifact, declarations, functions, interpreter
from infra.build import Build, build
from infra.functions import Function
from tests.support import cloud

Json = dict[str, Any]

# Drawing and image libraries come with an invoice's PDF alone, cryptography with a token.
HEAVY = {"reportlab", "PIL", "segno", "num2words", "aws_xray_sdk", "phonenumbers", "dns"}
HEAVY |= {"jinja2"}
PROBE = """
import importlib, json, sys
folder, handler, event = sys.argv[1:]
sys.path.insert(0, folder)
module, _, name = handler.rpartition(".")
function = getattr(importlib.import_module(module), name)
loaded = sorted(sys.modules)
class Context:
    function_name = "probe"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:probe"
    aws_request_id = "1"
answer = function(json.loads(event), Context()) if event else None
origins = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps([loaded, origins, answer]))
"""
SDK = """
import sys
sys.path.insert(0, sys.argv[1])
from botocore import xform_name
from chalicelib.runtime.aws import OPERATIONS, client, signer
for service, operations in OPERATIONS.items():
    model = client(service).meta.service_model
    assert set(model.operation_names) == operations, service
    for name in operations:
        model.operation_model(name).output_shape
        getattr(client(service), xform_name(name))
signer("").generate_presigned_post("a-bucket", "a-key")
signer("").generate_presigned_url("get_object", Params={"Bucket": "a-bucket", "Key": "a-key"})
"""
MACHINES = {"arm64": "EM_AARCH64", "x86_64": "EM_X86_64"}
SYSTEM = r"(lib(c|m|dl|pthread|rt|z|gcc_s)|ld-linux-(aarch64|x86-64))\.so\.\d"
"""Libraries of Lambda's image that the runtime itself stands on."""
UNKNOWN = {
    "exchange_with_1c": "password-wrong",
    "tell_interface_versions": "password-wrong",
    "sign_in_gosotchet": "payload-invalid",
}
"""How functions open to anyone refuse who says nothing of himself."""


def all_functions() -> list[Function]:
    return functions.all_functions(cloud.queue_names())


@pytest.fixture(scope="session")
def python() -> Path:
    return interpreter.find(interpreter.PINNED) or Path(sys.executable)


@pytest.fixture(scope="session")
def runnable(python: Path) -> Path:
    """The artifact that ``python`` can run: the deployed one, where it is the cloud's version."""
    return build(python=python).artifact


@pytest.fixture(scope="session")
def unpacked(runnable: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifact")
    with zipfile.ZipFile(runnable) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def library(python: Path) -> str:
    """The folder of the standard library."""
    ask = [str(python), "-I", "-S", "-c", "import os; print(os.path.dirname(os.__file__))"]
    return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def probe(python: Path, unpacked: Path, production: Json) -> Any:
    """Import a function from the artifact alone, with its environment alone, and call it."""

    def probed(function: Function, event: Json | None = None) -> tuple[set[str], list[str], Any]:
        deployed = production["Resources"][f"{function.logical_id}Function"]["Properties"]
        variables = deployed["Environment"]["Variables"]
        assert variables == function.variables
        environment = cloud.environment(function)
        # Lambda's own.
        environment |= {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}
        environment |= {"AWS_LAMBDA_FUNCTION_NAME": "probe", "LANG": "en_US.UTF-8"}
        command = [str(python), "-I", "-S", "-c", PROBE, str(unpacked), deployed["Handler"]]
        done = subprocess.run(
            [*command, json.dumps(event) if event else ""],
            env=environment,
            cwd=unpacked,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        loaded, origins, answer = json.loads(done.stdout.splitlines()[-1])
        return set(loaded), [origin for origin in origins if origin], answer

    return probed


def request(method: str, path: str) -> Json:
    """A request as the gateway passes it on, of nobody known."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {"Content-Type": "application/json"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": dict.fromkeys(re.findall(r"{(\w+)}", path), "1") or None,
        "stageVariables": None,
        "requestContext": {"resourcePath": path, "httpMethod": method, "requestId": "1"},
        "body": None if method == "GET" else "{}",
        "isBase64Encoded": False,
    }


def event_for(function: Function) -> Json | None:
    """An event that the function answers without any call to the cloud, if there is one."""
    if function.routes:
        return request(function.routes[0].method, function.routes[0].path)
    if function.name == "authorizer":
        return {"type": "TOKEN", "authorizationToken": "Bearer x.y.z", "methodArn": "a:b:c:d:e:f/g"}
    if function.name == "preflight":
        return {"httpMethod": "OPTIONS"}
    return {"Records": []} if function.relays else None


@pytest.mark.parametrize("function", all_functions(), ids=lambda action: action.name)
def test_runs_from_the_artifact_alone(
    function: Function, unpacked: Path, library: str, probe: Any
) -> None:
    loaded, origins, answer = probe(function, event_for(function))
    foreign = [origin for origin in origins if not origin.startswith((str(unpacked), library))]
    assert foreign == []
    assert [origin for origin in origins if "site-packages" in origin] == []
    if function.routes:
        # Who speaks SOAP has a password of his own, and who signs in must say one.
        route = function.routes[0]
        known = route.callers or route.token
        problem = "unauthenticated" if known else UNKNOWN.get(function.name)
        assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
        if problem is None:
            assert answer["statusCode"] == 200, answer
        else:
            assert json.loads(answer["body"])["type"] == f"/problems/{problem}"
    elif function.name == "authorizer":
        assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    elif function.name == "preflight":
        assert answer["statusCode"] == 204
    elif function.relays:
        assert answer == {"batchItemFailures": []}
    assert_lean(function, loaded)


def assert_lean(function: Function, loaded: set[str]) -> None:
    """No function's start imports what is another's."""
    assert {module.partition(".")[0] for module in loaded} & HEAVY == set()
    assert not {module for module in loaded if module.startswith("cryptography")}
    sections = {
        module
        for module in loaded
        if re.fullmatch(r"chalicelib\.(services|core)\.\w+\.\w+", module)
    }
    own = f"chalicelib.{function.section}."
    foreign = {section for section in sections if not section.startswith(own)}
    assert {module for module in foreign if module.startswith("chalicelib.services.")} == set()
    assert {module for module in foreign if module.endswith((".actions", ".consumer"))} == set()
    assert {"s3transfer", "boto3.session", "boto3.resources"} & loaded == set()


def test_its_sdk_knows_what_is_called_and_no_more(python: Path, unpacked: Path) -> None:
    environment = {"AWS_DEFAULT_REGION": "eu-central-1"}
    environment |= {"AWS_ACCESS_KEY_ID": "probe", "AWS_SECRET_ACCESS_KEY": "probe"}
    done = subprocess.run(
        [str(python), "-I", "-S", "-c", SDK, str(unpacked)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_preflight_imports_next_to_nothing(probe: Any) -> None:
    (function,) = (function for function in all_functions() if function.name == "preflight")
    loaded, _, _ = probe(function)
    assert {module for module in loaded if module.startswith("chalicelib")} == {
        "chalicelib",
        "chalicelib.runtime",
        "chalicelib.runtime.cors",
        "chalicelib.runtime.preflight",
    }
    assert {"boto3", "botocore", "pydantic", "chalice"} & loaded == set()


def test_everything_declared_is_probed() -> None:
    probed = {function.name for function in all_functions()}
    writing = {action.name for action in declarations.actions() if not action.shares_function}
    assert writing | {consumer.name for consumer in declarations.consumers()} <= probed


def test_every_module_is_compiled_by_the_python_that_runs_it(runnable: Path, python: Path) -> None:
    ask = "import sys, importlib.util; print(sys.implementation.cache_tag)"
    ask += "; print(importlib.util.MAGIC_NUMBER.hex())"
    done = subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=True)
    tag, magic = done.stdout.split()
    assert artifact.read_manifest(runnable)["bytecode"] == tag
    with zipfile.ZipFile(runnable) as archive:
        names = set(archive.namelist())
        compiled = {name for name in names if name.endswith(".pyc")}
        for name in compiled:
            assert archive.read(name)[:4].hex() == magic, name
    for name in names:
        if name.endswith(".py"):
            folder, _, module = name.rpartition("/")
            cached = f"{folder}/__pycache__/".lstrip("/") + f"{module[:-3]}.{tag}.pyc"
            assert cached in compiled, name


def shared_libraries(target: Path) -> Iterator[tuple[str, ELFFile]]:
    """Each file of machine code in an artifact, by its name."""
    with zipfile.ZipFile(target) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if content.startswith(b"\x7fELF"):
                yield name, ELFFile(io.BytesIO(content))


@pytest.mark.parametrize("architecture", MACHINES)
def test_what_is_deployed_loads_on_the_image_of_the_runtime(architecture: str) -> None:
    target = artifact.build(architecture)
    libraries = dict(shared_libraries(target))
    assert "cryptography/hazmat/bindings/_rust.abi3.so" in libraries
    bundled = {name.rpartition("/")[2] for name in libraries}
    for name, library in libraries.items():
        assert library["e_machine"] == MACHINES[architecture], name
        assert re.search(r"cpython-(?!313-)", name) is None, "for another minor version of Python"
        for section in library.iter_sections():
            if isinstance(section, GNUVerNeedSection):
                assert glibc(section) <= interpreter.GLIBC, name
            if isinstance(section, DynamicSection):
                needed = {tag.needed for tag in section.iter_tags("DT_NEEDED")} - bundled
                assert {
                    library for library in needed if not re.fullmatch(SYSTEM, library)
                } == set(), name


def glibc(section: GNUVerNeedSection) -> tuple[int, ...]:
    """The highest version of the C library whose symbols are needed."""
    names = (need.name for _, needs in section.iter_versions() for need in needs)
    versions = (name.removeprefix("GLIBC_") for name in names if name.startswith("GLIBC_"))
    return max((tuple(map(int, version.split("."))) for version in versions), default=(0,))


@pytest.mark.parametrize("architecture", MACHINES)
def test_what_is_deployed_is_compiled_where_a_python_of_the_runtime_is_installed(
    architecture: str,
) -> None:
    manifest = artifact.read_manifest(artifact.build(architecture))
    compiler = interpreter.find(interpreter.PINNED)
    assert manifest == {
        "architecture": architecture,
        "python": interpreter.PINNED,
        "bytecode": "cpython-313" if compiler else None,
    }


def test_without_a_python_that_runs_it_an_artifact_holds_the_sources(tmp_path: Path) -> None:
    nowhere = dict.fromkeys(["PATH", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"], str(tmp_path))
    another = "3.12" if sys.version_info[:2] != (3, 12) else "3.13"
    program = """
import sys
from pathlib import Path
from infra import artifact
artifact.BUILD = Path(sys.argv[1])
print(artifact.build(artifact.architecture(), sys.argv[2]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), another],
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    target = Path(done.stdout.strip())
    assert artifact.read_manifest(target)["bytecode"] is None
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
    assert {"app.py", "botocore/client.py", "chalice/app.py"} <= {*names}
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_same_tree_gives_the_same_bytes(unpacked: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    artifact._zip(unpacked, first)
    os.utime(unpacked / "app.py", (0, 0))
    (unpacked / "app.py").chmod(0o600)
    artifact._zip(unpacked, second)
    assert first.read_bytes() == second.read_bytes()


def test_compiling_gives_the_same_bytes(tmp_path: Path) -> None:
    compiled = []
    for folder in (tmp_path / "one", tmp_path / "another"):
        folder.mkdir()
        (folder / "module.py").write_text("NAMES = frozenset({'a', 'b'})\n", encoding="utf-8")
        artifact._compile(Path(sys.executable), folder, folder)
        (cached,) = folder.rglob("*.pyc")
        compiled.append(cached.read_bytes())
    assert compiled[0] == compiled[1]


def test_says_nothing_of_the_machine_that_built_it(runnable: Path) -> None:
    with zipfile.ZipFile(runnable) as archive:
        for name in archive.namelist():
            assert str(artifact.ROOT).encode() not in archive.read(name), name


@pytest.mark.usefixtures("runnable")
def test_building_edits_nothing_but_its_own_files() -> None:
    for folder in artifact.BUILD.glob("dependencies-*"):
        shared = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_nlink > 1]
        assert shared == [], "an edit of these would reach the installer's cache"


def test_fits_lambda(built: Build) -> None:
    with zipfile.ZipFile(built.artifact) as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist())
    assert unzipped <= artifact.LIMIT
    assert built.artifact.stat().st_size <= 50 * 1024 * 1024
