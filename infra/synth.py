"""Writes the template of each stack: plain CloudFormation, from the code's own declarations.

    python -m infra.synth build/templates

Chalice defines the API (``chalice package``, the only route table), ``infra/resources.yaml`` what
is kept, the declarations what each function needs. The templates run unmodified in production, in
the end-to-end tests and on a developer's machine.
"""

import json
import os
import re
import sys
from pathlib import Path

from infra import stacks

ORDER = "order.json"


def write(folder: Path) -> None:
    """Write the templates into ``folder`` as ``<stack>.json``, and their order of deployment."""
    folder.mkdir(parents=True, exist_ok=True)
    templates = stacks.synthesise()
    for name, template in templates.items():
        text = json.dumps(template, ensure_ascii=False, indent=1, sort_keys=True)
        _replace(folder / f"{name}.json", re.sub(r"[ ]+\n", "\n", text) + "\n")
    _replace(folder / ORDER, json.dumps(list(templates)))
    for path in folder.glob("*.json"):
        if path.stem not in templates and path.name != ORDER:
            path.unlink()


def _replace(path: Path, text: str) -> None:
    """Write a file in one step, since tests that run side by side read what one of them writes."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
