"""Opaque identifiers that sort by the time of their creation."""

import datetime as dt
import secrets
from typing import Annotated

from pydantic import Field

from chalicelib.runtime import clock

Identifier = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$", examples=["01a20cb15b0ed969fa7935d0257f"])
]
"""An identifier in a path or a body; callers must not interpret it."""


def new_identifier() -> str:
    """Return 28 hexadecimal digits: 48 bits of Unix time in milliseconds, then 64 random bits."""
    return first_identifier(clock.now()) + secrets.token_hex(8)


def first_identifier(moment: dt.datetime) -> str:
    """Return the lowest sort position of an identifier created at ``moment`` or later."""
    return f"{int(moment.timestamp() * 1000):012x}"
