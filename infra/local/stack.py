"""Creates or updates a CloudFormation stack of the local cloud."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError

_ARTIFACTS = "artifacts"
_DEPLOY_SECONDS = 120.0
_FAILED_CREATION = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}


class DeploymentError(Exception):
    """The deployment failed; the text names the first resource that failed, and the reason."""


def outputs(cloudformation: Any, name: str) -> dict[str, str] | None:
    """Return the outputs of a deployed stack; None if there is no such stack."""
    description = _describe(cloudformation, name)
    if description is None or description["StackStatus"] in _FAILED_CREATION:
        return None
    return {item["OutputKey"]: item["OutputValue"] for item in description.get("Outputs", [])}


def deploy(
    client: Callable[[str], Any],
    template: Path | Mapping[str, Any],
    *,
    artifact: Path,
    name: str,
    parameters: Mapping[str, str],
) -> dict[str, str]:
    """Create or update the stack and return its outputs; a repeat changes nothing.

    Args:
        client: makes a boto3 client of a service.
        template: plain CloudFormation, JSON or YAML without short tags, at most 1 MB.
        artifact: the zip, uploaded under the hash of its content. The parameters
            `ArtifactBucket` and `ArtifactKey` of the template name it.

    Raises:
        DeploymentError: if a resource failed or the stack was not ready in two minutes.
    """
    body = _read(template)
    values = dict(parameters)
    s3, cloudformation = client("s3"), client("cloudformation")
    _ensure_bucket(s3)
    values["ArtifactBucket"] = _ARTIFACTS
    values["ArtifactKey"] = _upload(s3, artifact.read_bytes(), ".zip")
    # By address, since a template in the request may have 51,200 bytes at most.
    key = _upload(s3, json.dumps(body).encode(), ".json")
    request = {
        "StackName": name,
        "TemplateURL": f"{s3.meta.endpoint_url}/{_ARTIFACTS}/{key}",
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "Parameters": [
            {"ParameterKey": parameter, "ParameterValue": value}
            for parameter, value in values.items()
            if parameter in body.get("Parameters", {})
        ],
    }
    description = _describe(cloudformation, name)
    if description and description["StackStatus"] in _FAILED_CREATION:
        cloudformation.delete_stack(StackName=name)
        _wait(cloudformation, name, gone=True)
        description = None
    call = cloudformation.update_stack if description else cloudformation.create_stack
    try:
        call(**request)
        _wait(cloudformation, name)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise DeploymentError(str(error)) from error
    return outputs(cloudformation, name) or {}


def _read(template: Path | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(template, Path):
        read: Mapping[str, Any] = yaml.safe_load(template.read_text(encoding="utf-8"))
        return read
    return template


def _ensure_bucket(s3: Any) -> None:
    try:
        s3.head_bucket(Bucket=_ARTIFACTS)
    except ClientError:
        s3.create_bucket(
            Bucket=_ARTIFACTS,
            CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
        )


def _upload(s3: Any, content: bytes, suffix: str) -> str:
    key = hashlib.sha256(content).hexdigest() + suffix
    try:
        s3.head_object(Bucket=_ARTIFACTS, Key=key)
    except ClientError:
        s3.put_object(Bucket=_ARTIFACTS, Key=key, Body=content)
    return key


def _describe(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        description: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if description["StackStatus"] == "DELETE_COMPLETE" else description


def _wait(cloudformation: Any, name: str, *, gone: bool = False) -> None:
    deadline = time.monotonic() + _DEPLOY_SECONDS
    while time.monotonic() < deadline:
        description = _describe(cloudformation, name)
        if description is None:
            if gone:
                return
            raise DeploymentError(f"stack {name} has vanished")
        status = description["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"} and not gone:
                return
            raise DeploymentError(f"stack {name}: {status}: {_reason(cloudformation, name)}")
        time.sleep(0.05)
    raise DeploymentError(f"stack {name} was not ready in {_DEPLOY_SECONDS} s")


def _reason(cloudformation: Any, name: str) -> str:
    """Return the first failure of the latest operation; later failures follow from it."""
    first = "no failed resource is recorded"
    for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]:
        status, resource = event["ResourceStatus"], event["LogicalResourceId"]
        if status.endswith("_FAILED"):
            first = f"{resource}: {event.get('ResourceStatusReason', status)}"
        if resource == name and status in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}:
            break
    return first
