"""Settings of notifications."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.runtime.settings import Settings


class MailSettings(Settings):
    """The carrier of e-mails."""

    mail_provider: Annotated[Literal["ses"], Field(description="The carrier of e-mails.")] = "ses"
