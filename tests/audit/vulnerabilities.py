"""Known vulnerabilities of all pinned packages, by pip-audit with the list of PyPI or of OSV."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.audit.outcome import Outcome, State

TOOLS = Path(".venv-audit/bin")
SERVICES = ("pypi", "osv")


def check(requirements: Path) -> Outcome:
    """Look up every version pinned in a file. Without an answer for all, the state is NOT CHECKED."""
    what = f"vulnerabilities in {requirements.name}"
    reasons = []
    for service in SERVICES:
        command = [str(TOOLS / "pip-audit"), "--vulnerability-service", service, "--format", "json"]
        command += ["--progress-spinner", "off", "--require-hashes", "--disable-pip"]
        done = subprocess.run(
            [*command, "--requirement", str(requirements)], capture_output=True, text=True
        )
        try:
            packages = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            last = (done.stderr.strip() or "no answer").splitlines()[-1]
            reasons.append(f"{service} is not reached: {last}")
            continue
        if vulnerabilities := list(_vulnerabilities(packages)):
            return Outcome(what, State.FAILED, vulnerabilities)
        skipped = [package["name"] for package in packages if "skip_reason" in package]
        if packages and not skipped:
            return Outcome(what, State.HELD, [f"{len(packages)} packages, by {service}"])
        reasons.append(f"{service} knows nothing of {len(skipped)} of {len(packages)} packages")
    return Outcome(what, State.NOT_CHECKED, reasons)


def _vulnerabilities(packages: list[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        for vulnerability in package.get("vulns", []):
            mended = ", ".join(vulnerability["fix_versions"]) or "nowhere yet"
            yield f"{package['name']} {package['version']}: {vulnerability['id']}, mended in {mended}"
