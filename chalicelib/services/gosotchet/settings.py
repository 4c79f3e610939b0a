"""Settings of «Госотчёт»: the reporting system that holds the accounts."""

from typing import Annotated

from pydantic import Field, SecretStr

from chalicelib.runtime.settings import Settings


class ReportingSettings(Settings):
    """Which reporting system holds the accounts, and where people sign in."""

    reporting_url: Annotated[
        str,
        Field(
            pattern=r"^(https://.+|http://127\.0\.0\.1:.+)?$",
            description="The reporting operator's system; empty for the embedded directory.",
        ),
    ] = ""
    reporting_sign_in_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://.+)?$",
            description="Sign-in page, named in the e-mail with the password; empty for none.",
        ),
    ] = ""


class ReportingSecret(Settings):
    """The credential that opens and changes accounts in the reporting operator's system."""

    reporting_token: Annotated[
        SecretStr, Field(description="Bearer token for the reporting operator's system.")
    ] = SecretStr("")
