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
    """Pydantic's generator, with complete answers and with descriptions from docstrings."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles, which only repeat the names of fields."""
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        """Require every field of an answer: a field with a default is present too."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def normalize_name(self, name: str) -> str:
        """Name a ``Page[Order]`` PageOfOrder."""
        return super().normalize_name(name.replace("[", "Of").replace("]", ""))

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Describe a model and its fields by their docstrings."""
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
        # Pydantic drops the bounds that a field adds to a type with a schema of its own.
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
        """Leave defaults out of answers, where every field is present."""
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """List the documented values of an enumeration below its description."""
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
    """Return a docstring as CommonMark, one line per paragraph; an empty text for None."""
    text = inspect.cleandoc(docstring or "").replace("``", "`")
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return re.sub(r"(?<=\S)\n(?=[^\s-])", " ", text)


def path_parameter(name: str) -> dict[str, Any]:
    """Return the parameter for a name in a path."""
    schema = {"type": "string", "pattern": f"^{IDENTIFIER.pattern}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def query_parameters(schema: Mapping[str, Any], example: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters for the fields of a query's schema, with their examples."""
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, **_parameter(field)}
        | ({"example": example[name]} if name in example else {})
        for name, field in schema["properties"].items()
    ]


def _parameter(field: Mapping[str, Any]) -> dict[str, Any]:
    """Separate the description from the schema. A parameter that is left out stands for null."""
    schema = dict(field)
    described = {"description": schema.pop("description")} if "description" in schema else {}
    if schema.get("default", ...) is None:
        del schema["default"]
        (given,) = (choice for choice in schema.pop("anyOf") if choice != {"type": "null"})
        schema |= given
    return {**described, "schema": schema}


def _attribute_docstrings(owner: type) -> dict[str, str]:
    """Return the strings that follow the attributes of a class and its bases (PEP 257).

    Pydantic's ``use_attribute_docstrings`` would read the sources at every import in a Lambda.
    """
    docstrings = {}
    for base in reversed(owner.__mro__):
        # Classes of other packages are not described; a parametrised generic has no source.
        if not base.__module__.startswith("chalicelib.") or "[" in base.__name__:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for statement, after in itertools.pairwise(body):
            match statement, after:
                case (
                    ast.AnnAssign(target=ast.Name(name)) | ast.Assign(targets=[ast.Name(name)]),
                    ast.Expr(ast.Constant(str(text))),
                ):
                    docstrings[name] = markdown(text)
    return docstrings


def model_of(answer: Any) -> Any:
    """Return the model among the kinds of an answer; None for a file or no content."""
    kinds = get_args(answer) if isinstance(answer, UnionType) else (answer,)
    return next((kind for kind in kinds if kind not in (FileResponse, type(None))), None)


def is_list(action: Action) -> bool:
    """Return whether an action answers a page that may be empty, so that it never answers 404."""
    answer = signature(action)["return"]
    return isinstance(answer, type) and issubclass(answer, Page) and "{" not in action.path
