"""What the deployment decides, read from the environment once and typed.

A room that needs settings of its own subclasses :class:`Settings` and calls :meth:`load`;
each field is the environment variable of the same name in upper case.
"""

import functools
import os
from typing import Self

from pydantic import ConfigDict, SecretStr

from chalicelib.runtime.model import Model


class Settings(Model):
    """Base of every settings model."""

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


class RuntimeSettings(Settings):
    """What every action and consumer stands on."""

    stage: str
    cursor_key: SecretStr
    """Secret that signs the ``next`` of lists."""
