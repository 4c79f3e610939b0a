"""The functions of the deployment, made from the declarations in the code."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from chalicelib.core.fiscal.store import FISCAL
from chalicelib.runtime.authorizer import OidcSettings
from chalicelib.runtime.declaration import Action, Consumer, Declaration, Schedule
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.resource import Queue, Resource
from chalicelib.runtime.settings import Settings
from infra import declarations, names, parameters

Json = dict[str, Any]

RELAYED = (OUTBOX, FISCAL)
"""Tables that hold messages of the outbox; the relay reads their streams."""

FED_BY_OTHERS = {"Cabinet", "EdoInbound", "FiscalDocuments", "Payments"}
"""Queues that other systems fill and whose messages are trusted; no function may send to them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Function:
    """One Lambda: its handler, its limits, and the resources that it may use."""

    name: str
    section: str
    handler: str
    timeout: int
    memory: int
    reads: Sequence[Resource] = ()
    writes: Sequence[Resource] = ()
    settings: Sequence[type[Settings]] = ()
    routes: Sequence[Action] = ()
    queue: Queue | None = None
    batch_size: int = 0
    window: int = 0
    concurrency: int = 0
    rate: str | None = None
    alarms: Mapping[str, int] = dataclasses.field(default_factory=dict)
    relays: bool = False

    @property
    def behind_gateway(self) -> bool:
        """Whether the gateway invokes the function: for routes, preflights or authorization."""
        return not (self.queue or self.rate or self.relays)

    @property
    def logical_id(self) -> str:
        """The first part of the logical ids of the function, its role, log group and alarm."""
        return "".join(part.capitalize() for part in self.name.replace("-", "_").split("_"))

    @property
    def kebab(self) -> str:
        """The name of the function without the stage."""
        return self.name.replace("_", "-")

    @property
    def variables(self) -> Json:
        """The function's environment: section, metrics, settings, the names of its resources."""
        return {
            "SECTION": self.section,
            "POWERTOOLS_METRICS_NAMESPACE": {"Fn::Sub": names.metrics_namespace()},
            **parameters.variables(self.settings),
            **{resource.variable: names.reference(resource) for resource in self.resources},
        }

    @property
    def resources(self) -> list[Resource]:
        """The resources that the function may touch, each once."""
        by_id = {resource.logical_id: resource for resource in (*self.reads, *self.writes)}
        return [by_id[name] for name in sorted(by_id)]


def all_functions(queues: Sequence[str]) -> list[Function]:
    """Return every function of the deployment, whose queues are ``queues``."""
    actions = declarations.actions()
    consumers = [_consumer(consumer) for consumer in declarations.consumers()]
    schedules = [_schedule(schedule) for schedule in declarations.schedules()]
    writing = [_action(action) for action in actions if not action.shares_function]
    edge = [_authorizer(), _preflight(), _relay(queues)]
    return [*writing, *_reads(actions), *consumers, *schedules, *edge]


def settings_of(functions: Iterable[Function]) -> list[type[Settings]]:
    """Return the settings that functions declare, each class once, by name."""
    return _distinct(function.settings for function in functions)


def _action(action: Action) -> Function:
    return Function(
        **_declared(action),
        handler="app.app",
        routes=[action],
    )


def _reads(actions: Sequence[Action]) -> list[Function]:
    """Return one read-only function for each section, with the union of what its reads need."""
    shared = (action for action in actions if action.shares_function)
    reads = sorted(shared, key=attrgetter("section", "path"))
    functions = []
    for section, group in itertools.groupby(reads, key=attrgetter("section")):
        routes = list(group)
        functions.append(
            Function(
                name=f"read_{section.rpartition('.')[2]}",
                section=section,
                handler="app.app",
                timeout=max(route.timeout for route in routes),
                memory=max(route.memory for route in routes),
                reads=[resource for route in routes for resource in route.reads],
                settings=_distinct(route.settings for route in routes),
                routes=routes,
            )
        )
    return functions


def _distinct(declared: Iterable[Sequence[type[Settings]]]) -> list[type[Settings]]:
    return sorted({model for models in declared for model in models}, key=attrgetter("__name__"))


def _consumer(consumer: Consumer) -> Function:
    return Function(
        **_declared(consumer),
        handler=f"{consumer.function.__module__}.{consumer.name}",
        queue=consumer.queue,
        batch_size=consumer.batch_size,
        window=consumer.window,
        concurrency=consumer.concurrency,
    )


def _schedule(schedule: Schedule) -> Function:
    return Function(
        **_declared(schedule),
        handler=f"{schedule.function.__module__}.{schedule.name}",
        rate=schedule.rate,
        alarms=schedule.alarms,
    )


def _declared(declaration: Declaration) -> Json:
    """Return what a function has in common with its declaration."""
    return {
        "name": declaration.name,
        "section": declaration.section,
        "timeout": declaration.timeout,
        "memory": declaration.memory,
        "reads": declaration.reads,
        "writes": declaration.writes,
        "settings": declaration.settings,
    }


def _authorizer() -> Function:
    return Function(
        name="authorizer",
        section="authorizer",
        handler="app.authorizer",
        timeout=10,
        memory=512,
        settings=[OidcSettings],
    )


def _preflight() -> Function:
    return Function(
        name="preflight",
        section="runtime.preflight",
        handler="chalicelib.runtime.preflight.preflight",
        timeout=3,
        memory=128,
    )


def _relay(queues: Sequence[str]) -> Function:
    return Function(
        name="relay",
        section="runtime.relay",
        handler="chalicelib.runtime.relay.relay",
        timeout=60,
        memory=512,
        writes=[Queue(name) for name in queues if name not in FED_BY_OTHERS],
        relays=True,
    )
