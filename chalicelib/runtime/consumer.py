"""Decorators that declare the functions triggered by queues and schedules."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from chalicelib.runtime import declaration, request_id
from chalicelib.runtime.aws import is_outage
from chalicelib.runtime.declaration import DECLARED
from chalicelib.runtime.log import fault, logger
from chalicelib.runtime.postponement import TryLater, postpone
from chalicelib.runtime.problem import Unavailable
from chalicelib.runtime.resource import Queue, Resource
from chalicelib.runtime.settings import Settings

Handler = Callable[[dict[str, Any], Any], Any]
M = TypeVar("M")


class Batch(Generic[M]):
    """Messages that were delivered together, for a function that handles them together."""

    def __init__(
        self,
        messages: Mapping[str, M],
        request_ids: Mapping[str, str],
        postpone: Callable[[str, TryLater], bool],
    ) -> None:
        self._messages = messages
        self._request_ids = request_ids
        self._postpone = postpone
        self.failed: set[str] = set()
        """Ids of the messages to deliver again."""

    def __iter__(self) -> Iterator[tuple[str, M]]:
        """Yield each message with its id; until the next, its request is the cause of the work."""
        for message_id, message in self._messages.items():
            with self._caused(message_id):
                yield message_id, message

    def alone(self, message_id: str) -> "Batch[M]":
        """Return a batch of one of the messages."""
        only = {message_id: self._messages[message_id]}
        return Batch(only, self._request_ids, self._postpone)

    def fail(self, message_id: str, error: Exception) -> None:
        """Log ``error`` and have this message alone delivered again.

        If ``error`` is :class:`TryLater`, the message is postponed instead and has not failed.
        """
        with self._caused(message_id), logger.append_context_keys(message_id=message_id):
            if isinstance(error, TryLater) and self._postpone(message_id, error):
                return
            fault("message failed", error)
        self.failed.add(message_id)

    def _caused(self, message_id: str) -> AbstractContextManager[None]:
        return request_id.caused_by(self._request_ids[message_id])


def consumer(
    queue: Queue,
    *,
    reads: Sequence[Resource] = (),
    writes: Sequence[Resource] = (),
    settings: Sequence[type[Settings]] = (),
    batch_size: int = 10,
    window: int = 0,
    concurrency: int = 5,
    timeout: int = 30,
    memory: int = 512,
) -> Callable[[Callable[[M], None]], Handler]:
    """Declare that the function below handles the messages of ``queue``, one at a time.

    The type of its only parameter is the pydantic type of the message. A message on which the
    function raises is delivered again; the other messages of the batch are not. After the receive
    limit of the queue, the message goes unchanged to the dead-letter queue. A message on which the
    function raises :class:`~chalicelib.runtime.postponement.TryLater` comes again after a delay and
    without a limit of deliveries; the function must write its own queue. A function whose
    parameter is a :class:`Batch` receives all messages delivered together and reports each failed
    message. If it raises, it is called again in the same invocation with each message alone, and
    only a message on which it raises is delivered again. If the cloud is unavailable or throttles,
    all messages are delivered again instead.

    Args:
        queue: The queue that triggers the function.
        reads: Resources that the function reads.
        writes: Resources that the function writes, and may read.
        batch_size: Most messages of one delivery.
        window: Seconds to wait for a batch to fill.
        concurrency: Most invocations at the same time, at least 2. The functions of the account
            share one limit, so a backlog must not take what the API needs.
        timeout: Seconds.
        memory: Megabytes.
    """

    def declare(function: Callable[[M], None]) -> Handler:
        (hint,) = (
            t
            for name, t in get_type_hints(function, include_extras=True).items()
            if name != "return"
        )
        together = get_origin(hint) is Batch
        adapter: TypeAdapter[Any] = TypeAdapter(get_args(hint)[0] if together else hint)
        handle: Callable[[Batch[Any]], None] = (
            function if together else functools.partial(_each, function)  # type: ignore[assignment]
        )

        @functools.wraps(function)
        def handler(event: dict[str, Any], context: Any) -> Any:
            records = {record["messageId"]: record for record in event["Records"]}
            request_ids = {name: request_id.of_message(record) for name, record in records.items()}
            messages: dict[str, Any] = {}
            batch = Batch(
                messages, request_ids, lambda name, error: postpone(queue, records[name], error)
            )
            for message_id, record in records.items():
                try:
                    messages[message_id] = adapter.validate_json(record["body"])
                except Exception as error:
                    batch.fail(message_id, error)
            with request_id.caused_by(*request_ids.values()):
                try:
                    handle(batch)
                except Exception as error:
                    fault("batch failed", error)
                    _isolate(handle, batch, error)
                if together:
                    logger.info("batch done", messages=len(records), failed=len(batch.failed))
            return {"batchItemFailures": [{"itemIdentifier": failed} for failed in batch.failed]}

        DECLARED.append(
            declaration.Consumer(
                function=function,
                queue=queue,
                batch_size=batch_size,
                window=window,
                concurrency=concurrency,
                reads=reads,
                writes=writes,
                settings=settings,
                timeout=timeout,
                memory=memory,
            )
        )
        return handler

    return declare


def _each(function: Callable[[M], None], batch: Batch[M]) -> None:
    for message_id, message in batch:
        with logger.append_context_keys(message_id=message_id):
            try:
                function(message)
            except Exception as error:
                batch.fail(message_id, error)
            else:
                logger.info("message done")


def _isolate(handle: Callable[[Batch[M]], None], batch: Batch[M], error: Exception) -> None:
    """Handle each message of a batch alone after ``handle`` raised ``error`` on the batch.

    Messages that already failed are not handled. From the first error that is an outage of the
    cloud, all messages that remain fail: repeats would only add to the load.
    """
    outage = _is_outage(error)
    for message_id, _ in batch:
        if message_id in batch.failed:
            continue
        if outage:
            batch.failed.add(message_id)
            continue
        alone = batch.alone(message_id)
        try:
            handle(alone)
        except Exception as failure:
            batch.fail(message_id, failure)
            outage = _is_outage(failure)
        batch.failed |= alone.failed


def _is_outage(error: Exception) -> bool:
    return isinstance(error, Unavailable) or is_outage(error)


def scheduled(
    rate: str,
    *,
    reads: Sequence[Resource] = (),
    writes: Sequence[Resource] = (),
    settings: Sequence[type[Settings]] = (),
    alarms: Sequence[str] | Mapping[str, int] = (),
    timeout: int = 300,
    memory: int = 512,
) -> Callable[[Callable[[], None]], Handler]:
    """Declare that the function below runs by a schedule.

    A run may come late or twice, and continues where the previous run stopped.

    Args:
        rate: Schedule expression of EventBridge, for example ``"rate(1 hour)"``.
        reads: Resources that the function reads.
        writes: Resources that the function writes, and may read.
        alarms: Metrics that every run reports, at least once an hour. An alarm rings while the
            metric is at or above its value, by default 1.
        timeout: Seconds.
        memory: Megabytes.
    """

    def declare(function: Callable[[], None]) -> Handler:
        @functools.wraps(function)
        def handler(event: dict[str, Any], context: Any) -> None:
            with request_id.caused_by(request_id.of_run(context)):
                function()
                logger.info("schedule done")

        DECLARED.append(
            declaration.Schedule(
                function=function,
                rate=rate,
                alarms=alarms if isinstance(alarms, Mapping) else dict.fromkeys(alarms, 1),
                reads=reads,
                writes=writes,
                settings=settings,
                timeout=timeout,
                memory=memory,
            )
        )
        return handler

    return declare
