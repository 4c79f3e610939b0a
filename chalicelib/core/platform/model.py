"""What the product says of itself."""

from typing import Literal

from chalicelib.runtime.model import Model


class Health(Model):
    """The front door answers."""

    status: Literal["ok"]
