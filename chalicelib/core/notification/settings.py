"""Settings of notifications."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from chalicelib.runtime.machine_token import MachineToken
from chalicelib.runtime.settings import Settings


class MailSettings(Settings):
    """Choice of the carrier of e-mails, and the mail server where SMTP is chosen."""

    mail_provider: Annotated[
        Literal["ses", "smtp"], Field(description="The carrier of e-mails.")
    ] = "ses"
    smtp_host: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9.-]*$", description="Host of the mail server.")
    ] = ""
    smtp_port: Annotated[
        int, Field(ge=1, le=65535, description="Port of the mail server: 587, or 465.")
    ] = 587
    smtp_security: Annotated[
        Literal["starttls", "implicit"],
        Field(description="How TLS begins: by STARTTLS, or with the connection."),
    ] = "starttls"
    smtp_username: Annotated[
        str, Field(description="Login at the mail server; empty for none.")
    ] = ""
    smtp_password: Annotated[SecretStr, Field(description="Password at the mail server.")] = (
        SecretStr("")
    )


class SmsSettings(Settings):
    """The sender of SMS, and the gateway where a gateway is chosen."""

    sms_sender: Annotated[
        str,
        Field(
            pattern=r"^([A-Za-z0-9 _-]{1,11})?$",
            description="Sender that buyers see, registered with the carrier; empty for its own.",
        ),
    ] = ""
    sms_gateway_url: Annotated[
        str,
        Field(pattern=r"^(https?://.+)?$", description="Address that takes SMS, of the gateway."),
    ] = ""
    sms_gateway_token: Annotated[
        SecretStr, Field(description="Bearer token for the gateway of SMS.")
    ] = SecretStr("")


class SmsReportToken(MachineToken):
    """The credential by which the SMS gateway reports."""

    sms_report_token: Annotated[
        SecretStr, Field(description="Bearer token of the gateway that reports about SMS.")
    ] = SecretStr("")
