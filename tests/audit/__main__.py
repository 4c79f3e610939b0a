"""Attacks the product, judges what it stands on, and prints a report: ``python -m tests.audit``.

Ends with 1 if anything failed, with 2 if something could not be checked and nothing failed.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from infra import licences
from infra.build import build
from infra.licences import LicenceRefused
from tests.audit import template, vulnerabilities
from tests.audit.outcome import Outcome, State

ATTACKS = {
    "authorisation": "tests/audit/test_authorisation.py tests/runtime/test_authorizer.py",
    "tenancy": "tests/audit/test_tenancy.py tests/runtime/test_page.py",
    "hostile values": "tests/audit/test_hostile.py tests/runtime/test_action.py",
    "signatures": "tests/audit/test_signatures.py tests/kep/test_hostile.py",
    "bombs": "tests/audit/test_bombs.py",
    "over HTTP": "tests/end_to_end/test_attack.py",
}
REQUIREMENTS = ("requirements", "requirements-dev", "requirements-cloud", "requirements-audit")


def checks() -> Iterator[Outcome]:
    """Make every check, the quick ones first."""
    yield _licences()
    made = build()
    yield template.check_lint(made.template)
    yield template.check_policies(made.template)
    for name in REQUIREMENTS:
        yield vulnerabilities.check(Path(f"{name}.txt"))
    for what, files in ATTACKS.items():
        yield _attack(what, files.split())


def _licences() -> Outcome:
    try:
        listed = licences.TARGET.read_text(encoding="utf-8") == licences.render()
    except LicenceRefused as error:
        return Outcome("licences", State.FAILED, [str(error)])
    said = [f"{len(licences.shipped())} packages, {len(licences.ARGUED)} argued for"]
    return Outcome("licences", State.HELD if listed else State.FAILED, said)


def _attack(what: str, files: list[str]) -> Outcome:
    command = [sys.executable, "-m", "pytest", "--quiet", "--show-capture=no", *files]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = done.stdout.strip().splitlines() or done.stderr.strip().splitlines()
    failed = [one for one in lines if re.match("FAILED|ERROR", one)]
    skipped = [one for one in lines if one.startswith("SKIPPED")]
    if done.returncode:
        return Outcome(what, State.FAILED, [*failed, lines[-1]])
    return Outcome(what, State.NOT_CHECKED if skipped else State.HELD, [*skipped, lines[-1]])


def main() -> int:
    """Print a line a check, and return what the process ends with."""
    states = set()
    for outcome in checks():
        states.add(outcome.state)
        said = f"\n{'':44}".join(outcome.said)
        sys.stdout.write(f"{outcome.what:31} {outcome.state:12}{said}\n")
        sys.stdout.flush()
    if State.FAILED in states:
        return 1
    if State.NOT_CHECKED in states:
        sys.stdout.write("\nNot everything was checked: see NOT CHECKED above.\n")
        return 2
    return 0


if __name__ == "__main__":
    started = time.monotonic()
    ended = main()
    sys.stdout.write(f"\n{time.monotonic() - started:.0f} s\n")
    sys.exit(ended)
