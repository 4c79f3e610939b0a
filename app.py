"""The Chalice application: the API of one section in a Lambda, of all sections when packaged.

The environment variable ``SECTION`` names the section to serve.

Of Chalice's own commands, ``chalice package`` makes the definition of the API on which the
deployment is built; the command needs a region (``AWS_DEFAULT_REGION``) and installs the
dependencies first, which takes minutes. ``chalice local`` serves the calls that need neither a
token nor a table; the whole product runs on this machine with ``make run``.
``chalice deploy`` is refused: it would make one function with one role of everything; use
``make deploy``.
"""

import importlib
import os
import pkgutil
import sys
from typing import Any

from chalice.app import AuthRequest, Chalice

import chalicelib
from chalicelib.runtime.declaration import DECLARED, Action

if os.path.basename(sys.argv[0]) == "chalice" and "deploy" in sys.argv[1:]:
    raise SystemExit(
        "`chalice deploy` would make one function with one role of everything.\n"
        "Deploy a stage with `make deploy STAGE=…` (docs/operations.md); "
        "`make run` runs the product on this machine."
    )

app = Chalice(app_name="service-menu", configure_logs=False)
SECTION = os.environ.get("SECTION")


@app.authorizer(ttl_seconds=300)
def authorizer(request: AuthRequest) -> dict[str, Any]:
    """Admit callers with a token of the configured issuer; each action checks the roles."""
    from chalicelib.runtime.authorizer import authorize

    return authorize(request)


def declare(section: str | None) -> list[Action]:
    """Import the actions of one section, or of every section, and return them."""
    sections = [section] if section else find_sections("actions")
    for name in sections:
        importlib.import_module(f"chalicelib.{name}.actions")
    return [declared for declared in DECLARED if isinstance(declared, Action)]


def find_sections(room: str) -> list[str]:
    """Return the packages below chalicelib that have a module named ``room``, in dotted form.

    A package is a section, or a part of a section that consists of several services.
    """
    modules = pkgutil.walk_packages(chalicelib.__path__, "chalicelib.")
    names = sorted(module.name for module in modules if not module.ispkg)
    return [
        name.removeprefix("chalicelib.").removesuffix(f".{room}")
        for name in names
        if name.endswith(f".{room}") and name.count(".") >= 3
    ]


if SECTION != "authorizer":
    from chalicelib.runtime.action import serve

    serve(app, declare(SECTION), authorizer)
