"""What AWS refuses and the emulator admits: sizes, times and duplicates.

The process of the emulator runs this module, which replaces functions of the emulator. Each limit
is a quota of AWS. `docs/decisions/local-cloud.md` lists also those that the emulator knows itself.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import error_response_json  # type: ignore[import-not-found]
from ministack.services import (  # type: ignore[import-not-found]
    apigateway_v1,
    dynamodb,
    lambda_svc,
    ses_v2,
    sqs,
)
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]

PAYLOAD = 6_291_556
"""Bytes of an event and of an answer of a function."""
BODY = 10 * 1024 * 1024
"""Bytes of a body at the gateway."""
INTEGRATION_SECONDS = 29.0
"""How long the gateway waits for a function."""
MESSAGE = 256 * 1024
"""Bytes of a message with its attributes, and of the messages of one call. AWS admits 1 MiB since
August 2025; clouds compatible with AWS do not."""
ENVIRONMENT = 4 * 1024
"""Bytes of the variables of a function, as JSON."""
MEMORY = range(128, 10_240 + 1)
"""Megabytes of a function."""
ROLE_POLICIES = 10_240
"""Characters of the inline policies of a role, without white space."""

Properties = Mapping[str, Any]


def compact(value: Any, **how: Any) -> str:
    """Return `value` as JSON without white space."""
    return json.dumps(value, separators=(",", ":"), **how)


# --- functions and the gateway before them

_invoke_by_gateway = apigateway_v1._invoke_lambda_proxy_v1
_call_function = apigateway_v1._call_lambda_raw
_invoke_by_name = lambda_svc._invoke
_execute = lambda_svc._execute_function


class EventTooLargeError(Exception):
    """The event exceeds what a function accepts."""


def is_too_large(event: Any) -> bool:
    """Return whether Lambda refuses an event."""
    return len(compact(event, ensure_ascii=False).encode()) > PAYLOAD


async def call_function(reference: str, event: Any, **named: Any) -> Any:
    """Invoke a function for the gateway.

    Raises:
        EventTooLargeError: Lambda would refuse the event.
    """
    if is_too_large(event):
        raise EventTooLargeError
    return await _call_function(reference, event, **named)


async def invoke_by_gateway(integration: Properties, *request: Any, **named: Any) -> Any:
    """Invoke a function as API Gateway does: within its limits of size and time."""
    body = request[7]
    if body and len(body) > BODY:
        return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
    milliseconds = int(integration.get("timeoutInMillis") or INTEGRATION_SECONDS * 1000)
    call = asyncio.ensure_future(_invoke_by_gateway(integration, *request, **named))
    # The function continues after the gateway has answered.
    done, _ = await asyncio.wait({call}, timeout=min(milliseconds / 1000, INTEGRATION_SECONDS))
    if not done:
        return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
    try:
        return call.result()
    except EventTooLargeError:
        return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")


async def invoke_by_name(name: str, event: Any, *named: Any, **also: Any) -> Any:
    """Perform the operation Invoke."""
    if is_too_large(event):
        return error_response_json(
            "RequestTooLargeException", f"Request must be smaller than {PAYLOAD} bytes", 413
        )
    return await _invoke_by_name(name, event, *named, **also)


def execute(function: Any, event: Any) -> Any:
    """Run a function; an answer that is too large is an error of the function."""
    result = _execute(function, event)
    runtime = (function.get("config") or function).get("Runtime", "")
    # The older runtimes of Python escape all but ASCII.
    escaped = runtime.startswith("python3.") and int(runtime.removeprefix("python3.")) < 12
    answer = result.get("body")
    text = answer if isinstance(answer, str) else compact(answer, ensure_ascii=escaped)
    if len(text.encode()) <= PAYLOAD:
        return result
    message = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD} bytes)."
    error = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
    return {**result, "error": True, "body": error}


apigateway_v1._call_lambda_raw = call_function
apigateway_v1._invoke_lambda_proxy_v1 = invoke_by_gateway
lambda_svc._invoke = invoke_by_name
lambda_svc._execute_function = execute


# --- queues

_send = sqs._act_send_message
_send_batch = sqs._act_send_message_batch


def size_of(message: Properties) -> int:
    """Return the bytes of a message: its body, and names, types and values of its attributes."""
    attributes = message.get("MessageAttributes") or {}
    texts = [message.get("MessageBody") or ""]
    for name, attribute in attributes.items():
        values = ("DataType", "StringValue", "BinaryValue")
        texts += [name, *(str(attribute.get(value) or "") for value in values)]
    return sum(len(text.encode()) for text in texts)


def send(message: Properties, queue: str) -> Any:
    """Perform SendMessage, for a message of a batch too."""
    if size_of(message) > MESSAGE:
        reason = f"Message must be shorter than {MESSAGE} bytes."
        raise sqs._Err(
            "InvalidParameterValue", f"One or more parameters are invalid. Reason: {reason}"
        )
    return _send(message, queue)


def send_batch(batch: Properties, queue: str) -> Any:
    """Perform SendMessageBatch."""
    size = sum(map(size_of, batch.get("Entries", [])))
    if size > MESSAGE:
        raise sqs._Err(
            "AWS.SimpleQueueService.BatchRequestTooLong",
            f"Batch requests cannot be longer than {MESSAGE} bytes. You have sent {size} bytes.",
        )
    return _send_batch(batch, queue)


sqs._act_send_message = send
sqs._HANDLERS |= {"SendMessage": send, "SendMessageBatch": send_batch}


# --- tables

_update_table = dynamodb._update_table


def update_table(request: Properties) -> Any:
    """Perform UpdateTable: one index may be created or deleted."""
    changes = request.get("GlobalSecondaryIndexUpdates") or []
    if sum("Create" in change or "Delete" in change for change in changes) > 1:
        return error_response_json(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table",
        )
    return _update_table(request)


dynamodb._update_table = update_table


# --- what a template declares


def check_indexes(properties: Properties, before: Properties) -> None:
    """Refuse an update that creates or deletes more than one index of a table."""

    def indexes(table: Properties) -> dict[str, Any]:
        return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}

    if not before:
        return
    old, new = indexes(before), indexes(properties)
    if sum(old.get(name) != new.get(name) for name in old | new) > 1:
        raise ValueError("Cannot perform more than one GSI creation or deletion in a single update")


def check_function(properties: Properties, before: Properties) -> None:
    """Refuse a function whose environment or memory is not possible."""
    variables = compact((properties.get("Environment") or {}).get("Variables") or {})
    if len(variables.encode()) > ENVIRONMENT:
        raise ValueError(
            "Lambda was unable to configure your environment variables because the environment "
            f"variables you have provided exceeded the 4KB limit. String measured: {variables}"
        )
    if int(properties.get("MemorySize", MEMORY.start)) not in MEMORY:
        raise ValueError(
            f"'MemorySize' value failed to satisfy constraint: {MEMORY.start} to {MEMORY.stop - 1}"
        )


def check_role(properties: Properties, before: Properties) -> None:
    """Refuse a role with inline policies that are too long together."""
    documents = [compact(policy["PolicyDocument"]) for policy in properties.get("Policies", [])]
    if sum(map(len, documents)) > ROLE_POLICIES:
        raise ValueError(
            f"Maximum policy size of {ROLE_POLICIES} bytes exceeded for role "
            f"{properties.get('RoleName', '')}"
        )


def check_identity(properties: Properties, before: Properties) -> None:
    """Refuse a second mail identity of the same name."""
    name = properties.get("EmailIdentity")
    if name != before.get("EmailIdentity") and name in ses_v2._identities:
        raise ValueError(f"Email identity {name} already exist.")


Check = Callable[[Properties, Properties], None]

CHECKS: Mapping[str, Check] = {
    "AWS::DynamoDB::Table": check_indexes,
    "AWS::Lambda::Function": check_function,
    "AWS::IAM::Role": check_role,
    "AWS::SES::EmailIdentity": check_identity,
}


def checked(check: Check, create: Any, update: Any) -> dict[str, Any]:
    """Return the handlers of a type of resource, after `check` of the properties."""

    def created(logical_id: str, properties: Properties, *more: Any) -> Any:
        check(properties, {})
        return create(logical_id, properties, *more)

    def updated(
        physical_id: str, before: Properties, properties: Properties, *more: Any, **named: Any
    ) -> Any:
        check(properties, before)
        return update(physical_id, before, properties, *more, **named)

    return {"create": created, "update": updated}


for kind, check in CHECKS.items():
    handlers = provisioners._RESOURCE_HANDLERS[kind]
    handlers |= checked(check, handlers["create"], handlers["update"])
