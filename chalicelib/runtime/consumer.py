"""Decorators for what queues and schedules trigger."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, get_type_hints

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import TypeAdapter

from chalicelib.runtime import declaration
from chalicelib.runtime.declaration import DECLARED
from chalicelib.runtime.log import fault, logger
from chalicelib.runtime.resource import Queue, Resource

Handler = Callable[[dict[str, Any], Any], Any]
M = TypeVar("M")


def consumer(
    queue: Queue,
    *,
    reads: Sequence[Resource] = (),
    writes: Sequence[Resource] = (),
    batch_size: int = 10,
    timeout: int = 30,
    memory: int = 512,
) -> Callable[[Callable[[M], None]], Handler]:
    """Declare that the function below handles each message of ``queue``, one at a time.

    Its parameter is a pydantic type that the message body is read as. A message it raises on is
    delivered again, its neighbours are not; after the queue's receive limit it goes, whole, to the
    dead-letter queue.
    """

    def declare(function: Callable[[M], None]) -> Handler:
        (hint,) = (
            t
            for name, t in get_type_hints(function, include_extras=True).items()
            if name != "return"
        )
        adapter: TypeAdapter[M] = TypeAdapter(hint)
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

        def handle(record: SQSRecord) -> None:
            logger.append_keys(message_id=record.message_id)
            try:
                function(adapter.validate_json(record.body))
            except Exception as error:
                fault("message failed", error)
                raise
            logger.info("message done")

        @functools.wraps(function)
        def handler(event: dict[str, Any], context: Any) -> Any:
            return process_partial_response(
                event=event, record_handler=handle, processor=processor, context=context
            )

        DECLARED.append(
            declaration.Consumer(
                function=function,
                queue=queue,
                batch_size=batch_size,
                reads=reads,
                writes=writes,
                timeout=timeout,
                memory=memory,
            )
        )
        return handler

    return declare


def scheduled(
    rate: str,
    *,
    reads: Sequence[Resource] = (),
    writes: Sequence[Resource] = (),
    alarms: Sequence[str] = (),
    timeout: int = 300,
    memory: int = 512,
) -> Callable[[Callable[[], None]], Handler]:
    """Declare that the function below runs at ``rate`` (``"rate(1 hour)"``).

    It may run twice or late, and goes on where the last run stopped. Each metric of ``alarms``
    must be reported by every run, at least once an hour; its alarm rings while it is above 0.
    """

    def declare(function: Callable[[], None]) -> Handler:
        @functools.wraps(function)
        def handler(event: dict[str, Any], context: Any) -> None:
            function()
            logger.info("schedule done")

        DECLARED.append(
            declaration.Schedule(
                function=function,
                rate=rate,
                alarms=alarms,
                reads=reads,
                writes=writes,
                timeout=timeout,
                memory=memory,
            )
        )
        return handler

    return declare
