"""Opaque identifiers that sort by the time they were made."""

import secrets
from typing import Annotated

from pydantic import StringConstraints

from chalicelib.runtime import clock

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]


def new_identifier() -> str:
    """Return 28 hexadecimal digits: 48 bits of milliseconds, then 64 random bits."""
    return f"{int(clock.now().timestamp() * 1000):012x}{secrets.token_hex(8)}"
