"""The stacks of a stage: one for the data, one for each domain of the code, one for the API.

The stacks stand side by side. What one refers to in another has a name that follows from the stage
(``infra/names.py``), so that all of them can be planned together even where none exists yet. Only
the ARNs of streams cannot be derived: they are outputs of the data stack and parameters of the
relay's. Why so: docs/decisions/stacks.md.
"""

from typing import Any

from infra import functions
from infra.functions import Function
from infra.stacks import api, data, section
from infra.stacks.template import close

Json = dict[str, Any]

DATA = "data"
API = "api"


def stack_name(stage: str, part: str) -> str:
    """Return the name of one of a stage's stacks."""
    return f"{stage}-service-menu-{part}"


def part_of(function: Function) -> str:
    """Return the stack that a function belongs to: its domain, ``relay``, or the API."""
    if function.relays:
        return "relay"
    _, _, domain = function.section.partition(".")
    if not function.section.startswith(("core.", "services.")):
        return API
    return domain.split(".")[0].replace("_", "-")


def synthesise() -> dict[str, Json]:
    """Return the template of each stack, in the order in which they are deployed."""
    resources = data.resources()
    everything = functions.all_functions(data.queues(resources))
    parts: dict[str, list[Function]] = {}
    for function in everything:
        parts.setdefault(part_of(function), []).append(function)
    edge = parts.pop(API)
    stacks = {DATA: data.template(resources)}
    for name in sorted(parts):
        stacks[name] = section.template(parts[name])
    alarms = [alarm for template in stacks.values() for alarm in data.alarms(template)]
    stacks[API] = api.template(everything, edge, resources, alarms)
    return {
        name: close(template, functions.settings_of(everything))
        for name, template in stacks.items()
    }


def phases(parts: list[str]) -> list[list[str]]:
    """Return the stacks in groups that are deployed one after another, each group at once."""
    return [[DATA], [part for part in parts if part not in {DATA, API}], [API]]
