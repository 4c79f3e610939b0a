"""Answer of the health check."""

from typing import Literal

from chalicelib.runtime.model import Model


class Health(Model):
    """State of the API."""

    status: Literal["ok"]
