"""The base of the product's models."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of all models. Instances are immutable.

    The validator of a model is built at its first use, since a function imports all models of its
    section and uses only a few.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a model whose documentation shows an example with these fields.

    Required fields that are left out are shown by the examples of their own types. The example of
    a model whose fields must fit one another names all of them.
    """
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Payload(Model):
    """Base of every request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")
