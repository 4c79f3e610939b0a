"""The base of the product's models."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """What the product takes, keeps, sends or answers: it does not change.

    Its validator is built when first needed: a function imports the models of its whole section and
    uses a few.
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
