"""Describes every call of the API: OpenAPI 3.1 from the code's own declarations.

    python -m infra.openapi

writes ``chalicelib/openapi.json``, which the API serves. Summaries and descriptions are the
docstrings, schemas are pydantic's, and examples are composed from those of the models.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from chalicelib.core.platform.actions import OPENAPI
from chalicelib.runtime.action import KEY, payload_of, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.problem import (
    NotAcceptable,
    NotFound,
    PayloadInvalid,
    Problem,
    RoleMissing,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreadable,
    UnsupportedMediaType,
)
from chalicelib.runtime.raw import Raw
from infra import declarations, gateway
from infra.examples import compose
from infra.schemas import Schemas, is_list, markdown, model_of, path_parameter, query_parameters

Json = dict[str, Any]
_Schemas = Mapping[tuple[str, JsonSchemaMode], Json]

_JSON = "application/json"
_REF = "#/components/schemas/"
_SCHEME = "oidc"

_INFO = {
    "title": "Сервис и Услуги",
    "version": "1.0.0",
    "description": """\
The back end of the menu «Сервис и Услуги» of a fiscal-data operator's client cabinet.

- JSON in UTF-8, snake_case. Money is whole kopecks (`…_kopecks`), times are RFC 3339 in UTC, \
dates are business days in Europe/Moscow. Identifiers are opaque.
- What is the caller's is found from the token. Another organisation's identifier answers 404.
- Lists come in pages: `next` of one page asks for the following one and is null on the last.
- A call with an `Idempotency-Key` may be repeated with the same key and body: it is executed \
once and answers the same.
- A refusal is `application/problem+json` (RFC 9457). Tell refusals apart by `type`: the slugs \
are stable and listed under `x-problems`. `detail` is in Russian, for the person at the screen.
- A body is at most 6 MB.""",
}
_SERVERS = [
    {"url": "/api", "description": "Where this description was loaded from"},
    {
        "url": "https://{host}/api",
        "description": "A deployment",
        "variables": {
            "host": {"default": "api.example.com", "description": "Of the stack's ApiUrl"}
        },
    },
]
_SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of the OIDC issuer, with `client_id` (the caller's organisation) and "
    "`roles`: `client`, `landlord`, `operator`.",
}
_PROBLEM: Json = {
    "description": "Why a request was refused (RFC 9457). Some problems have further members.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "pattern": "^/problems/[a-z0-9-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "For the person at the screen, in Russian."},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "description": "What is wrong with a payload, field by field.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "format": "json-pointer"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_REFUSALS = {
    400: ("Unreadable", "The request cannot be read, or its `Idempotency-Key` or `next` is wrong."),
    401: ("Unauthenticated", "No valid token came with the request, or no right password."),
    403: (
        "Forbidden",
        "The caller has none of the roles for it, or must change its password first.",
    ),
    404: ("NotFound", "It is not there, or not the caller's."),
    406: ("NotAcceptable", "None of the types that `Accept` names is to be had."),
    409: ("Conflict", "The state of things forbids it, or has just changed."),
    413: ("TooLarge", "The body is over 6 MB, or what is asked for too large to be answered."),
    415: ("UnsupportedMediaType", "The body is not `application/json`."),
    422: ("Invalid", "The request was read and does not hold; `errors` point at the fields."),
    429: ("TooManyRequests", "Too many requests for now."),
    503: ("Unavailable", "Something does not answer for now; nothing was changed."),
}
_RETRIED = {429, 503}
_TYPICAL = (
    Unreadable(),
    Unauthenticated(),
    RoleMissing(),
    NotFound(),
    NotAcceptable(offered="application/json, text/csv"),
    Problem(),
    TooLarge(),
    UnsupportedMediaType(),
    PayloadInvalid([{"pointer": "/email", "detail": "Обязательное поле."}]),
    Unavailable(),
)
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Of the caller's making, one for each thing to be done once; kept for 3 days.",
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
}


def describe(actions: Sequence[Action]) -> Json:
    """Return the OpenAPI document of ``actions``.

    Raises:
        LookupError: an action has no docstring, or its section no name in «guillemets».
        ValueError: two problems share a slug.
    """
    schemas, definitions = _schemas(actions)
    paths: Json = {}
    for one in actions:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas, definitions)
    # Queries are described as parameters and sold things inside the answer of their sale.
    document = json.dumps([paths, definitions], ensure_ascii=False)
    definitions = {
        name: definition
        for name, definition in definitions.items()
        if f'"{_REF}{name}"' in document
    }
    for definition in definitions.values():
        if "properties" in definition:
            definition.pop("examples", None)  # each operation shows its own, whole
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": _SERVERS,
        "tags": [_tag(module) for module in sorted({one.function.__module__ for one in actions})],
        "paths": paths,
        "components": {
            "schemas": definitions | {"Problem": _PROBLEM},
            "responses": {
                name: _refusal(status, said) for status, (name, said) in _REFUSALS.items()
            },
            "securitySchemes": {_SCHEME: _SECURITY_SCHEME},
        },
        "x-problems": problems(),
    }


def example(action: Action) -> Any:
    """Return the example of an action's payload, as its description shows it.

    Raises:
        KeyError: the action takes no payload.
    """
    schemas, definitions = _schemas([action])
    return compose(schemas[action.name, "validation"], definitions)


def problems() -> Json:
    """Return every problem that the product or its gateway answers, by its slug.

    Raises:
        ValueError: two problems share a slug.
    """
    found: Json = {}
    for kind in _kinds(Problem):
        # One that has no slug of its own is told apart by our code only, not by callers.
        if "slug" in vars(kind) and kind.__module__.startswith("chalicelib."):
            if kind.slug in found:
                raise ValueError(f"two problems are called {kind.slug}")
            found[kind.slug] = {"status": kind.status, "title": kind.title}
    for said in _gateway_answers():
        slug = said["type"].removeprefix("/problems/")
        found.setdefault(slug, {"status": said["status"], "title": said["title"]})
    return found


def document() -> Json:
    """Return the document of the whole API."""
    return describe(declarations.actions())


def render(document: Json) -> str:
    """Return the text of the file: one member a line, in alphabetical order."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _gateway_answers() -> list[Json]:
    answers = gateway.responses("", {}).values()
    return [json.loads(one["Properties"]["ResponseTemplates"][_JSON]) for one in answers]


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds(one)


def _schemas(actions: Sequence[Action]) -> tuple[_Schemas, Json]:
    """Return the schema of each action's payload and answer, and the definitions they refer to."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for one in actions:
        hints = signature(one)
        if payload := payload_of(hints):
            wanted.append((one.name, "validation", TypeAdapter(payload[1])))
        if model := model_of(hints["return"]):
            wanted.append((one.name, "serialization", TypeAdapter(model)))
    schemas, rest = TypeAdapter.json_schemas(
        wanted, ref_template=_REF + "{model}", schema_generator=Schemas
    )
    return schemas, rest.get("$defs", {})


def _name(schema: Json) -> str:
    reference: str = schema["$ref"]
    return reference.removeprefix(_REF)


def _tag(module: str) -> Json:
    """Return a section's name and what it is about, as its module says: ``«Name»: about.``"""
    said = re.match(r"«(.+?)»: (.+)", sys.modules[module].__doc__ or "")
    if not said:
        raise LookupError(f"{module}: the docstring does not begin with a name in «guillemets»")
    name, about = said.groups()
    return {"name": name, "description": about[0].upper() + about[1:]}


def _operation(one: Action, schemas: _Schemas, definitions: Json) -> Json:
    summary, _, rest = (one.function.__doc__ or "").partition("\n")
    if not summary:
        raise LookupError(f"{one.name} has no docstring")
    roles = sorted(one.callers)
    callers = f"For: {', '.join(roles)}." if roles else "For anyone, without a token."
    payload = schemas.get((one.name, "validation"))
    parameters = [*map(path_parameter, re.findall(r"{(\w+)}", one.path))]
    if payload and one.is_read:
        parameters += query_parameters(definitions[_name(payload)], compose(payload, definitions))
    if one.idempotent:
        parameters.append(_KEY_PARAMETER)
    operation: Json = {
        "operationId": one.name,
        "tags": [_tag(one.function.__module__)["name"]],
        "summary": summary,
        "description": "\n\n".join(filter(None, (markdown(rest), callers))),
        "parameters": parameters,
        "responses": _success(one, schemas, definitions)
        | _refusals(one, takes_payload=payload is not None),
    }
    if payload and not one.is_read:
        content = {_JSON: {"schema": payload, "example": compose(payload, definitions)}}
        operation["requestBody"] = {"required": True, "content": content}
    if Raw in signature(one).values():
        operation["requestBody"] = {
            "required": True,
            "content": {kind: {} for kind in one.produces},
        }
    if roles:
        # Any one of the roles will do: alternatives (OpenAPI 3.1, Security Requirement Object).
        operation["security"] = [{_SCHEME: [role]} for role in roles]
    return operation


def _success(one: Action, schemas: _Schemas, definitions: Json) -> Json:
    answer = signature(one)["return"]
    status = HTTPStatus.NO_CONTENT if answer is type(None) else HTTPStatus(one.status)
    described: Json = {"description": status.phrase}
    if answer is not type(None):
        # The bytes of a file have no schema (OpenAPI 3.1, «Considerations for File Uploads»).
        described["content"] = {media_type: {} for media_type in one.produces}
    if model_of(answer):
        schema = schemas[one.name, "serialization"]
        described["content"][_JSON] = {"schema": schema, "example": compose(schema, definitions)}
    return {str(status.value): described}


def _refusals(one: Action, *, takes_payload: bool) -> Json:
    """Return the ways that an action of this kind may refuse."""
    has_body = takes_payload and not one.is_read
    applies = {
        400: takes_payload or one.idempotent,
        # Whoever changes something without a token says a password.
        401: one.callers or not one.is_read,
        403: one.callers,
        404: (one.callers or "{" in one.path) and not is_list(one),
        406: len(one.produces) > 1,
        409: one.writes and not one.is_read,
        413: has_body or Raw in signature(one).values(),
        415: has_body,
        422: takes_payload or one.idempotent,
        429: True,
        503: True,
    }
    return {
        str(status): {"$ref": f"#/components/responses/{name}"}
        for status, (name, _) in _REFUSALS.items()
        if applies[status] or status in one.refuses
    }


def _refusal(status: int, description: str) -> Json:
    typical = [one.document("/fiscal-drives/orders") for one in _TYPICAL] + _gateway_answers()
    example = next(one for one in typical if one["status"] == status)
    said = {"schema": {"$ref": f"{_REF}Problem"}, "example": example}
    refusal = {"description": description, "content": {"application/problem+json": said}}
    if status in _RETRIED:
        after = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}
        refusal["headers"] = {"Retry-After": after}
    return refusal


def main() -> None:
    """Write the document to where the API serves it from."""
    OPENAPI.write_text(render(document()), encoding="utf-8")


if __name__ == "__main__":
    main()
