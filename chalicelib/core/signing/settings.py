"""Settings of signature verification."""

from typing import Literal

from chalicelib.runtime.settings import Settings


class SigningSettings(Settings):
    """What to do if no current revocation list covers a certificate."""

    revocation_unknown: Literal["refuse", "accept"]
