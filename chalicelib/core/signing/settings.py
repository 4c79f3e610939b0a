"""Settings of signature verification."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.runtime.settings import Settings


class SigningSettings(Settings):
    """How strictly signatures are verified."""

    revocation_unknown: Annotated[
        Literal["refuse", "accept"],
        Field(description="A signature whose certificate no current revocation list covers."),
    ] = "refuse"
