"""The functions of the deployment: from the declarations in the code to what each Lambda is."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from chalicelib.core.fiscal.store import FISCAL
from chalicelib.runtime.authorizer import OidcSettings
from chalicelib.runtime.declaration import Action, Consumer, Schedule
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.resource import Bucket, Queue, Resource, SmsProvider
from chalicelib.runtime.settings import Settings
from chalicelib.runtime.table import Table
from infra import declarations, parameters

Json = dict[str, Any]

RELAYED = (OUTBOX, FISCAL)
"""Tables whose items may be messages: their streams are relayed."""

FED_BY_OTHERS = {"Cabinet", "EdoInbound", "FiscalDocuments", "Payments"}
"""Queues that no function of ours may put anything on: what is heard there is believed."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Function:
    """One Lambda: what runs, under which limits, and what it may touch."""

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
    rate: str | None = None
    alarms: Mapping[str, int] = dataclasses.field(default_factory=dict)
    relays: bool = False

    @property
    def behind_gateway(self) -> bool:
        """Whether the gateway invokes it: for its routes, for preflights, or to let callers in."""
        return not (self.queue or self.rate or self.relays)

    @property
    def logical_id(self) -> str:
        """The function's id in the template, and the beginning of its companions' ids."""
        return "".join(part.capitalize() for part in self.name.replace("-", "_").split("_"))

    @property
    def kebab(self) -> str:
        """The function's name after its stage."""
        return self.name.replace("_", "-")

    @property
    def variables(self) -> Json:
        """The function's environment: its section, its settings, the names of its resources."""
        return {
            "SECTION": self.section,
            **parameters.variables(self.settings),
            **{resource.variable: physical_name(resource) for resource in self.resources},
        }

    @property
    def resources(self) -> list[Resource]:
        """Everything it may touch, each once."""
        by_id = {one.logical_id: one for one in (*self.reads, *self.writes)}
        return [by_id[name] for name in sorted(by_id)]


def all_functions(queues: Sequence[str]) -> list[Function]:
    """Return every function of the deployment, whose queues are ``queues``."""
    actions = declarations.actions()
    consumers = [_consumer(one) for one in declarations.consumers()]
    schedules = [_schedule(one) for one in declarations.schedules()]
    writing = [_action(one) for one in actions if not one.shares_function]
    edge = [_authorizer(), _preflight(), _relay(queues)]
    return [*writing, *_reads(actions), *consumers, *schedules, *edge]


def settings_of(functions: Iterable[Function]) -> list[type[Settings]]:
    """Return the settings that functions declare, each class once, by name."""
    return _distinct(function.settings for function in functions)


def _action(one: Action) -> Function:
    return Function(
        name=one.name,
        section=one.section,
        handler="app.app",
        timeout=one.timeout,
        memory=one.memory,
        reads=one.reads,
        writes=one.writes,
        settings=one.settings,
        routes=[one],
    )


def _reads(actions: Sequence[Action]) -> list[Function]:
    """Return one read-only function a section, with the union of what its reads need."""
    shared = (one for one in actions if one.shares_function)
    reads = sorted(shared, key=attrgetter("section", "path"))
    functions = []
    for section, group in itertools.groupby(reads, key=attrgetter("section")):
        routes = list(group)
        functions.append(
            Function(
                name=f"read_{section.rpartition('.')[2]}",
                section=section,
                handler="app.app",
                timeout=max(one.timeout for one in routes),
                memory=max(one.memory for one in routes),
                reads=[resource for one in routes for resource in one.reads],
                settings=_distinct(one.settings for one in routes),
                routes=routes,
            )
        )
    return functions


def _distinct(declared: Iterable[Sequence[type[Settings]]]) -> list[type[Settings]]:
    return sorted({model for models in declared for model in models}, key=attrgetter("__name__"))


def _consumer(one: Consumer) -> Function:
    return Function(
        name=one.name,
        section=one.section,
        handler=f"{one.function.__module__}.{one.name}",
        timeout=one.timeout,
        memory=one.memory,
        reads=one.reads,
        writes=one.writes,
        settings=one.settings,
        queue=one.queue,
        batch_size=one.batch_size,
        window=one.window,
    )


def _schedule(one: Schedule) -> Function:
    return Function(
        name=one.name,
        section=one.section,
        handler=f"{one.function.__module__}.{one.name}",
        timeout=one.timeout,
        memory=one.memory,
        reads=one.reads,
        writes=one.writes,
        settings=one.settings,
        rate=one.rate,
        alarms=one.alarms,
    )


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
        timeout=30,
        memory=512,
        writes=[Queue(name) for name in queues if name not in FED_BY_OTHERS],
        relays=True,
    )


def statements(function: Function) -> list[Json]:
    """Return the policy of a function's role: what it declares, and its own log."""
    written = {one.logical_id for one in function.writes}
    log = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/"
    policy = [
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            {"Fn::Sub": f"{log}${{Stage}}-{function.kebab}:*"},
        )
    ]
    policy += [_grant(one, writes=one.logical_id in written) for one in function.resources]
    if function.queue:
        policy.append(
            allow(
                ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                {"Fn::GetAtt": [function.queue.logical_id, "Arn"]},
            )
        )
    if function.relays:
        policy.append(
            allow(
                [
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                ],
                *({"Fn::GetAtt": [one.logical_id, "StreamArn"]} for one in RELAYED),
            )
        )
    return policy


def allow(actions: list[str], *resources: Any) -> Json:
    """Return a statement of a policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _grant(resource: Resource, *, writes: bool) -> Json:
    arn: Json = {"Fn::GetAtt": [resource.logical_id, "Arn"]}
    match resource:
        case Table():
            actions = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
            if writes:
                actions += ["dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem"]
                actions += ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
            index = {"Fn::Sub": ["${Arn}/index/*", {"Arn": arn}]}
            return allow(actions, arn, index)
        case Queue():
            return allow(["sqs:SendMessage"], arn)
        case Bucket():
            actions = ["s3:GetObject", "s3:PutObject"] if writes else ["s3:GetObject"]
            return allow(actions, {"Fn::Sub": ["${Arn}/*", {"Arn": arn}]})
        case SmsProvider():
            # A telephone number is no resource; every topic is, and none of them is meant.
            topics = {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}
            return {"Effect": "Allow", "Action": ["sns:Publish"], "NotResource": [topics]}
        case _:
            # By the sender's address, which AWS always tells. The local cloud, which enforces
            # this role too, tells neither address nor identity: hence any resource, and "if".
            sender = {"StringEqualsIfExists": {"ses:FromAddress": {"Ref": "SenderAddress"}}}
            # The second right is for mails with pictures, which go as raw MIME by the same call.
            return allow(["ses:SendEmail", "ses:SendRawEmail"], "*") | {"Condition": sender}


def physical_name(resource: Resource) -> Json:
    """Return what a function knows a resource by: its name, a queue's URL, an address."""
    if isinstance(resource, Table | Queue | Bucket | SmsProvider):
        return {"Ref": resource.logical_id}
    return {"Ref": "SenderAddress"}
