"""The declarations of the whole product: its actions, consumers and schedules."""

import functools
import importlib
import os
from typing import TypeVar

from chalicelib.runtime.declaration import DECLARED, Action, Consumer, Declaration, Schedule

D = TypeVar("D", bound=Declaration)


@functools.cache
def load() -> None:
    """Import the actions, consumers and problems of every section."""
    os.environ.setdefault("STAGE", "build")
    import app

    for room in ("actions", "consumer", "rules"):
        for section in app.find_sections(room):
            importlib.import_module(f"chalicelib.{section}.{room}")


def declared(kind: type[D]) -> tuple[D, ...]:
    """Return the declarations of one kind, sorted by name, without those that tests declare."""
    load()
    ours = (
        declaration
        for declaration in DECLARED
        if declaration.function.__module__.startswith("chalicelib.")
    )
    of_kind = (declaration for declaration in ours if type(declaration) is kind)
    return tuple(sorted(of_kind, key=lambda declaration: declaration.name))


@functools.cache
def actions() -> tuple[Action, ...]:
    """Return every action and read."""
    return declared(Action)


@functools.cache
def consumers() -> tuple[Consumer, ...]:
    """Return every queue's consumer."""
    return declared(Consumer)


@functools.cache
def schedules() -> tuple[Schedule, ...]:
    """Return every scheduled function."""
    return declared(Schedule)
