"""Prints the figures of docs/performance.md: ``python -m tests.bench [module...]``."""

import importlib
import sys

_MODULES = (
    "cold_start",
    "cost",
    "month",
    "archive",
    "feed",
    "warm",
    "kep",
    "enterprise_data",
    "load",
    "growth",
)


def main() -> None:
    """Print one table of the modules named on the command line, or of all."""
    sys.stdout.write("| what | figure |\n|---|---|\n")
    for name in sys.argv[1:] or _MODULES:
        for what, figure in importlib.import_module(f"tests.bench.{name}").run():
            sys.stdout.write(f"| {what} | {figure} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
