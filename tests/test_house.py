"""Rules of the house that no linter holds: names, and modules that import one another."""

import ast
import collections
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = [
    ROOT / "app.py",
    *sorted(path for folder in ("chalicelib", "infra") for path in (ROOT / folder).rglob("*.py")),
]
NAMED = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
"""Modules whose names are checked."""
SCRIPTS = sorted(
    path for folder in ("cabinet", "infra/local/page") for path in (ROOT / folder).rglob("*.js")
)
SAYS_NOTHING = {"said", "seen", "one", "found"}
"""Names that do not tell what a value is."""


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def domain(path: Path) -> str:
    """Return the part of the house within which a class name means one thing."""
    parts = path.relative_to(ROOT).parent.parts
    return "/".join(parts[: 3 if {"core", "services"} & {*parts} else 2])


def assigned_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the functions, parameters and local variables of a module with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ExceptHandler) and node.name:
            yield node.name.strip("_"), node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def imports(path: Path, known: frozenset[str]) -> Iterator[str]:
    """Yield the modules of the house that a module imports, those within functions too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def circles() -> list[list[str]]:
    """Return the groups of modules that import one another (Tarjan's algorithm)."""
    known = frozenset(map(module_name, MODULES))
    graph = {
        module_name(path): {
            name for name in imports(path, known) if name in known and name != module_name(path)
        }
        for path in MODULES
    }
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for imported in graph[name]:
            if imported not in order:
                visit(imported)
                lowest[name] = min(lowest[name], lowest[imported])
            elif imported in stack:
                lowest[name] = min(lowest[name], order[imported])
        if lowest[name] == order[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for name in graph:
        if name not in order:
            visit(name)
    return groups


@pytest.mark.parametrize("path", NAMED, ids=module_name)
def test_parameters_and_variables_are_named_for_what_they_are(path: Path) -> None:
    assert [place for place in assigned_names(parsed(path)) if place[0] in SAYS_NOTHING] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_variables_of_scripts_are_named_for_what_they_are(path: Path) -> None:
    text = re.sub(
        r"""//.*|/\*[\s\S]*?\*/|"[^"\n]*"|'[^'\n]*'""", "", path.read_text(encoding="utf-8")
    )
    names = "|".join(SAYS_NOTHING)
    assert re.findall(rf"(?<![\w.])(?:{names})\b(?!:)", text) == []


def test_class_names_are_unique_within_a_domain() -> None:
    places: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
    for path in MODULES:
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[domain(path), node.name].add(module_name(path))
    assert {key: modules for key, modules in places.items() if len(modules) > 1} == {}


def test_no_modules_import_one_another() -> None:
    assert circles() == []


def test_consumers_import_no_actions() -> None:
    known = frozenset(map(module_name, MODULES))
    for path in MODULES:
        if path.name.endswith("consumer.py"):
            assert not [name for name in imports(path, known) if name.endswith("actions")], path


def test_stores_keep_to_tables() -> None:
    known = frozenset(map(module_name, MODULES))
    for path in MODULES:
        if path.name.endswith("store.py") and path.name != "object_store.py":
            reached = set(imports(path, known))
            assert "chalicelib.runtime.object_store" not in reached, path
