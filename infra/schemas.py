"""JSON Schemas of the models as the API describes them: pydantic's, with our docstrings in them."""

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Mapping
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonRef, JsonSchemaValue
from pydantic_core import core_schema

from chalicelib.core.billing.sale import Sold
from chalicelib.runtime.action import IDENTIFIER, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.page import Page

_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


class Schemas(GenerateJsonSchema):
    """Pydantic's generator, told what our answers are and where our descriptions stand."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A title made of the field's name says nothing new."""
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        """What is answered is whole: a field with a default is there too."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def normalize_name(self, name: str) -> str:
        """Call a ``Page[Order]`` PageOfOrder."""
        return super().normalize_name(name.replace("[", "Of").replace("]", ""))

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Describe a model by its docstring, and its fields by theirs."""
        made = super().model_schema(schema)
        made.pop("title", None)
        model: type[BaseModel] = schema["cls"]
        made["description"] = markdown(inspect.getdoc(model))
        if issubclass(model, Sold):
            return self._flattened(made)
        properties = made.get("properties", {})
        for name, text in _attribute_docstrings(model).items():
            if name in properties:
                properties[name].setdefault("description", text)
        # A type that words its own schema loses the bounds that a field adds to it.
        for name, field in model.model_fields.items():
            for mark in field.metadata:
                for bound, keyword in _BOUNDS.items():
                    if hasattr(mark, bound) and "type" in properties[name]:
                        properties[name][keyword] = getattr(mark, bound)
        return made

    def _flattened(self, sold: JsonSchemaValue) -> JsonSchemaValue:
        """Describe a thing just sold as its serialiser writes it: flat, with the invoice."""
        parts = sold["properties"]
        thing = self.get_schema_from_definitions(JsonRef(parts["sold"]["$ref"])) or {}
        return {
            **thing,
            "description": "What was sold, with the invoice to pay.",
            "properties": {**thing["properties"], "invoice": parts["invoice"]},
            "required": [*thing["required"], "invoice"],
        }

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default means something to who asks, nothing to who is answered."""
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """Describe the values of an enumeration by their docstrings, below its own."""
        if schema["type"] == "model" and issubclass(schema["cls"], Sold):
            schema = {key: part for key, part in schema.items() if key != "serialization"}
        made = super().generate_inner(schema)
        if schema["type"] == "enum":
            defined = self.get_schema_from_definitions(JsonRef(made["$ref"])) or {}
            defined.pop("title", None)
            documented = _attribute_docstrings(schema["cls"])
            values = [f"- `{schema['cls'][name].value}`: {documented[name]}" for name in documented]
            defined["description"] = "\n".join(
                [markdown(schema["cls"].__doc__), *([""] if values else []), *values]
            )
        return made


def markdown(docstring: str | None) -> str:
    """Return a docstring as CommonMark, a paragraph a line; of none, nothing."""
    text = inspect.cleandoc(docstring or "").replace("``", "`")
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return re.sub(r"(?<=\S)\n(?=[^\s-])", " ", text)


def path_parameter(name: str) -> dict[str, Any]:
    """Return the parameter that a name in a path makes."""
    schema = {"type": "string", "pattern": f"^{IDENTIFIER.pattern}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def query_parameters(schema: Mapping[str, Any], example: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters that the fields of a query's schema make, with their examples."""
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, **_parameter(field)}
        | ({"example": example[name]} if name in example else {})
        for name, field in schema["properties"].items()
    ]


def _parameter(field: Mapping[str, Any]) -> dict[str, Any]:
    """Part a description from its schema; a parameter left out stands for null."""
    said = dict(field)
    described = {"description": said.pop("description")} if "description" in said else {}
    if said.get("default", ...) is None:
        del said["default"]
        (kept,) = (one for one in said.pop("anyOf") if one != {"type": "null"})
        said |= kept
    return {**described, "schema": said}


def _attribute_docstrings(owner: type) -> dict[str, str]:
    """Return the strings that follow the attributes of a class and its bases (PEP 257).

    Pydantic's ``use_attribute_docstrings`` reads the sources at every import: not in a Lambda.
    """
    found = {}
    for base in reversed(owner.__mro__):
        # Others' classes are not ours to describe; a parametrised generic has no source.
        if not base.__module__.startswith("chalicelib.") or "[" in base.__name__:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for one, after in itertools.pairwise(body):
            match one, after:
                case (
                    ast.AnnAssign(target=ast.Name(name)) | ast.Assign(targets=[ast.Name(name)]),
                    ast.Expr(ast.Constant(str(text))),
                ):
                    found[name] = markdown(text)
    return found


def model_of(answer: Any) -> Any:
    """Return the model of an answer that is one, or one or a file; None for nothing or a file."""
    kinds = get_args(answer) if isinstance(answer, UnionType) else (answer,)
    return next((one for one in kinds if one not in (FileResponse, type(None))), None)


def is_list(one: Action) -> bool:
    """Whether the answer is a page of everything there is: an empty one at the least."""
    answer = signature(one)["return"]
    return isinstance(answer, type) and issubclass(answer, Page) and "{" not in one.path
