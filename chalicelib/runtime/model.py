"""The base of the product's models."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """What the product takes, keeps, sends or answers: it does not change.

    Its validator is built when first needed: a function imports the models of its whole section and
    uses a few.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)


class Payload(Model):
    """Base of every request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")
