"""Settings of «ЭДО»."""

from typing import Annotated

from pydantic import Field

from chalicelib.runtime.settings import Settings


class EdoSettings(Settings):
    """This operator among the operators of document exchange."""

    edo_operator_code: Annotated[
        str,
        Field(
            pattern=r"^[0-9A-Z]{3}$",
            description="First characters of the identifiers of this operator's participants.",
        ),
    ]
