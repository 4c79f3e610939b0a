"""Checks of the production templates by cfn-lint and checkov.

What checkov finds and we hold otherwise is argued, one by one, in ``checkov.toml``; an argument
that nothing needs any more fails as well.
"""

import json
import subprocess
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from infra.preconditions import lint
from tests.audit.outcome import Outcome, State

TOOLS = Path(".venv-audit/bin")
ARGUED = Path(__file__).with_name("checkov.toml")


def check_lint(templates: Iterable[Path]) -> Outcome:
    """Check that cfn-lint reports nothing."""
    faults = lint(*templates).splitlines()
    return Outcome("cfn-lint", State.FAILED if faults else State.HELD, faults)


def check_policies(templates: Iterable[Path]) -> Outcome:
    """Check that checkov reports only findings with a written reason."""
    paths = list(templates)
    # By name alone: checkov looks for secrets in the path of a template too, and takes 40 letters
    # and slashes for one.
    command = [str(TOOLS.absolute() / "checkov"), "--file", *(path.name for path in paths)]
    command += ["--framework", "cloudformation"]
    command += ["--output", "json", "--compact", "--quiet", "--skip-download"]
    done = subprocess.run(command, cwd=paths[0].parent, capture_output=True, text=True)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return Outcome("checkov", State.NOT_CHECKED, done.stderr.strip().splitlines()[-3:])
    passed, failed = report["summary"]["passed"], report["results"]["failed_checks"]
    argued = tomllib.loads(ARGUED.read_text(encoding="utf-8"))["argued"]
    details = [
        _say(failure) for failure in failed if not any(_covers(each, failure) for each in argued)
    ]
    details += [
        f"{each['check']} of {each['resources']}: found no more, so argue no more"
        for each in argued
        if not any(_covers(each, failure) for failure in failed)
    ]
    if details or not passed:
        return Outcome("checkov", State.FAILED, details)
    summary = f"{passed} rules kept, {len(failed)} findings of {len(argued)} kinds argued for"
    return Outcome("checkov", State.HELD, [summary])


def _covers(argument: dict[str, str], finding: dict[str, Any]) -> bool:
    name = finding["resource"].rpartition(".")[2]
    return argument["check"] == finding["check_id"] and fnmatchcase(name, argument["resources"])


def _say(finding: dict[str, Any]) -> str:
    return f"{finding['check_id']} {finding['resource']}: {finding['check_name']}"
