"""What the deployment decides about the exchange."""

from typing import Annotated

from pydantic import Field

from chalicelib.runtime.settings import Settings


class EdoSettings(Settings):
    """Who we are among the operators of the exchange."""

    edo_operator_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{3}$")]
    """The three characters that identifiers of our participants begin with."""
