"""The modules of the page import one another without a circle."""

import graphlib
import re
from pathlib import Path

CABINET = Path("cabinet")
IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")


def test_modules_import_one_another_without_a_circle() -> None:
    imports = {
        module.resolve(): {
            (module.parent / name).resolve()
            for name in IMPORT.findall(module.read_text(encoding="utf-8"))
        }
        for module in CABINET.rglob("*.js")
    }
    assert set().union(*imports.values()) <= imports.keys()
    assert [*graphlib.TopologicalSorter(imports).static_order()]
