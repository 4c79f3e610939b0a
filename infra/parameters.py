"""What the settings of the code become in the deployment: parameters, or references to secrets.

A field of a :class:`~chalicelib.runtime.settings.Settings` becomes a parameter of the template
with the field's type, default, bounds and description. A field of type ``SecretStr`` becomes a
secret of the cloud's secret store, ``<stage>/service-menu/<field>``. The template refers to the
secret by a dynamic reference that names its version, so that its value is in no template, no
parameter and no change set, and so that a rotated secret is a change of the stack. The parameter
of a secret is the id of that version.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.runtime.settings import Settings

Json = dict[str, Any]

_VERSION = "[A-Za-z0-9-]{32,64}"
"""An id of a version of a secret."""


def pascal(field: str) -> str:
    """Return a field's name as the template spells it: ``invoice_days`` is ``InvoiceDays``."""
    return "".join(part.capitalize() for part in field.split("_"))


def secret_id(field: str) -> str:
    """Return the name of a field's secret below its stage: ``service-menu/cursor-key``."""
    return f"service-menu/{field.replace('_', '-')}"


def version_parameter(field: str) -> str:
    """Return the name of the parameter that names the version of a field's secret."""
    return f"{pascal(field)}Version"


def fields(settings: Iterable[type[Settings]]) -> dict[str, Json]:
    """Return the fields of settings classes by name, each as its JSON schema.

    Raises:
        ValueError: two classes describe a field of the same name differently.
    """
    described: dict[str, Json] = {}
    for model in settings:
        for name, schema in model.model_json_schema()["properties"].items():
            if described.setdefault(name, schema) != schema:
                raise ValueError(f"{name} of {model.__name__} is described differently elsewhere")
    return described


def is_secret(schema: Json) -> bool:
    """Whether a field holds a secret."""
    return bool(schema.get("writeOnly"))


def is_required(schema: Json) -> bool:
    """Whether a field has no default."""
    return "default" not in schema


def variables(settings: Sequence[type[Settings]]) -> Json:
    """Return the environment of a function that declares ``settings``."""
    return {name.upper(): _value(name, schema) for name, schema in fields(settings).items()}


def _value(field: str, schema: Json) -> Json:
    if not is_secret(schema):
        return {"Ref": pascal(field)}
    where = f"${{Stage}}/{secret_id(field)}:SecretString:::${{{version_parameter(field)}}}"
    reference = {"Fn::Sub": f"{{{{resolve:secretsmanager:{where}}}}}"}
    if is_required(schema):
        return reference
    return {"Fn::If": [f"Has{pascal(field)}", reference, {"Ref": "AWS::NoValue"}]}


def parameters(settings: Iterable[type[Settings]]) -> Json:
    """Return the parameters of a template whose functions declare ``settings``."""
    return {
        version_parameter(name) if is_secret(schema) else pascal(name): (
            _version(name, schema) if is_secret(schema) else _parameter(schema)
        )
        for name, schema in fields(settings).items()
    }


def _parameter(schema: Json) -> Json:
    choices = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    parameter = {
        "Type": "Number" if schema["type"] == "integer" else "String",
        "Description": schema["description"],
        "Default": schema.get("default"),
        "AllowedValues": choices,
        # CloudFormation's patterns always match a whole value.
        "AllowedPattern": schema.get("pattern", "").removeprefix("^").removesuffix("$") or None,
        "MinValue": schema.get("minimum"),
        "MaxValue": schema.get("maximum"),
    }
    return {key: value for key, value in parameter.items() if value is not None}


def _version(field: str, schema: Json) -> Json:
    parameter = {
        "Type": "String",
        "Description": f"Version of the secret {secret_id(field)}. {schema['description']}",
        "AllowedPattern": _VERSION,
    }
    if is_required(schema):
        return parameter
    return parameter | {"AllowedPattern": f"({_VERSION})?", "Default": ""}


def conditions(settings: Iterable[type[Settings]]) -> Json:
    """Return the conditions for the optional secrets among ``settings``."""
    return {
        f"Has{pascal(name)}": {"Fn::Not": [{"Fn::Equals": [{"Ref": version_parameter(name)}, ""]}]}
        for name, schema in fields(settings).items()
        if is_secret(schema) and not is_required(schema)
    }
