"""Describes every call of the API in OpenAPI 3.1, from the declarations of the actions.

    python -m infra.openapi

writes ``chalicelib/openapi.json``, which the API serves. Summaries and descriptions are docstrings,
schemas are pydantic's, and examples are composed from those of the models.
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
from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.file_response import is_text
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
from chalicelib.runtime.raw_request import RawRequest
from infra import declarations, gateway
from infra.examples import compose
from infra.openapi_parts import (
    INFO,
    KEY_PARAMETER,
    PROBLEM,
    REFUSALS,
    SECURITY_SCHEME,
    SERVERS,
)
from infra.schemas import Schemas, is_list, markdown, model_of, path_parameter, query_parameters

Json = dict[str, Any]
_Schemas = Mapping[tuple[str, JsonSchemaMode], Json]

_JSON = "application/json"
_REF = "#/components/schemas/"
_SCHEME = "oidc"

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


def describe(actions: Sequence[Action]) -> Json:
    """Return the OpenAPI document of ``actions``.

    Raises:
        LookupError: an action has no docstring, or its section no name in «guillemets».
        ValueError: two problems share a slug.
    """
    schemas, definitions = _schemas(actions)
    paths: Json = {}
    for action in actions:
        path = paths.setdefault(action.path, {})
        path[action.method.lower()] = _operation(action, schemas, definitions)
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
        "info": INFO,
        "servers": SERVERS,
        "tags": [
            _tag(module) for module in sorted({action.function.__module__ for action in actions})
        ],
        "paths": paths,
        "components": {
            "schemas": definitions | {"Problem": PROBLEM},
            "responses": {
                name: _refusal(status, text) for status, (name, text) in REFUSALS.items()
            },
            "securitySchemes": {_SCHEME: SECURITY_SCHEME},
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
    catalogue: Json = {}
    for kind in _kinds(Problem):
        # A class without a slug of its own is distinguished by our code only, not by callers.
        if "slug" in vars(kind) and kind.__module__.startswith("chalicelib."):
            if kind.slug in catalogue:
                raise ValueError(f"two problems are called {kind.slug}")
            catalogue[kind.slug] = {"status": kind.status, "title": kind.title}
    for answer in _gateway_answers():
        slug = answer["type"].removeprefix("/problems/")
        catalogue.setdefault(slug, {"status": answer["status"], "title": answer["title"]})
    return catalogue


def document() -> Json:
    """Return the document of the whole API."""
    return describe(declarations.actions())


def render(document: Json) -> str:
    """Return the text of the file: one member per line, in alphabetical order."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _gateway_answers() -> list[Json]:
    answers = gateway.responses("", {}).values()
    return [json.loads(answer["Properties"]["ResponseTemplates"][_JSON]) for answer in answers]


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for subclass in kind.__subclasses__():
        yield from _kinds(subclass)


def _schemas(actions: Sequence[Action]) -> tuple[_Schemas, Json]:
    """Return the schema of each action's payload and answer, and the definitions they refer to."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for action in actions:
        hints = signature(action)
        if payload := payload_of(hints):
            wanted.append((action.name, "validation", TypeAdapter(payload[1])))
        if model := model_of(hints["return"]):
            wanted.append((action.name, "serialization", TypeAdapter(model)))
    schemas, rest = TypeAdapter.json_schemas(
        wanted, ref_template=_REF + "{model}", schema_generator=Schemas
    )
    return schemas, rest.get("$defs", {})


def _name(schema: Json) -> str:
    reference: str = schema["$ref"]
    return reference.removeprefix(_REF)


def _tag(module: str) -> Json:
    """Return the tag of a section, from its module's docstring: ``«Name»: description.``"""
    match = re.match(r"«(.+?)»: (.+)", sys.modules[module].__doc__ or "")
    if not match:
        raise LookupError(f"{module}: the docstring does not begin with a name in «guillemets»")
    name, about = match.groups()
    return {"name": name, "description": about[0].upper() + about[1:]}


def _operation(action: Action, schemas: _Schemas, definitions: Json) -> Json:
    summary, _, rest = (action.function.__doc__ or "").partition("\n")
    if not summary:
        raise LookupError(f"{action.name} has no docstring")
    roles = sorted(action.callers)
    callers = f"For: {', '.join(roles)}." if roles else "For anyone, without a token."
    if action.token:
        callers = "For a system, with a bearer token of its own."
    payload = schemas.get((action.name, "validation"))
    parameters = [*map(path_parameter, re.findall(r"{(\w+)}", action.path))]
    if payload and action.is_read:
        parameters += query_parameters(definitions[_name(payload)], compose(payload, definitions))
    if action.idempotent:
        parameters.append(KEY_PARAMETER)
    operation: Json = {
        "operationId": action.name,
        "tags": [_tag(action.function.__module__)["name"]],
        "summary": summary,
        "description": "\n\n".join(filter(None, (markdown(rest), callers))),
        "parameters": parameters,
        "responses": _success(action, schemas, definitions)
        | _refusals(action, takes_payload=payload is not None),
    }
    if payload and not action.is_read:
        content = {_JSON: {"schema": payload, "example": compose(payload, definitions)}}
        operation["requestBody"] = {"required": True, "content": content}
    if RawRequest in signature(action).values():
        operation["requestBody"] = {
            "required": True,
            "content": {kind: {} for kind in action.produces},
        }
    if roles:
        # One of the roles is enough: alternatives (OpenAPI 3.1, Security Requirement Object).
        operation["security"] = [{_SCHEME: [role]} for role in roles]
    return operation


def _success(action: Action, schemas: _Schemas, definitions: Json) -> Json:
    answer = signature(action)["return"]
    status = HTTPStatus.NO_CONTENT if answer is type(None) else HTTPStatus(action.status)
    described: Json = {"description": status.phrase}
    if answer is not type(None):
        # The bytes of a file have no schema (OpenAPI 3.1, «Considerations for File Uploads»).
        described["content"] = {media_type: {} for media_type in action.produces}
    if model_of(answer):
        schema = schemas[action.name, "serialization"]
        described["content"][_JSON] = {"schema": schema, "example": compose(schema, definitions)}
    return {str(status.value): described}


def _refusals(action: Action, *, takes_payload: bool) -> Json:
    """Return the error answers of an action, as they follow from its declaration."""
    has_body = takes_payload and not action.is_read
    applies = {
        400: takes_payload or action.idempotent,
        # A call without a token that changes something takes a password.
        401: action.callers or not action.is_read,
        403: action.callers,
        404: (action.callers or "{" in action.path) and not is_list(action),
        406: len(action.produces) > 1 or not is_text(action.produces[0]),
        409: action.writes and not action.is_read,
        413: has_body or RawRequest in signature(action).values(),
        415: has_body,
        422: takes_payload or action.idempotent,
        429: True,
        503: True,
    }
    return {
        str(status): {"$ref": f"#/components/responses/{name}"}
        for status, (name, _) in REFUSALS.items()
        if applies[status] or status in action.refuses
    }


def _refusal(status: int, description: str) -> Json:
    typical = [
        problem.document("/fiscal-drives/orders", "JKJaXmPLvHcESHA=") for problem in _TYPICAL
    ] + _gateway_answers()
    example = next(document for document in typical if document["status"] == status)
    content = {"schema": {"$ref": f"{_REF}Problem"}, "example": example}
    refusal = {"description": description, "content": {"application/problem+json": content}}
    if status in _RETRIED:
        after = {
            "description": "Seconds to wait before the next request.",
            "schema": {"type": "integer", "minimum": 0},
        }
        refusal["headers"] = {"Retry-After": after}
    return refusal


def main() -> None:
    """Write the document to where the API serves it from."""
    OPENAPI.write_text(render(document()), encoding="utf-8")


if __name__ == "__main__":
    main()
