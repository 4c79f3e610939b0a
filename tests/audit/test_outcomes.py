"""The audit reports failed checks, and checks that could not be made."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.audit import template, vulnerabilities
from tests.audit.outcome import State

KNOWN = {"name": "known", "version": "1", "vulns": []}
SKIPPED = {"name": "skipped", "skip_reason": "not found"}
BAD = {"name": "bad", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
FINDING = {"check_id": "CKV_AWS_1", "resource": "AWS::S3::Bucket.A", "check_name": "Ensure a"}

Tool = Callable[[str, str], None]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """A function that installs a tool with a given output."""
    for module in (vulnerabilities, template):
        monkeypatch.setattr(module, "TOOLS", tmp_path)

    def make(name: str, answer: str) -> None:
        canned = tmp_path / "said"
        canned.write_text(answer)
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\ncat {canned}\n")
        tool.chmod(0o755)

    return make


@pytest.mark.parametrize(
    ("packages", "state"),
    [
        ([KNOWN], State.HELD),
        ([KNOWN, BAD], State.FAILED),
        ([SKIPPED, BAD], State.FAILED),
        ([KNOWN, SKIPPED], State.NOT_CHECKED),
        ([], State.NOT_CHECKED),
        (None, State.NOT_CHECKED),
    ],
)
def test_vulnerabilities(tool: Tool, packages: Any, state: State) -> None:
    tool("pip-audit", "" if packages is None else json.dumps({"dependencies": packages}))
    assert vulnerabilities.check(Path("requirements.txt")).state is state


@pytest.mark.parametrize(
    ("failed", "argued", "state"),
    [
        ([], [], State.HELD),
        ([FINDING], [], State.FAILED),
        ([FINDING], ["A"], State.HELD),
        ([FINDING], ["B*"], State.FAILED),
        ([], ["A"], State.FAILED),
    ],
)
def test_findings_of_checkov(
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failed: list[Any],
    argued: list[str],
    state: State,
) -> None:
    entries = [
        f'[[argued]]\ncheck = "CKV_AWS_1"\nresources = "{resource}"\n' for resource in argued
    ]
    (tmp_path / "argued.toml").write_text("".join(entries) or "argued = []")
    monkeypatch.setattr(template, "ARGUED", tmp_path / "argued.toml")
    tool("checkov", json.dumps({"summary": {"passed": 1}, "results": {"failed_checks": failed}}))
    assert template.check_policies([Path("template.json")]).state is state


def test_tool_without_output_is_not_checked(tool: Tool) -> None:
    tool("checkov", "")
    assert template.check_policies([Path("template.json")]).state is State.NOT_CHECKED
