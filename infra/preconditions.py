"""What must hold before a stage is deployed."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.artifact import ROOT, read_manifest
from infra.cloudformation import DeploymentError, Stack
from infra.interpreter import PINNED
from infra.stacks.data import MAIL_IDENTITY


def require_clean_tree(root: Path = ROOT) -> str:
    """Return the commit that is checked out, so that what runs can be found again.

    Raises:
        DeploymentError: something is not committed.
    """
    status = _run(["git", "status", "--porcelain"], root)
    if status.returncode:
        raise DeploymentError(status.stderr.strip())
    if changed := status.stdout.strip():
        raise DeploymentError(f"not committed, so it is not deployed:\n{changed}")
    return _run(["git", "rev-parse", "HEAD"], root).stdout.strip()


def require_compiled(artifact: Path) -> None:
    """Check that an artifact is compiled for the Lambda runtime.

    Raises:
        DeploymentError: the artifact holds sources alone, or is for another version of Python.
    """
    manifest = read_manifest(artifact)
    if manifest["python"] != PINNED:
        raise DeploymentError(
            f"{artifact.name} is for Python {manifest['python']}, Lambda runs {PINNED}"
        )
    if manifest["bytecode"] is None:
        raise DeploymentError(
            f"{artifact.name} holds sources alone, which each cold start would compile. "
            f"Install Python {PINNED}, which compiles them here (Debian's package python{PINNED}, "
            f"or .venv/bin/uv python install {PINNED}), and deploy again."
        )


def lint(*templates: Path) -> str:
    """Return the findings of cfn-lint; empty if there are none."""
    command = [str(Path(sys.executable).with_name("cfn-lint"))]
    # A region that cfn-lint knows, whatever region this machine is set to.
    command += ["--regions", "eu-central-1", "--", *map(str, templates)]
    done = _run(command, ROOT)
    return done.stdout.strip() or (done.stderr.strip() if done.returncode else "")


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def require_mail_identity(sesv2: Any, data: Stack, values: Mapping[str, Any]) -> None:
    """Check that exactly one stage of the account owns the mail identity of a domain.

    Raises:
        DeploymentError: the stage would create an identity that the account has, or use an
            identity that the account lacks.
    """
    domain = values["SenderDomain"]
    try:
        sesv2.get_email_identity(EmailIdentity=domain)
        exists = True
    except sesv2.exceptions.NotFoundException:
        exists = False
    if values.get("MailIdentity", "own") == "shared":
        if not exists:
            raise DeploymentError(f'no stage owns the mail identity {domain}: MailIdentity "own"')
    elif exists and not data.has(MAIL_IDENTITY):
        raise DeploymentError(
            f"the account has the mail identity {domain} already: let this stage use the identity"
            ' with MailIdentity "shared", or import the identity into the data stack'
        )
