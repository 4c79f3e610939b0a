"""The product running in the simulated cloud: HTTP calls, queues, schedules and the passing of time.

A world does what the gateway, the stream and the event sources do in production, with the same
guarantees: messages are delivered at least once, in batches, again after the visibility timeout, and
go to the dead letters after a number of deliveries. The declarations say which function gets what.
"""

import base64
import contextlib
import dataclasses
import datetime as dt
import functools
import hashlib
import importlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from unittest import mock
from urllib.parse import urlencode

from botocore.client import BaseClient
from chalice.local import LambdaEventConverter, RouteMatcher

from chalicelib.core.notification import carrier
from chalicelib.core.platform.actions import OPENAPI
from chalicelib.core.signing import trust
from chalicelib.runtime import clock, limits
from chalicelib.runtime import relay as stream
from chalicelib.runtime.aws import OPERATIONS
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.settings import Settings
from chalicelib.runtime.table import Table, from_wire, to_wire
from infra import declarations
from infra.functions import RELAYED
from infra.stacks.data import RECEIVES
from tests.support import cloud, grants

TEXT = re.compile(r"text/|application/(.+\+)?(json|xml)\b")
"""Media types of answers that leave a function as text."""
START = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
"""A Tuesday noon in Moscow."""
VISIBILITY = dt.timedelta(seconds=180)

PERSONAS = {
    "client": {"principalId": "user-1", "client_id": "client-1", "roles": "client"},
    "other_client": {"principalId": "user-2", "client_id": "client-2", "roles": "client"},
    "operator": {"principalId": "user-3", "client_id": "operator", "roles": "operator"},
    "landlord": {"principalId": "user-4", "client_id": "client-4", "roles": "landlord"},
    "nobody": None,
}

_WRITING = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}
_WRITING |= {"PutObject", "DeleteObject", "Publish"}


@dataclasses.dataclass(frozen=True)
class Answer:
    """The answer to an HTTP call."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The slug of the problem answered."""
        assert self.status >= 400, self.body
        return str(self.json["type"].removeprefix("/problems/"))


@dataclasses.dataclass(frozen=True)
class CloudCall:
    """A call of a cloud API by the product: the function that made it and the resources it used."""

    function: str
    operation: str
    resources: frozenset[str]

    @property
    def writes(self) -> bool:
        """Whether the call needs the grant to write."""
        return self.operation in _WRITING or self.operation.startswith("Send")


class NotGrantedError(BaseException):
    """A function touched or loaded what it does not declare. No ``except Exception`` may hide it."""


@dataclasses.dataclass(frozen=True)
class Beginning:
    """The state of a world, from which other worlds can begin."""

    moment: dt.datetime
    relayed: frozenset[tuple[str, str]]
    cloud: cloud.Kept


Worlds = Callable[..., "World"]
"""Makes a new world: empty, or in the state of a :class:`Beginning`."""


class World:
    """The whole product with an empty cloud."""

    held: ClassVar[frozenset[str]] = frozenset()
    """Queues without a consumer, so that a test can read the messages put there."""
    _keys: ClassVar[Iterator[int]] = itertools.count(1)
    """For all worlds, since one may begin with what calls in another have left."""

    def __init__(self) -> None:
        self.moment = START
        self.calls: list[CloudCall] = []
        self.dead: list[tuple[str, Any]] = []
        """Messages that went to the dead letters, each with its queue."""
        self.around: Callable[[Callable[[], Any]], Any] = lambda perform: perform()
        """What happens round each call of a cloud API by the product; see ``crash``."""
        self._function: str | None = None
        self._process: str | None = None
        """The function whose memory there is."""
        self._relayed: set[tuple[str, str]] = set()
        self._deliveries: dict[str, int] = {}
        self._due: dict[str, dt.datetime] = {}
        """When delayed messages will be delivered, by their ids."""
        self._sequence = itertools.count(1)

    @classmethod
    @contextlib.contextmanager
    def several(cls) -> Iterator["Worlds"]:
        """Hold a simulated cloud within the block; each call gives a new world in its place."""
        perform = BaseClient._make_api_call
        current: list[World] = []

        load = Settings.load.__func__  # type: ignore[attr-defined]

        def load_declared(model: type[Settings]) -> Settings:
            (world,) = current
            if world._function is not None:
                world._note_settings(model)
            return load(model)  # type: ignore[no-any-return]

        load_declared.cache_clear = load.cache_clear  # type: ignore[attr-defined]

        def watched(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            (world,) = current
            if operation == "TransactWriteItems":  # moto counts the items only
                size = cloud.size_of(parameters["TransactItems"])
                assert size <= 4 * 1024 * 1024, f"DynamoDB refuses a transaction of {size} bytes"
            if world._function is None:
                return perform(client, operation, parameters)
            service = client.meta.service_model.service_name
            assert operation in OPERATIONS[service], "the artifact's SDK does not know it"
            world._note(operation, parameters)
            return world.around(lambda: perform(client, operation, parameters))

        with (
            cloud.simulated() as renew,
            mock.patch.object(BaseClient, "_make_api_call", watched),
            mock.patch.object(Settings, "load", classmethod(load_declared)),
            mock.patch("hashlib.scrypt", _scrypt_at_low_cost),
        ):

            def begin(from_: Beginning | None = None) -> World:
                world = cls()
                if from_:
                    world.moment = from_.moment
                    world._relayed = set(from_.relayed)
                current[:] = [world]
                renew(from_.cloud if from_ else None)
                return world

            yield begin

    def keep(self) -> "Beginning":
        """Return what another world can begin from."""
        return Beginning(self.moment, frozenset(self._relayed), cloud.keep())

    # --- time

    @property
    def today(self) -> dt.date:
        """The business day, which is counted in Moscow."""
        return self.moment.astimezone(clock.MOSCOW).date()

    def advance(self, **delta: float) -> None:
        """Let time pass, as ``datetime.timedelta`` names it."""
        self.moment += dt.timedelta(**delta)

    def restart(self) -> None:
        """End the processes: what a function has read to remember, it reads again."""
        self._process = None

    @contextlib.contextmanager
    def running(self, function: str) -> Iterator[None]:
        """Hold the clock and count cloud calls as those of ``function`` within the block.

        A function is a process of its own: it remembers nothing of what another has read.
        """
        self.advance(milliseconds=10)
        if function != self._process:
            trust._load_trust.cache_clear()
            carrier.forget_rests()
            self._process = function
        with clock.at(self.moment):
            self._function = function
            try:
                yield
            finally:
                self._function = None

    def _note(self, operation: str, parameters: Mapping[str, Any]) -> None:
        assert self._function
        call = CloudCall(self._function, operation, frozenset(_touched(parameters)))
        self.calls.append(call)
        reads, writes = cloud.grants()[call.function]
        if not call.resources <= (writes if call.writes else reads):
            raise NotGrantedError(call)
        grants.note(call.function, call.resources, writes=call.writes)

    def _note_settings(self, model: type[Settings]) -> None:
        assert self._function
        if model not in cloud.settings()[self._function]:
            raise NotGrantedError(f"{self._function} loads {model.__name__}, not declared")
        grants.note(self._function, [model.__name__], writes=False)

    # --- HTTP

    def call(
        self,
        route: str,
        body: Any = None,
        *,
        who: str | Mapping[str, str] = "client",
        key: str | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        request_id: str = "request-1",
    ) -> Answer:
        """Make the call ``"METHOD /path"`` and check what every answer must have.

        ``who`` is a persona, or what an authorizer found out about the caller.

        Each call brings an ``Idempotency-Key`` of its own unless ``key`` is given; ``key=""``
        brings none. ``raw`` is sent instead of ``body`` as JSON.
        """
        method, path = route.split(" ", 1)
        if raw is None and body is not None:
            raw = json.dumps(body, ensure_ascii=False).encode()
        sent = {"Idempotency-Key": f"key-{next(self._keys)}" if key is None else key}
        sent["Accept"] = "*/*"
        if raw is not None:
            sent["Content-Type"] = "application/json"
        sent = {name: value for name, value in (sent | dict(headers or {})).items() if value}
        event = gateway_event(method, f"{path}?{urlencode(query)}" if query else path, sent, raw)
        caller = PERSONAS[who] if isinstance(who, str) else who
        event["requestContext"] |= {"extendedRequestId": request_id, "authorizer": caller}
        name = _action_names()[method, event["requestContext"]["resourcePath"]]

        import app

        assert len(json.dumps(event)) <= limits.PAYLOAD, "no such event reaches a function"
        with self.running(name):
            made = app.app(event, None)
        assert len(json.dumps(made)) <= limits.PAYLOAD, f"Lambda drops this answer of {name}"
        encoded = made.get("isBase64Encoded")
        content = base64.b64decode(made["body"]) if encoded else made["body"].encode()
        answer = Answer(made["statusCode"], {**made["headers"]}, content)
        media_type = made["headers"].get("Content-Type", "text/plain")
        assert encoded is None or not TEXT.match(media_type), f"{name} encodes {media_type}"
        check_contract(answer)
        if answer.status != 500:  # a defect of ours, or a fault to who speaks SOAP: in its WSDL
            assert answer.status in _described()[name], f"{name} answers {answer.status}?"
        return answer

    def get(self, path: str, **how: Any) -> Any:
        """Return the JSON of a read that succeeds."""
        answer = self.call(f"GET {path}", **how)
        assert answer.status == 200, answer.body
        return answer.json

    def ok(self, route: str, body: Any = None, **how: Any) -> Any:
        """Return the JSON of an action that succeeds; None for one that answers nothing."""
        answer = self.call(route, body, **how)
        assert answer.status < 300, answer.body.decode()
        return answer.json if answer.body else None

    def walk(self, path: str, *, limit: int, who: str = "client") -> list[Any]:
        """Return the items of a whole list, page by page."""
        items: list[Any] = []
        query: dict[str, Any] = {"limit": limit}
        while True:
            page = self.get(path, who=who, query=query)
            assert len(page["items"]) <= limit
            items += page["items"]
            if page["next"] is None:
                return items
            query["next"] = page["next"]

    # --- queues and schedules

    def send(self, queue: Queue, message: Any) -> None:
        """Put a message on a queue from outside."""
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        cloud.client("sqs").send_message(QueueUrl=queue.physical_name, MessageBody=text)

    def run(self, schedule: str) -> None:
        """Run a scheduled function."""
        (declared,) = (
            scheduled for scheduled in declarations.schedules() if scheduled.name == schedule
        )
        with self.running(schedule):
            _handler(declared.function)({}, None)

    def drain(self) -> None:
        """Relay and deliver until nothing is left to, letting time pass before each repeat."""
        while self.relay() + self.deliver() or self._wait_for_delayed():
            pass

    def outbox(self) -> list[dict[str, Any]]:
        """Return the messages in the tables whose streams are relayed that are not relayed."""
        items = [item for table in RELAYED for item in self.items(table)]
        return [
            item
            for item in sorted(items, key=lambda item: str(item["sk"]))
            if "queue" in item and (item["client_id"], item["sk"]) not in self._relayed
        ]

    def relay(self) -> int:
        """Relay what waits in the outbox; return how many batches that was."""
        waiting = {str(next(self._sequence)): item for item in self.outbox()}
        if not waiting:
            return 0
        records = [
            {
                "eventName": "INSERT",
                "dynamodb": {"SequenceNumber": number, "NewImage": to_wire(item)},
            }
            for number, item in waiting.items()
        ]
        with self.running("relay"):
            failures = stream.relay({"Records": records}, None)["batchItemFailures"]
        sent = list(waiting.items())
        if failures:
            sent = sent[: list(waiting).index(failures[0]["itemIdentifier"])]
        self._relayed |= {(item["client_id"], item["sk"]) for _, item in sent}
        return 1 if sent else 0

    def deliver(self) -> int:
        """Deliver a batch from each queue; return how many messages that was."""
        sqs, delivered, again = cloud.client("sqs"), 0, False
        self._release_due()
        for consumer in declarations.consumers():
            if consumer.queue.name in self.held or not cloud.waits(consumer.queue):
                continue
            url = consumer.queue.physical_name
            got: list[Any] = []
            while len(got) < consumer.batch_size and cloud.waits(consumer.queue):
                most = min(10, consumer.batch_size - len(got))
                got += sqs.receive_message(
                    QueueUrl=url,
                    MaxNumberOfMessages=most,
                    WaitTimeSeconds=0,
                    MessageAttributeNames=["All"],
                )["Messages"]
            delivered += len(got)
            left = {message["MessageId"] for message in got}
            try:
                left = self.hear(consumer.name, got)
                self.postponed()
            finally:
                for message in got:
                    again |= self._settle(consumer.queue, message, message["MessageId"] in left)
        if again:
            self.moment += VISIBILITY
        return delivered

    def postponed(self) -> list[dt.datetime]:
        """Return when the messages that were sent with a delay will be delivered."""
        for message_id, seconds in cloud.delays().items():
            due = self.moment + dt.timedelta(seconds=seconds)
            self._due.setdefault(message_id, due)
        return list(self._due.values())

    def _wait_for_delayed(self) -> bool:
        """Let time pass until the next delayed message is due; return whether there is any."""
        if not self.postponed():
            return False
        self.moment = max(self.moment, min(self._due.values()))
        return True

    def _release_due(self) -> None:
        """Let the delayed messages be received whose time has come."""
        self.postponed()
        due = {name for name, moment in self._due.items() if moment <= self.moment}
        cloud.end_delays(due)
        for name in due:
            del self._due[name]

    def hear(self, consumer: str, messages: Sequence[Mapping[str, Any]]) -> set[str]:
        """Hand a batch to a consumer; return the ids of the messages that it has not dealt with."""
        (declared,) = (
            candidate for candidate in declarations.consumers() if candidate.name == consumer
        )
        with self.running(consumer):
            answer = _handler(declared.function)(_batch(messages), None)
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}

    def _settle(self, queue: Queue, message: Mapping[str, Any], failed: bool) -> bool:
        """Take a message off its queue, or put it back; return whether it will come again."""
        sqs, name = cloud.client("sqs"), message["MessageId"]
        where = {"QueueUrl": queue.physical_name, "ReceiptHandle": message["ReceiptHandle"]}
        self._deliveries[name] = self._deliveries.get(name, 0) + 1
        given_up = failed and self._deliveries[name] >= RECEIVES
        if failed and not given_up:
            sqs.change_message_visibility(**where, VisibilityTimeout=0)
            return True
        if given_up:
            self.dead.append((queue.name, message["Body"]))
        sqs.delete_message(**where)
        return False

    # --- the books

    def items(self, table: Table, prefix: str = "") -> list[dict[str, Any]]:
        """Return a table's items whose sort key begins with ``prefix``."""
        items = cloud.items(table)
        return [from_wire(item) for item in items if item["sk"]["S"].startswith(prefix)]

    def mails(self) -> list[Any]:
        """Return the e-mails that the mail service took, in moto's form, oldest first."""
        return cloud.mails()

    def texts(self) -> list[tuple[str, str]]:
        """Return the SMS that their carrier took, number and text, oldest first."""
        return cloud.texts()


def check_contract(answer: Answer) -> None:
    """Check what the contract promises of every answer."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert b"Traceback" not in answer.body
    assert not any(re.search(r"[\r\n]", value) for value in headers.values())
    assert headers["x-request-id"]
    if answer.status == 204:
        assert answer.body == b""
    if answer.status < 400:
        return
    if answer.status == 500 and headers["content-type"].startswith("text/xml"):
        # To who speaks SOAP, a refusal is a fault.
        assert re.search(b"<s:Fault>.*[\xd0\xd1]", answer.body)
        return
    document = answer.json
    assert headers["content-type"] == "application/problem+json"
    assert document["status"] == answer.status
    assert re.fullmatch("/problems/[a-z0-9-]+", document["type"])
    assert re.fullmatch(r"/[!-~]*", document["instance"])
    assert document["request_id"] == headers["x-request-id"]
    sentences = [document["title"], document["detail"]]
    sentences += [error["detail"] for error in document.get("errors", [])]
    for sentence in sentences:
        assert re.search("[а-яё]", sentence), sentence
    if answer.status == 503:
        assert int(headers["retry-after"]) > 0


@functools.cache
def _action_names() -> dict[tuple[str, str], str]:
    return {(action.method, action.path): action.name for action in declarations.actions()}


@functools.cache
def _described() -> dict[str, set[int]]:
    """Return the statuses that each action is described to answer, by its name."""
    described = json.loads(OPENAPI.read_bytes())["paths"].values()
    return {
        operation["operationId"]: {int(status) for status in operation["responses"]}
        for path in described
        for operation in path.values()
    }


def gateway_event(
    method: str, url: str, headers: Mapping[str, str], raw: bytes | None
) -> dict[str, Any]:
    """Return what a REST API passes to a function; every body goes as base64, as deployed."""
    declarations.load()
    converter = LambdaEventConverter(RouteMatcher([path for _, path in _action_names()]))
    event: dict[str, Any] = converter.create_lambda_event(method, url, dict(headers))
    event["body"] = base64.b64encode(raw).decode() if raw is not None else None
    event["isBase64Encoded"] = raw is not None
    return event


def _handler(function: Callable[..., Any]) -> Callable[..., Any]:
    handler: Callable[..., Any] = getattr(
        importlib.import_module(function.__module__), function.__name__
    )
    return handler


def _batch(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {},
                "messageAttributes": {
                    name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
                    for name, value in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{cloud.REGION}:{cloud.ACCOUNT}:queue",
                "awsRegion": cloud.REGION,
            }
            for message in messages
        ]
    }


def _scrypt_at_low_cost(
    password: bytes, *, salt: bytes, n: int, r: int, p: int, derive: Any = hashlib.scrypt
) -> bytes:
    """Hash in a thousandth of the time; test_password.py and test_digest.py check the real cost."""
    hashed: bytes = derive(password, salt=salt, n=2, r=r, p=p)
    return hashed


def _touched(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Return the tables, queues, senders and carriers that a call's parameters name."""
    for name in ("TableName", "QueueUrl", "FromEmailAddress", "ConfigurationSetName", "Bucket"):
        if name in parameters:
            yield parameters[name]
    if "PhoneNumber" in parameters:
        yield cloud.PARAMETERS["SmsProvider"]
    yield from parameters.get("RequestItems", {})
    for item in parameters.get("TransactItems", []):
        (verb,) = item.values()
        yield verb["TableName"]
