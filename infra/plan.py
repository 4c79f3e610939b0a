"""The plan of a deployment: the values of the parameters, and what would change in each stack."""

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infra.cloudformation import Change, DeploymentError, Stack
from infra.stacks.data import KEEPING

Json = dict[str, Any]


def choose_parameters(template: Json, values: Mapping[str, Any]) -> list[Json] | None:
    """Return the parameters of a template; None if ``values`` lacks one that has no default.

    Args:
        template: declares the parameters.
        values: by name, those of other templates included; one that is no string goes as JSON.
    """
    declared = template["Parameters"]
    if any(
        "Default" not in parameter and name not in values for name, parameter in declared.items()
    ):
        return None
    return [
        {"ParameterKey": name, "ParameterValue": _text(values[name])}
        for name in declared
        if name in values
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def require_values(templates: Iterable[Json], values: Mapping[str, Any]) -> None:
    """Check the parameters that are given.

    Raises:
        DeploymentError: no template declares a name; a value is not allowed; or a parameter
            without a default has no value and is no output of another stack.
    """
    declared: Json = {}
    outputs: set[str] = set()
    for template in templates:
        declared |= template["Parameters"]
        outputs |= set(template.get("Outputs", {}))
    if unknown := set(values) - set(declared):
        raise DeploymentError(f"no template has a parameter {', '.join(sorted(unknown))}")
    # CloudFormation would say so of a new stage only when its data stack is there already.
    for name, value in values.items():
        pattern = declared[name].get("AllowedPattern")
        if pattern and not re.fullmatch(pattern, _text(value)):
            raise DeploymentError(f"{name} must match {pattern}")
        choices = declared[name].get("AllowedValues")
        if choices and value not in choices:
            raise DeploymentError(f"{name} must be one of {', '.join(choices)}")
    missing = [
        name
        for name, parameter in sorted(declared.items())
        if "Default" not in parameter and name not in values and name not in outputs
    ]
    if missing:
        raise DeploymentError(f"no value for {', '.join(missing)}")
    _require_domain(values)


def _require_domain(values: Mapping[str, Any]) -> None:
    """Check that the API's own domain has a certificate and is the address in messages."""
    domain, certificate = values.get("DomainName", ""), values.get("CertificateArn", "")
    if bool(domain) != bool(certificate):
        raise DeploymentError("DomainName and CertificateArn go together; one of them is missing")
    address = f"https://{domain}"
    if domain and values["PublicUrl"] != address:
        raise DeploymentError(f"PublicUrl must be {address}, the API's address by its DomainName")


@dataclasses.dataclass
class Plan:
    """What is to be done to one stack."""

    part: str
    stack: Stack
    template: Json
    url: str
    change_set: str | None = None
    changes: Sequence[Change] = ()
    lost: Sequence[str] = ()
    """Rights that roles lose, and with them the versions that are live before the release."""
    later: bool = False
    """Whether the change set can only be made when the stacks before this one are there."""

    def make(self, values: Mapping[str, Any], description: str) -> None:
        """Find out what would change.

        For a stack that is not there yet, or whose parameters are not known yet, the changes are
        the resources of the template.

        Raises:
            DeploymentError: CloudFormation refuses the template or a parameter, or something that
                keeps data would be replaced or deleted.
        """
        parameters = choose_parameters(self.template, values)
        if self.stack.describe() is None or parameters is None:
            self.later = True
            self.changes = [
                Change("Add", name, resource["Type"])
                for name, resource in sorted(self.template["Resources"].items())
            ]
        else:
            self._make_change_set(parameters, description)

    def complete(self, values: Mapping[str, Any], description: str) -> None:
        """Make the change set of a stack whose stacks before it are there now.

        Raises:
            DeploymentError: as :meth:`make` does, or a parameter still has no value.
        """
        if not self.later:
            return
        parameters = choose_parameters(self.template, values)
        if parameters is None:
            raise DeploymentError(f"stack {self.stack.name}: an output of another stack is missing")
        self._make_change_set(parameters, description)
        self.later = False

    def _make_change_set(self, parameters: list[Json], description: str) -> None:
        self.change_set = self.stack.plan(self.url, parameters, description)
        if self.change_set:
            self.changes = list(self.stack.changes(self.change_set))
            if self.stack.describe():
                self.lost = lost_rights(self.stack.template(), self.template)
            try:
                require_data_stays(self.changes)
            except DeploymentError:
                self.drop()
                raise
        else:
            self.changes = []

    def drop(self) -> None:
        """Delete the change set, if there is one."""
        if self.change_set:
            self.stack.drop(self.change_set)
            self.change_set = None

    def lines(self) -> list[str]:
        """Return the plan for a person to read: the stack, then each changed resource."""
        new = " (new)" if self.later else ""
        lost = (f"  Live versions lose a right before calls shift: {right}" for right in self.lost)
        return [f"{self.stack.name}{new}", *(f"  {change}" for change in self.changes), *lost]


def lost_rights(former: Json, template: Json) -> list[str]:
    """Return what the roles of a former template may do and those of the template may not.

    A role that is gone is left out, since its function is gone too.
    """
    had, has = _rights(former), _rights(template)
    return sorted(
        f"{role} {action}"
        for role in had.keys() & has.keys()
        for action in {action for action, _ in had[role] - has[role]}
    )


def _rights(template: Json) -> dict[str, set[tuple[str, str]]]:
    """Return the rights of each role as pairs of action and resource."""
    return {
        name: {
            (action, json.dumps(resource, sort_keys=True))
            for policy in role["Properties"].get("Policies", [])
            for statement in policy["PolicyDocument"]["Statement"]
            for action in statement["Action"]
            for resource in statement.get("Resource", [])
        }
        for name, role in template["Resources"].items()
        if role["Type"] == "AWS::IAM::Role"
    }


def require_data_stays(changes: Iterable[Change]) -> None:
    """Check that changes neither delete nor replace what keeps data.

    A change that perhaps replaces is let through, as a new index of a table is one: the policy of
    the data stack makes CloudFormation refuse the replacement itself.

    Raises:
        DeploymentError: a change would lose data.
    """
    lost = [
        str(change)
        for change in changes
        if change.type in KEEPING and (change.action == "Remove" or change.replacement == "True")
    ]
    if lost:
        raise DeploymentError("this would lose data, so it is refused:\n" + "\n".join(lost))
