"""Composes an example of each payload and answer from the JSON Schema of its model.

An example stands where its type stands: ``examples=[…]`` on a field or on a type of
``chalicelib/requisites.py``, or ``json_schema_extra={"examples": [{…}]}`` on a model whose fields
must fit one another. The rest follows from the schema.
"""

import copy
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_REF = "#/components/schemas/"
_BY_FORMAT = {
    "date": "2026-11-24",
    "date-time": "2026-11-24T09:00:00Z",
    "uuid": "5d3c1c0e-6f0b-5b1e-9c56-1b2a3c4d5e6f",
}
_IDENTIFIER = "01a20cb15b0ed969fa7935d0257f"
_KOPECKS = 12_200_00
_ABSENT = object()


class NoExample(LookupError):
    """Nothing says what a value may look like; the message names the place."""


def compose(schema: Json, definitions: Mapping[str, Json]) -> Any:
    """Return an example of ``schema``, whose references point into ``definitions``.

    Optional fields of a request, and fields of an answer that may be null, are shown where an
    example of them is given.

    Raises:
        NoExample: a required text has neither an example, nor a format, nor a list of its values.
    """
    return copy.deepcopy(_value(schema, definitions, ""))


def _value(schema: Json, definitions: Mapping[str, Json], place: str) -> Any:
    given = _given(schema, definitions, place)
    return (
        _implied(_resolved(schema, definitions), definitions, place) if given is _ABSENT else given
    )


def _given(schema: Json, definitions: Mapping[str, Json], place: str) -> Any:
    """Return the example that the schema gives, an object's made whole; ``_ABSENT`` if none."""
    schema = _resolved(schema, definitions)
    if "examples" in schema:
        example = schema["examples"][0]
        if "properties" in schema and example is not None:
            return _whole(example, schema, definitions, place)
        return example
    for alternative in schema.get("anyOf", ()):
        example = _given(alternative, definitions, place)
        if example is not _ABSENT:
            return example
    if schema.get("type") == "array":
        example = _given(schema.get("items", {}), definitions, place)
        return example if example is _ABSENT else [example] * max(1, schema.get("minItems", 1))
    return _ABSENT


def _whole(example: Json, schema: Json, definitions: Mapping[str, Json], place: str) -> Json:
    """Return a model's example with the required fields that it leaves out."""
    missing = [name for name in schema.get("required", ()) if name not in example]
    properties = schema["properties"]
    return example | {
        name: _value(properties[name], definitions, f"{place}/{name}") for name in missing
    }


def _implied(schema: Json, definitions: Mapping[str, Json], place: str) -> Any:
    """Return what follows from a schema that gives no example."""
    match schema:
        case {"const": value} | {"enum": [value, *_]} | {"default": value}:
            return value
        case {"anyOf": [*alternatives]}:
            if {"type": "null"} in alternatives:
                return None
            return _value(alternatives[0], definitions, place)
        case {"oneOf": [alternative, *_]}:
            return _value(alternative, definitions, place)
        case {"properties": properties}:
            made = {}
            for name, field in properties.items():
                if name in schema.get("required", ()):
                    made[name] = _value(field, definitions, f"{place}/{name}")
                else:
                    example = _given(field, definitions, f"{place}/{name}")
                    made |= {} if example is _ABSENT else {name: example}
            return made
        case {"type": "array", "prefixItems": items}:
            return [_value(item, definitions, place) for item in items]
        case {"type": "array", "items": item}:
            return [_value(item, definitions, place)] * max(1, schema.get("minItems", 1))
        case {"type": "object", "additionalProperties": dict()}:
            return {}
        case {"format": name} if name in _BY_FORMAT:
            return _BY_FORMAT[name]
        case {"type": "boolean"}:
            return True
        case {"type": "integer"} if place.endswith("_kopecks"):
            return _KOPECKS
        case {"type": "integer" | "number"}:
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case {"type": "string"} if place.endswith("_id"):
            return _IDENTIFIER
    raise NoExample(f"{place}: {schema}")


def _resolved(schema: Json, definitions: Mapping[str, Json]) -> Json:
    """Return a schema with what its reference points to; what stands beside a reference wins."""
    while "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        schema = definitions[schema["$ref"].removeprefix(_REF)] | beside
    return schema
