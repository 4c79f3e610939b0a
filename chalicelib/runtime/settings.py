"""Settings: what the deployment decides, read from the environment once and typed.

A section that needs settings subclasses :class:`Settings`; its actions, consumers and schedules
name the class in ``settings=[…]`` and call :meth:`Settings.load`. From the fields the deployment
makes everything else: a parameter of the template (type, default, bounds, pattern, description)
and the environment of exactly the functions that declare the class. A field of type ``SecretStr``
becomes a reference to the cloud's secret store instead of a parameter.
"""

import functools
import os
from typing import Annotated, Self

from pydantic import ConfigDict, Field, SecretStr

from chalicelib.runtime.model import Model

PublicUrl = Annotated[
    str,
    Field(
        pattern=r"^https?://.+[^/]$",
        description="Public address of this API, for links in messages; no slash at the end.",
    ),
]


class Settings(Model):
    """Base of every settings model; a field is read from the variable of its upper-case name."""

    model_config = ConfigDict(extra="ignore")

    @classmethod
    @functools.cache
    def load(cls) -> Self:
        """Return the settings of this process.

        Raises:
            pydantic.ValidationError: a variable is missing or malformed; the function must not
                start.
        """
        names = {name: name.upper() for name in cls.model_fields}
        return cls.model_validate(
            {name: os.environ[env] for name, env in names.items() if env in os.environ}
        )


class PageSettings(Settings):
    """What an action that reads a list page by page needs."""

    cursor_key: Annotated[
        SecretStr, Field(min_length=32, description="Key that signs the `next` of lists.")
    ]


class StorageSettings(Settings):
    """What an action that signs links or forms to stored objects needs."""

    storage_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^/]+)?$",
            description="Address of the buckets for browsers; empty for the cloud's own address.",
        ),
    ] = ""
