"""Deploys a stage: build, lint, upload, change set, a look at it, execution.

    python -m infra.deploy STAGE [--parameters infra/stages/STAGE.json] [--bucket NAME] [--yes]

The stage's file gives the template's parameters by name; a value that is an object goes as JSON.
Secrets are in no file and no parameter: the functions refer to the cloud's secret store, and a
secret that is not there is named, with the command that makes it, before anything is changed.
"""

import argparse
import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import functions, secret_store
from infra.artifact import ROOT
from infra.build import build
from infra.secret_store import SecretMissing

Json = dict[str, Any]
Clients = Callable[[str], Any]
"""Makes the boto3 client of a service."""

_CAPABILITIES = ["CAPABILITY_IAM"]
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_CREATED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


class DeploymentError(Exception):
    """What keeps the stage from being deployed, in words for whoever deploys."""


def stack_name(stage: str) -> str:
    """Return the name of a stage's stack."""
    return f"{stage}-service-menu"


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


def lint(template: Path) -> str:
    """Return what cfn-lint finds; nothing for a template that is well."""
    command = [str(Path(sys.executable).with_name("cfn-lint"))]
    # One that it knows, whatever region this machine is set to.
    command += ["--regions", "eu-central-1", "--", str(template)]
    done = _run(command, ROOT)
    return done.stdout.strip() or (done.stderr.strip() if done.returncode else "")


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def choose_parameters(template: Json, values: Mapping[str, Any]) -> list[Json]:
    """Return CloudFormation's parameters.

    Args:
        template: what declares them.
        values: by name; one that is no string goes as JSON.

    Raises:
        DeploymentError: a name is unknown, or a parameter without a default has no value.
    """
    declared = template["Parameters"]
    if unknown := set(values) - set(declared):
        raise DeploymentError(f"the template has no parameter {', '.join(sorted(unknown))}")
    missing = [
        name for name, one in declared.items() if "Default" not in one and name not in values
    ]
    if missing:
        raise DeploymentError(f"no value for {', '.join(missing)}")
    return [
        {
            "ParameterKey": name,
            "ParameterValue": value
            if isinstance(value, str)
            else json.dumps(value, ensure_ascii=False),
        }
        for name, value in values.items()
    ]


def upload(s3: Any, bucket: str, path: Path) -> str:
    """Put a file into the bucket under the hash of its content, unless it is there; return the key.

    Raises:
        DeploymentError: the bucket is not there, or not ours.
    """
    content = path.read_bytes()
    key = f"service-menu/{hashlib.sha256(content).hexdigest()}{path.suffix}"
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NoSuchBucket"}:
            raise DeploymentError(f"bucket {bucket}: {error}") from error
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=content)
        except ClientError as refused:
            raise DeploymentError(f"bucket {bucket}: {refused}") from refused
    return key


@dataclasses.dataclass(frozen=True)
class Stack:
    """A CloudFormation stack, changed by change sets."""

    cloudformation: Any
    name: str
    poll_seconds: float = 3.0

    def describe(self) -> Json | None:
        """Return the stack as it is; None where there is none, or only the plan of one."""
        try:
            found: Json = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found["StackStatus"] in {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"} else found

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the stack.

        Raises:
            DeploymentError: there is no such stack.
        """
        found = self.describe()
        if found is None:
            raise DeploymentError(f"there is no stack {self.name}")
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}

    def physical_id(self, logical_id: str) -> str:
        """Return what the cloud calls a resource of the template.

        Raises:
            DeploymentError: there is no such stack, or no such resource in it.
        """
        try:
            found = self.cloudformation.describe_stack_resource(
                StackName=self.name, LogicalResourceId=logical_id
            )
        except ClientError as error:
            raise DeploymentError(error.response["Error"]["Message"]) from error
        name: str = found["StackResourceDetail"]["PhysicalResourceId"]
        return name

    def plan(self, template_url: str, parameters: list[Json], description: str) -> str | None:
        """Return the id of a new change set; None when nothing would change.

        Raises:
            DeploymentError: CloudFormation refuses the template or a parameter.
        """
        present = self.describe()
        if present and present["StackStatus"] == "ROLLBACK_COMPLETE":
            raise DeploymentError(
                f"stack {self.name} was never created whole; delete it, then deploy again"
            )
        try:
            change_set: str = self.cloudformation.create_change_set(
                StackName=self.name,
                ChangeSetName=f"deploy-{time.time_ns()}",
                ChangeSetType="UPDATE" if present else "CREATE",
                Description=description,
                TemplateURL=template_url,
                Parameters=parameters,
                Capabilities=_CAPABILITIES,
            )["Id"]
        except ClientError as error:
            raise DeploymentError(error.response["Error"]["Message"]) from error
        while True:
            planned = self._change_set(change_set)
            if planned["Status"] == "CREATE_COMPLETE":
                return change_set
            if planned["Status"] == "FAILED":
                self.drop(change_set)
                reason = planned.get("StatusReason", "no reason is given")
                if any(one in reason for one in _NOTHING):
                    return None
                raise DeploymentError(reason)
            time.sleep(self.poll_seconds)

    def changes(self, change_set: str) -> Iterator[str]:
        """Yield a line for each resource that would change; a replacement says so."""
        page = self._change_set(change_set)
        while True:
            for change in page.get("Changes", []):
                one = change["ResourceChange"]
                replaced = {"True": " REPLACED", "Conditional": " perhaps replaced"}
                note = replaced.get(one.get("Replacement", ""), "")
                yield f"{one['Action']:<8}{one['LogicalResourceId']}  {one['ResourceType']}{note}"
            if not page.get("NextToken"):
                return
            page = self._change_set(change_set, NextToken=page["NextToken"])

    def drop(self, change_set: str) -> None:
        """Forget a change set, and the stack that it only planned."""
        self.cloudformation.delete_change_set(ChangeSetName=change_set, StackName=self.name)
        if self.describe() is None:
            self.cloudformation.delete_stack(StackName=self.name)

    def execute(self, change_set: str) -> dict[str, str]:
        """Perform a change set, wait for its end and return the stack's outputs.

        Raises:
            DeploymentError: it was rolled back; says what failed and why.
        """
        self.cloudformation.execute_change_set(ChangeSetName=change_set, StackName=self.name)
        while True:
            status = (self.describe() or {"StackStatus": "REVIEW_IN_PROGRESS"})["StackStatus"]
            if status in _CREATED:
                return self.outputs()
            if not status.endswith("_IN_PROGRESS"):
                reasons = "\n".join(self._failures()) or "no failed resource is recorded"
                raise DeploymentError(f"stack {self.name}: {status}\n{reasons}")
            time.sleep(self.poll_seconds)

    def _change_set(self, change_set: str, **page: str) -> Json:
        found: Json = self.cloudformation.describe_change_set(
            ChangeSetName=change_set, StackName=self.name, **page
        )
        return found

    def _failures(self) -> list[str]:
        """Return what failed in the last operation, the first failure first."""
        failed: list[str] = []
        pages = self.cloudformation.get_paginator("describe_stack_events")
        for page in pages.paginate(StackName=self.name):
            for event in page["StackEvents"]:
                status, resource = event["ResourceStatus"], event["LogicalResourceId"]
                reason = event.get("ResourceStatusReason", status)
                if status.endswith("_FAILED") and "cancelled" not in reason:
                    failed.insert(0, f"{resource}: {reason}")
                if resource == self.name and status in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}:
                    return failed
        return failed


def deploy(
    stack: Stack,
    s3: Any,
    *,
    template: Path,
    artifact: Path,
    values: Mapping[str, Any],
    description: str,
    confirm: Callable[[list[str]], bool] = lambda _: True,
) -> dict[str, str]:
    """Bring a stack to what the template and the artifact describe; return its outputs.

    Args:
        stack: what to change or create.
        s3: the client for the bucket that ``values`` names as ``ArtifactBucket``.
        template: plain CloudFormation, JSON.
        artifact: the zip of the functions.
        values: parameters by name, those of the secrets' versions included.
        description: of the change set, not empty.
        confirm: is shown the changes and says whether to make them.

    Raises:
        DeploymentError: it was refused, by us or by the cloud; the stack is as it was.
    """
    bucket = values["ArtifactBucket"]
    parameters = choose_parameters(
        json.loads(template.read_bytes()),
        {**values, "ArtifactKey": upload(s3, bucket, artifact)},
    )
    url = f"{s3.meta.endpoint_url}/{bucket}/{upload(s3, bucket, template)}"
    change_set = stack.plan(url, parameters, description)
    if change_set is None:
        print("Nothing has changed.")
        return stack.outputs()
    if not confirm(list(stack.changes(change_set))):
        stack.drop(change_set)
        raise DeploymentError("not confirmed; nothing was changed")
    return stack.execute(change_set)


def _ask(lines: list[str]) -> bool:
    print(*lines, sep="\n")
    return sys.stdin.isatty() and input("Make these changes? [y/N] ").strip().lower() == "y"


def _show(lines: list[str]) -> bool:
    print(*lines, sep="\n")
    return True


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Deploy from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.deploy")
    options.add_argument("stage")
    options.add_argument(
        "--parameters", type=Path, help="JSON; infra/stages/STAGE.json unless said"
    )
    options.add_argument("--bucket", default=os.environ.get("ARTIFACT_BUCKET"))
    options.add_argument("--yes", action="store_true", help="execute without asking")
    chosen = options.parse_args(arguments)
    try:
        commit = require_clean_tree()
        file = chosen.parameters or ROOT / "infra" / "stages" / f"{chosen.stage}.json"
        if not file.exists():
            raise DeploymentError(f"no parameters for {chosen.stage}: {file} is not there")
        values = json.loads(file.read_bytes()) | {"Stage": chosen.stage}
        if chosen.bucket:
            values["ArtifactBucket"] = chosen.bucket
        if not values.get("ArtifactBucket"):
            raise DeploymentError("say --bucket, ARTIFACT_BUCKET or, in the file, ArtifactBucket")
        values |= secret_store.versions(
            clients("secretsmanager"),
            chosen.stage,
            functions.settings_of(functions.all_functions([])),
        )
        made = build(values.get("Architecture", "arm64"))
        if found := lint(made.template):
            raise DeploymentError(found)
        outputs = deploy(
            Stack(clients("cloudformation"), stack_name(chosen.stage)),
            clients("s3"),
            template=made.template,
            artifact=made.artifact,
            values=values,
            description=f"commit {commit}",
            confirm=_show if chosen.yes else _ask,
        )
    except (DeploymentError, SecretMissing, ClientError, BotoCoreError) as error:
        print(f"Not deployed: {error}", file=sys.stderr)
        return 1
    for name, value in sorted(outputs.items()):
        print(f"{name:<28}{value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
