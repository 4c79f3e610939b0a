"""Deploys a stage: build, lint, upload, one plan of all stacks, a look at it, execution.

    python -m infra.deploy STAGE [--parameters infra/stages/STAGE.json] [--bucket NAME] [--yes]
        [--canary-minutes 10]

The stage's file gives the parameters of the templates by name; a value that is an object goes as
JSON. Secrets are in no file and no parameter: the functions refer to the cloud's secret store, and
a secret that is not there is named, with the command that creates it, before anything is changed.

The data stack is changed first, then all sections at once, then the API. What fails is rolled back
by itself and what was done before stays; the next run plans what is left. After each step calls
shift to the new versions of its functions (``infra/release.py``).
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import functions, secret_store, stacks, stage_file
from infra.build import Build, build
from infra.cloudformation import Clients, DeploymentError, Stack
from infra.migrate import Migrator
from infra.plan import Plan, require_values
from infra.preconditions import lint, require_clean_tree, require_compiled, require_mail_identity
from infra.release import (
    AT_ONCE,
    CANARY_SECONDS,
    Canary,
    Releases,
    ShiftReturned,
    names_of,
)
from infra.secret_store import SecretMissing
from infra.stacks.data import MAIL_IDENTITY, STACK_POLICY

Json = dict[str, Any]


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


def deploy(
    clients: Clients,
    build: Build,
    values: Mapping[str, Any],
    *,
    description: str,
    confirm: Callable[[list[str]], bool] = lambda _: True,
    canary: Canary = AT_ONCE,
    poll_seconds: float = 3.0,
) -> dict[str, str]:
    """Bring the stacks of a stage to what the templates and the artifact describe.

    Args:
        clients: makes the boto3 client of a service.
        build: the templates and the artifact.
        values: parameters by name, ``Stage``, ``ArtifactBucket`` and the versions of the secrets
            included.
        description: of the change sets, not empty.
        confirm: is shown the plan of all stacks and says whether to execute it.
        canary: how calls shift to the new versions of the functions.
        poll_seconds: between two looks at what CloudFormation is doing.

    Returns:
        The outputs of all stacks.

    Raises:
        DeploymentError: the deployment was refused or failed. What was refused or not confirmed
            has changed nothing; what failed was rolled back, stack by stack.
        ShiftReturned: an alarm rang while calls shifted to new versions.
    """
    templates = {part: json.loads(path.read_bytes()) for part, path in build.templates.items()}
    s3, bucket = clients("s3"), values["ArtifactBucket"]
    values = {**values, "ArtifactKey": upload(s3, bucket, build.artifact)}
    require_values(templates.values(), values)
    plans = {}
    for part, path in build.templates.items():
        name = stacks.stack_name(values["Stage"], part)
        stack = Stack(clients("cloudformation"), name, poll_seconds)
        url = f"{s3.meta.endpoint_url}/{bucket}/{upload(s3, bucket, path)}"
        plans[part] = Plan(part, stack, templates[part], url)
    data = plans[stacks.DATA].stack
    if MAIL_IDENTITY in templates[stacks.DATA]["Resources"]:
        require_mail_identity(clients("sesv2"), data, values)
    known = {**values, **(data.outputs() if data.describe() else {})}
    try:
        for plan in plans.values():
            plan.make(known, description)
        if not any(plan.changes for plan in plans.values()):
            print("Nothing has changed.")
        elif not confirm(
            [line for plan in plans.values() if plan.changes for line in plan.lines()]
        ):
            raise DeploymentError("not confirmed; nothing was changed")
    except DeploymentError:
        _drop(plans.values())
        raise
    releases = Releases(clients, values["Stage"], bucket)
    alarms = _names(templates.values(), "AWS::CloudWatch::Alarm", "AlarmName", values["Stage"])
    live: dict[str, str] = {}

    def release(parts: Sequence[str]) -> None:
        within = [templates[part] for part in parts]
        names = _names(within, "AWS::Lambda::Function", "FunctionName", values["Stage"])
        versions = releases.publish(names, description)
        releases.shift(versions, alarms, canary)
        live.update(versions)

    try:
        outputs = _execute(plans, values, description, release)
    except ShiftReturned:
        _drop(plans.values())
        if live:
            releases.restore()  # what an earlier step of this deployment has shifted
        raise
    releases.record(live, description)
    return outputs


def _names(templates: Iterable[Json], kind: str, name: str, stage: str) -> list[str]:
    return [each for template in templates for each in names_of(template, kind, name, stage)]


def _execute(
    plans: Mapping[str, Plan],
    values: Mapping[str, Any],
    description: str,
    release: Callable[[Sequence[str]], None],
) -> dict[str, str]:
    """Change the stacks phase by phase; release the functions of each before the next."""
    outputs: dict[str, str] = {}
    done: list[str] = []
    for phase in stacks.phases(list(plans)):
        failures: list[str] = []
        running: list[Plan] = []
        for part in phase:
            plan = plans[part]
            try:
                plan.complete({**values, **outputs}, description)
            except DeploymentError as error:
                failures.append(str(error))
                continue
            if plan.change_set:
                plan.stack.start(plan.change_set)
            running.append(plan)
        for plan in running:
            try:
                outputs |= plan.stack.wait() if plan.change_set else plan.stack.outputs()
            except DeploymentError as error:
                failures.append(str(error))
            else:
                done.append(plan.part)
            plan.change_set = None
        if failures:
            _drop(plans.values())
            left = ", ".join(part for part in plans if part not in done)
            raise DeploymentError(
                "\n".join(failures)
                + f"\ndone, and left as deployed: {', '.join(done) or 'nothing'}"
                + f"\nnot done: {left}; deploy again once the cause is removed"
            )
        if stacks.DATA in phase:
            plans[stacks.DATA].stack.protect(STACK_POLICY)
        release(phase)
    return outputs


def _drop(plans: Iterable[Plan]) -> None:
    for plan in plans:
        plan.drop()


def _ask(lines: list[str]) -> bool:
    print(*lines, sep="\n")
    return sys.stdin.isatty() and input("Make these changes? [y/N] ").strip().lower() == "y"


def _show(lines: list[str]) -> bool:
    print(*lines, sep="\n")
    return True


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Deploy from the command line; return the exit code."""
    options = stage_file.options("python -m infra.deploy")
    options.add_argument("--yes", action="store_true", help="execute without asking")
    options.add_argument(
        "--canary-minutes",
        type=float,
        default=CANARY_SECONDS / 60,
        help="how long a tenth of the calls goes to new versions; 0: all at once",
    )
    chosen = options.parse_args(arguments)
    try:
        commit = require_clean_tree()
        values = stage_file.read(chosen)
        values |= secret_store.versions(
            clients("secretsmanager"),
            chosen.stage,
            functions.settings_of(functions.all_functions([])),
        )
        made = build(values.get("Architecture", "arm64"))
        require_compiled(made.artifact)
        if findings := lint(*made.templates.values()):
            raise DeploymentError(findings)
        outputs = deploy(
            clients,
            made,
            values,
            description=f"commit {commit}",
            confirm=_show if chosen.yes else _ask,
            canary=Canary(chosen.canary_minutes * 60),
        )
    except (DeploymentError, SecretMissing, ClientError, BotoCoreError) as error:
        print(f"Not deployed: {error}", file=sys.stderr)
        return 1
    for migration in Migrator(clients("dynamodb"), chosen.stage).pending():
        print(f"Pending migration: {migration.name}; make migrate STAGE={chosen.stage}")
    for name, value in sorted(outputs.items()):
        print(f"{name:<28}{value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
