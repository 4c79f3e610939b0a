"""Settings of notifications."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.runtime.settings import Settings


class MailSettings(Settings):
    """Choice of the e-mail provider."""

    mail_provider: Annotated[
        Literal["ses"], Field(description="The provider that sends e-mails.")
    ] = "ses"
