"""The decorator that declares an action, and the handling of a request by an action."""

import hashlib
import json
import re
import time
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from botocore.exceptions import BotoCoreError, ClientError
from chalice.app import Chalice, Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError

from chalicelib.runtime import cors, declaration, limits, request_id, validation
from chalicelib.runtime.aws import is_outage
from chalicelib.runtime.caller import Caller, Role
from chalicelib.runtime.commit import IDEMPOTENCY, Guard, guarded
from chalicelib.runtime.declaration import DECLARED
from chalicelib.runtime.file_response import FileResponse, is_text
from chalicelib.runtime.log import MetricUnit, fault, logger, metrics
from chalicelib.runtime.machine_token import MachineToken
from chalicelib.runtime.negotiation import MediaType, negotiate
from chalicelib.runtime.problem import (
    IdempotencyKeyMissing,
    NotAcceptable,
    NotFound,
    Problem,
    Unavailable,
    Unexpected,
    Unreadable,
    UnsupportedMediaType,
)
from chalicelib.runtime.raw_request import RawRequest
from chalicelib.runtime.resource import Resource
from chalicelib.runtime.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
Headers = dict[str, str | list[str]]

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **cors.EXPOSED}
"""Headers of every answer, besides the id of the request."""

KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""An ``Idempotency-Key``."""

IDENTIFIER = re.compile(r"[^\x00-\x1f/]{1,128}")
"""A decoded path parameter."""

_LONGEST_ESCAPE = 12
"""Bytes of a character outside the basic plane: two escapes."""

_UNREADABLE = {"json_invalid", "model_type", "model_attributes_type"}


def action(
    route: str,
    *,
    caller: str | Sequence[str] | type[MachineToken],
    idempotent: bool = False,
    status: int = 200,
    produces: str | Sequence[str] = "application/json",
    reads: Sequence[Resource] = (),
    writes: Sequence[Resource] = (),
    settings: Sequence[type[Settings]] = (),
    timeout: int = 15,
    memory: int = 512,
    rate_limit: int | None = None,
    refuses: Sequence[int] = (),
) -> Callable[[F], F]:
    """Declare an action: the function below serves ``route``.

    The parameters of the function are recognised by their types: :class:`Caller`; a pydantic model
    for the body (of a GET: for the query); :class:`RawRequest` for an action that parses the
    request itself; :class:`MediaType` for the negotiated type of the answer. The other parameters
    are those of the path: a ``str`` is an identifier to look up, another type is validated. The
    function returns a model, a :class:`FileResponse` or None, or raises a :class:`Problem`.

    Args:
        route: Method and path, for example ``"POST /fiscal-drives/orders"``.
        caller: The roles that may call, ``"anyone"``, or the token of a system that may call.
        idempotent: Whether the action requires an ``Idempotency-Key`` and commits the answer with
            its changes.
        status: Status of a successful answer.
        produces: Media types of the answer, the preferred one first.
        reads: Tables and other resources that the function reads.
        writes: Tables and other resources that the function writes, and may read.
        settings: The settings classes that the action loads, itself or in what it calls.
        timeout: Seconds.
        memory: Megabytes.
        rate_limit: Calls a second that the gateway admits, of all callers together.
        refuses: Statuses of refusals besides those of every action of this kind.
    """
    method, path = route.split(" ")
    token = None
    if isinstance(caller, type):
        token, caller = caller, "anyone"
    roles = () if caller == "anyone" else (caller,) if isinstance(caller, str) else tuple(caller)
    touched = [*writes, IDEMPOTENCY] if idempotent else [*writes]

    def declare(function: F) -> F:
        DECLARED.append(
            declaration.Action(
                function=function,
                method=method,
                path=path,
                callers=frozenset(map(Role, roles)),
                status=status,
                produces=(produces,) if isinstance(produces, str) else tuple(produces),
                idempotent=idempotent,
                rate_limit=rate_limit,
                token=token,
                refuses=refuses,
                reads=reads,
                writes=touched,
                settings=[*settings, *([token] if token else [])],
                timeout=timeout,
                memory=memory,
            )
        )
        return function

    return declare


def serve(app: Chalice, actions: Sequence[declaration.Action], authorizer: Any) -> None:
    """Add a route to ``app`` for each action, behind ``authorizer`` unless anyone may call it."""
    # A FileResponse encodes itself. Chalice would refuse callers whose Accept lacks its type.
    app.api.binary_types = []
    for declared in actions:
        app.route(
            declared.path,
            methods=[declared.method],
            name=declared.name,
            # Chalice's own refusal of a media type has neither a problem document nor CORS headers.
            content_types=[],
            authorizer=authorizer if declared.callers else None,
            # The gateway throttles by the key that the authorizer returns.
            api_key_required=bool(declared.callers),
        )(_view(app, declared))


def _view(app: Chalice, declared: declaration.Action) -> Callable[..., Response]:
    parameters = signature(declared)

    def view(**path: str) -> Response:
        request: Request = app.current_request  # type: ignore[assignment] # within a request
        with request_id.caused_by(request_id.of_call(request.context)):
            return _logged(declared, parameters, request, path)

    view.__name__ = declared.name
    return view


def _logged(
    declared: declaration.Action,
    parameters: Mapping[str, Any],
    request: Request,
    path: Mapping[str, str],
) -> Response:
    """Return the answer or the problem of a request, and log which."""
    logger.remove_keys(["problem"])
    logger.append_keys(action=declared.name)
    started = time.perf_counter()
    try:
        response = _answer(declared, parameters, request, path)
    except Problem as problem:
        response = _problem(declared, problem, request)
    except (ClientError, BotoCoreError) as error:
        response = _problem(declared, _outage(error), request)
    except Exception as error:
        fault("unexpected", error)
        response = _problem(declared, Unexpected(), request)
    if _is_too_large(response):
        logger.error("answer too large")
        response = _problem(declared, Unexpected(), request)
    logger.info(
        "answered",
        status=response.status_code,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )
    return response


def signature(declared: declaration.Action) -> dict[str, Any]:
    """Return the types of the parameters by name, and the type of the answer as ``return``."""
    return typing.get_type_hints(declared.function, include_extras=True)


def payload_of(parameters: Mapping[str, Any]) -> tuple[str, type[BaseModel]] | None:
    """Return the name and the model of the body or query parameter; None if there is none."""
    for name, hint in parameters.items():
        if name != "return" and isinstance(hint, type) and issubclass(hint, BaseModel):
            return name, hint
    return None


def _answer(
    declared: declaration.Action,
    parameters: Mapping[str, Any],
    request: Request,
    path: Mapping[str, str],
) -> Response:
    arguments: dict[str, Any] = {name: _identifier(value) for name, value in path.items()}
    caller = None
    if declared.callers:
        caller = Caller.from_authorizer(request.context.get("authorizer"))
        caller.require(declared.callers)
        if "caller" in parameters:
            arguments["caller"] = caller
    if declared.token:
        declared.token.require(request.headers.get("authorization", ""))
    for name in path:
        if parameters[name] is not str:
            arguments[name] = _path(parameters[name], name, arguments[name])
    accept = request.headers.get("accept", "")
    if not accept and not is_text(declared.produces[0]):
        raise NotAcceptable(offered=declared.produces[0])
    for name, hint in parameters.items():
        if hint is MediaType:
            arguments[name] = negotiate(accept, declared.produces)
    key = request.headers.get("idempotency-key", "")
    if declared.idempotent and not KEY.fullmatch(key):
        raise IdempotencyKeyMissing
    for name, hint in parameters.items():
        if hint is RawRequest:
            arguments[name] = _raw(request)
    payload = payload_of(parameters)
    if payload:
        name, model = payload
        arguments[name] = _query(model, request) if declared.is_read else _body(model, request)
    if not declared.idempotent or caller is None:
        return _response(declared, declared.function(**arguments))

    guard = Guard(caller.client_id, f"{declared.name}#{key}", _fingerprint(arguments))
    try:
        with guarded(guard):
            answer = declared.function(**arguments)
    except Problem:
        kept = guard.answer()
        if kept is None:
            raise
        return _json(declared.status, kept)
    if not guard.committed:
        raise RuntimeError(f"{declared.name} answered without a commit")
    return _response(declared, answer)


def _identifier(value: str) -> str:
    value = unquote(value)
    if not IDENTIFIER.fullmatch(value):
        raise NotFound
    return value


def _path(hint: Any, name: str, value: str) -> Any:
    try:
        return TypeAdapter(hint).validate_python(value)
    except ValidationError as error:
        raise validation.problem(error, name) from error


def _query(model: type[BaseModel], request: Request) -> BaseModel:
    try:
        return model.model_validate(dict(request.query_params or {}))
    except ValidationError as error:
        raise validation.problem(error) from error


def _body(model: type[BaseModel], request: Request) -> BaseModel:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise UnsupportedMediaType
    raw = _raw(request).body
    try:
        # Strict mode refuses coercion: "5", 5.0 and true are no integers, and 0 is no date.
        read = model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        if any(not fault["loc"] and fault["type"] in _UNREADABLE for fault in faults):
            raise Unreadable from error
        raise validation.problem(error) from error
    # After validation, since a valid body is neither deep nor wide.
    json.loads(raw, object_pairs_hook=_names_once)
    return read


def _names_once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse duplicate names in an object, which parsers read differently (RFC 7493, 2.3)."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise Unreadable


def _raw(request: Request) -> RawRequest:
    raw: bytes = request.raw_body  # type: ignore[assignment] # Chalice decodes it
    return RawRequest(raw, {name.lower(): value for name, value in request.headers.items()})


def _fingerprint(arguments: Mapping[str, Any]) -> str:
    parts = [
        f"{name}={value.model_dump_json() if isinstance(value, BaseModel) else value}"
        for name, value in sorted(arguments.items())
        if not isinstance(value, Caller)
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _response(declared: declaration.Action, answer: BaseModel | FileResponse | None) -> Response:
    match answer:
        case None:
            return _json(declared.status if declared.status != 200 else 204, "")
        case FileResponse():
            return answer.response(declared.status, _headers())
        case _:
            return _json(declared.status, answer.model_dump_json())


def _headers() -> Headers:
    return {**HEADERS, request_id.HEADER: request_id.current()}


def _json(status: int, body: str) -> Response:
    headers: Headers = _headers()
    if body:
        headers["Content-Type"] = "application/json"
    return Response(body=body, status_code=status if body else 204, headers=headers)


def _problem(declared: declaration.Action, problem: Problem, request: Request) -> Response:
    metrics.add_dimension("action", declared.name)
    name = "Fault" if problem.status >= 500 else "Refusal"
    metrics.add_metric(name, MetricUnit.Count, 1)
    metrics.flush_metrics()
    logger.append_keys(problem=problem.slug)
    path = request.context.get("path") or request.path or declared.path
    # The gateway decodes the path or not; the answer holds a URI reference.
    instance = quote(unquote(path), safe="/:@!$&'()*+,;=")
    document = problem.document(instance, request_id.current())
    headers: Headers = {**_headers(), **problem.headers, "Content-Type": "application/problem+json"}
    body = json.dumps(document, ensure_ascii=False)
    return Response(body=body, status_code=problem.status, headers=headers)


def _is_too_large(response: Response) -> bool:
    """Return whether Lambda would refuse to pass the answer on.

    Counted as escaped JSON, in which a Cyrillic letter takes six bytes. The runtimes before
    python3.12 send answers so.
    """
    if len(response.body) * _LONGEST_ESCAPE < limits.PAYLOAD:
        return False
    return len(json.dumps(response.to_dict([]))) > limits.PAYLOAD


def _outage(error: ClientError | BotoCoreError) -> Problem:
    """Return 503 for a temporary failure of a cloud service, 500 for a call that it refused."""
    if isinstance(error, ClientError):
        if not is_outage(error):
            fault("cloud call refused", error)
            return Unexpected()
        code = error.response["Error"]["Code"]
    else:
        code = type(error).__name__
    logger.warning("cloud call failed", error=code)
    return Unavailable()
