"""Attacks the product, checks its template and dependencies, and prints a report.

Ends with 1 if anything failed, with 2 if something could not be checked and nothing failed.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from infra import licences
from infra.build import build
from infra.licences import LicenceRefused
from tests.audit import template, vulnerabilities
from tests.audit.outcome import Outcome, State

AREAS = {
    "authorisation": ("audit.test_authorisation", "runtime.test_authorizer"),
    "tenancy": ("audit.test_tenancy", "runtime.test_page"),
    "hostile values": ("audit.test_hostile", "runtime.test_action"),
    "signatures": ("audit.test_signatures", "kep.test_hostile"),
    "bombs": ("audit.test_bombs",),
    "over HTTP": ("end_to_end.test_under_attack",),
}
"""Attacks, and the test modules that make them."""

IN_PROCESS = "tests/core tests/services tests/runtime tests/audit tests/kep/test_hostile.py"
WALK = f"{IN_PROCESS} tests/end_to_end/test_under_attack.py"
"""The tests that together use every grant; the attacks are among them."""

_LONGEST = 120
REQUIREMENTS = ("requirements", "requirements-dev", "requirements-cloud", "requirements-audit")


def checks() -> Iterator[Outcome]:
    """Make every check, the quick ones first, and yield each result."""
    yield _licences()
    made = build()
    yield template.check_lint(made.templates.values())
    yield template.check_policies(made.templates.values())
    for name in REQUIREMENTS:
        yield vulnerabilities.check(Path(f"{name}.txt"))
    yield from _walk()


def _licences() -> Outcome:
    try:
        listed = licences.TARGET.read_text(encoding="utf-8") == licences.render()
    except LicenceRefused as error:
        return Outcome("licences", State.FAILED, [str(error)])
    details = [f"{len(licences.shipped())} packages, {len(licences.ARGUED)} argued for"]
    return Outcome("licences", State.HELD if listed else State.FAILED, details)


def _walk() -> Iterator[Outcome]:
    """Run the tests under the declared grants; yield a result per area of attack, then of grants."""
    report = Path("build/audit.xml")
    command = [sys.executable, "-m", "pytest", "--quiet", "--show-capture=no", "-n", "2"]
    command += ["--dist", "loadgroup", "-o", f"testpaths={WALK}", f"--junitxml={report}"]
    report.unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True)
    if not report.exists():
        yield Outcome("attacks", State.FAILED, done.stdout.splitlines()[-3:])
        return
    cases = [*ElementTree.parse(report).iter("testcase")]
    for what, modules in AREAS.items():
        names = tuple(f"tests.{module}" for module in modules)
        yield _area(what, [case for case in cases if case.get("classname", "").startswith(names)])
    grants = [line for line in done.stdout.splitlines() if re.match(r"\w+ (reads|writes) ", line)]
    broken = [case for case in cases if _ended(case) == "failed"]
    if broken and not grants:
        details = [
            f"{len(broken)} of {len(cases)} tests failed, so that nothing is known of grants"
        ]
        yield Outcome("least privilege", State.NOT_CHECKED, details)
    else:
        state = State.FAILED if grants else State.HELD
        details = grants or [f"{len(cases)} tests under declared grants, each of them used"]
        yield Outcome("least privilege", state, details)


def _area(what: str, cases: list[Element]) -> Outcome:
    ends = {how: [case for case in cases if _ended(case) == how] for how in ("failed", "skipped")}
    details = [f"{how}: {case.get('name')}" for how, selected in ends.items() for case in selected]
    details.append(f"{len(cases)} tests")
    if ends["failed"]:
        return Outcome(what, State.FAILED, details)
    return Outcome(what, State.NOT_CHECKED if ends["skipped"] or not cases else State.HELD, details)


def _ended(case: Element) -> str:
    kinds = {child.tag for child in case}
    return "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "held"


def main() -> int:
    """Print one line per check, and return the exit code of the process."""
    states = set()
    for outcome in checks():
        states.add(outcome.state)
        details = f"\n{'':54}".join(detail[:_LONGEST] for detail in outcome.details)
        sys.stdout.write(f"{outcome.what:42}{outcome.state:12}{details}\n")
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
