"""A CloudFormation stack, changed by change sets."""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

Json = dict[str, Any]
Clients = Callable[[str], Any]
"""Makes the boto3 client of a service."""

_CAPABILITIES = ["CAPABILITY_IAM"]
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_NOT_THERE = {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE", "ROLLBACK_COMPLETE"}
"""States of a stack without resources: only planned, deleted, or rolled back at its creation."""


class DeploymentError(Exception):
    """What keeps the stage from being deployed, in words for whoever deploys."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One resource that a change set would change."""

    action: str
    """``Add``, ``Modify`` or ``Remove``."""
    logical_id: str
    type: str
    replacement: str = "False"
    """``True``, ``False`` or ``Conditional``."""

    def __str__(self) -> str:
        notes = {"True": " REPLACED", "Conditional": " perhaps replaced"}
        return f"{self.action:<8}{self.logical_id}  {self.type}{notes.get(self.replacement, '')}"


@dataclasses.dataclass(frozen=True)
class Stack:
    """A CloudFormation stack of an account."""

    cloudformation: Any
    name: str
    poll_seconds: float = 3.0

    def describe(self) -> Json | None:
        """Return the description of the stack; None if it has no resources."""
        description = self._description()
        if description is None or description["StackStatus"] in _NOT_THERE:
            return None
        return description

    def template(self) -> Json:
        """Return the template that the stack is made from."""
        body = self.cloudformation.get_template(StackName=self.name)["TemplateBody"]
        template: Json = json.loads(body) if isinstance(body, str) else body
        return template

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the stack.

        Raises:
            DeploymentError: there is no such stack.
        """
        description = self.describe()
        if description is None:
            raise DeploymentError(f"there is no stack {self.name}")
        return {
            output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])
        }

    def has(self, logical_id: str) -> bool:
        """Whether the stack is there and has a resource of this id."""
        try:
            self.physical_id(logical_id)
        except DeploymentError:
            return False
        return True

    def physical_id(self, logical_id: str) -> str:
        """Return the cloud's name for a resource of the template.

        Raises:
            DeploymentError: there is no such stack, or no such resource in it.
        """
        try:
            resource = self.cloudformation.describe_stack_resource(
                StackName=self.name, LogicalResourceId=logical_id
            )
        except ClientError as error:
            raise DeploymentError(error.response["Error"]["Message"]) from error
        name: str = resource["StackResourceDetail"]["PhysicalResourceId"]
        return name

    def plan(self, template_url: str, parameters: list[Json], description: str) -> str | None:
        """Return the id of a new change set; None if nothing would change.

        Raises:
            DeploymentError: CloudFormation refuses the template or a parameter.
        """
        present = self.describe()
        if present is None:
            self._clear()
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
            message = error.response["Error"]["Message"]
            raise DeploymentError(f"stack {self.name}: {message}") from error
        while True:
            planned = self._change_set(change_set)
            if planned["Status"] == "CREATE_COMPLETE":
                return change_set
            if planned["Status"] == "FAILED":
                self.drop(change_set)
                reason = planned.get("StatusReason", "no reason is given")
                if any(text in reason for text in _NOTHING):
                    return None
                raise DeploymentError(f"stack {self.name}: {reason}")
            time.sleep(self.poll_seconds)

    def changes(self, change_set: str) -> Iterator[Change]:
        """Yield each resource that would change."""
        page = self._change_set(change_set)
        while True:
            for change in page.get("Changes", []):
                resource = change["ResourceChange"]
                yield Change(
                    action=resource["Action"],
                    logical_id=resource["LogicalResourceId"],
                    type=resource["ResourceType"],
                    replacement=resource.get("Replacement", "False"),
                )
            if not page.get("NextToken"):
                return
            page = self._change_set(change_set, NextToken=page["NextToken"])

    def drop(self, change_set: str) -> None:
        """Delete a change set, and the stack that the change set alone has planned."""
        self.cloudformation.delete_change_set(ChangeSetName=change_set, StackName=self.name)
        self._clear()

    def start(self, change_set: str) -> None:
        """Begin to execute a change set."""
        self.cloudformation.execute_change_set(ChangeSetName=change_set, StackName=self.name)

    def wait(self) -> dict[str, str]:
        """Wait for the end of an execution and return the stack's outputs.

        Raises:
            DeploymentError: the execution was rolled back; the text says what failed and why.
        """
        while True:
            status = (self._description() or {"StackStatus": "REVIEW_IN_PROGRESS"})["StackStatus"]
            if status in _DONE:
                return self.outputs()
            if not status.endswith("_IN_PROGRESS"):
                reasons = "\n".join(self._failures()) or "no failed resource is recorded"
                raise DeploymentError(f"stack {self.name}: {status}\n{reasons}")
            time.sleep(self.poll_seconds)

    def protect(self, policy: Mapping[str, Any]) -> None:
        """Forbid the deletion of the stack, and the updates that ``policy`` denies."""
        self.cloudformation.update_termination_protection(
            StackName=self.name, EnableTerminationProtection=True
        )
        self.cloudformation.set_stack_policy(
            StackName=self.name, StackPolicyBody=json.dumps(policy)
        )

    def _description(self) -> Json | None:
        try:
            description: Json = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][
                0
            ]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return description

    def _clear(self) -> None:
        """Delete a stack that has no resources, so that it can be created."""
        description = self._description()
        if description and description["StackStatus"] in {
            "REVIEW_IN_PROGRESS",
            "ROLLBACK_COMPLETE",
        }:
            self.cloudformation.delete_stack(StackName=self.name)
            while (self._description() or {}).get("StackStatus") == "DELETE_IN_PROGRESS":
                time.sleep(self.poll_seconds)

    def _change_set(self, change_set: str, **page: str) -> Json:
        description: Json = self.cloudformation.describe_change_set(
            ChangeSetName=change_set, StackName=self.name, **page
        )
        return description

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
