"""What the deployment decides about signatures."""

from typing import Literal

from chalicelib.runtime.settings import Settings


class SigningSettings(Settings):
    """What to do where no current revocation list covers a certificate."""

    revocation_unknown: Literal["refuse", "accept"]
