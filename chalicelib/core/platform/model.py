"""What the product says of itself."""

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """The front door answers."""

    status: Literal["ok"]
