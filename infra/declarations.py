"""What the product's code declares of itself, imported as a whole."""

import functools
import importlib
import os
from typing import TypeVar

from chalicelib.runtime.declaration import DECLARED, Action, Consumer, Declaration, Schedule

D = TypeVar("D", bound=Declaration)


@functools.cache
def load() -> None:
    """Import what every section declares: its actions, its consumers and its problems."""
    os.environ.setdefault("STAGE", "build")
    import app

    for room in ("actions", "consumer", "rules"):
        for section in app.find_sections(room):
            importlib.import_module(f"chalicelib.{section}.{room}")


def declared(kind: type[D]) -> list[D]:
    """Return the product's declarations of one kind, by name; a test's own are not among them."""
    load()
    ours = (one for one in DECLARED if one.function.__module__.startswith("chalicelib."))
    return sorted((one for one in ours if type(one) is kind), key=lambda one: one.name)


def actions() -> list[Action]:
    """Return every action and read."""
    return declared(Action)


def consumers() -> list[Consumer]:
    """Return every queue's consumer."""
    return declared(Consumer)


def schedules() -> list[Schedule]:
    """Return every scheduled function."""
    return declared(Schedule)
