"""Settings of «Платформа ЭДО»."""

from typing import Annotated

from pydantic import Field

from chalicelib.runtime.settings import Settings


class EdoSettings(Settings):
    """Identity of this operator among the operators of the exchange."""

    edo_operator_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{3}$")]
    """Operator code: the first three characters of our participants' identifiers."""
