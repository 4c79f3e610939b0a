"""The port to whoever carries e-mails; which carrier it is, the deployment decides."""

import dataclasses
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal, Protocol

from chalicelib.runtime.aws import client
from chalicelib.runtime.resource import MailIdentity
from chalicelib.runtime.settings import Settings

SENDER = MailIdentity("Sender")


class MailSettings(Settings):
    """The carrier of e-mails."""

    mail_provider: Literal["ses"] = "ses"


@dataclasses.dataclass(frozen=True)
class Letter:
    """An e-mail as it goes out."""

    to: str
    subject: str
    text: str
    html: str | None = None
    pictures: Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    """PNG images by the content id under which the HTML shows them."""


class MailCarrier(Protocol):
    """Whoever carries e-mails."""

    def send(self, letter: Letter) -> None:
        """Take an e-mail; raises what the cloud's client raises."""


class Ses:
    """Amazon SES v2, and clouds that speak it."""

    def send(self, letter: Letter) -> None:
        """Hand the e-mail over, as raw MIME only where there are pictures in it."""
        client("sesv2").send_email(
            FromEmailAddress=SENDER.physical_name,
            Destination={"ToAddresses": [letter.to]},
            Content={"Raw": {"Data": mime(letter)}} if letter.pictures else _simple(letter),
        )


_CARRIERS: dict[str, MailCarrier] = {"ses": Ses()}


def send(letter: Letter) -> None:
    """Hand an e-mail to the carrier of this deployment."""
    _CARRIERS[MailSettings.load().mail_provider].send(letter)


def mime(letter: Letter) -> bytes:
    """Return the e-mail as MIME: text, or HTML with its pictures (RFC 2046, RFC 2387)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = SENDER.physical_name
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message.set_content(letter.text, cte="base64")
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html", cte="base64")
        (_, html) = message.iter_parts()
        assert isinstance(html, EmailMessage)  # noqa: S101 - as add_alternative makes it
        for name, picture in letter.pictures.items():
            html.add_related(
                picture,
                "image",
                "png",
                cid=f"<{name}>",
                filename=f"{name}.png",
                disposition="inline",
            )
    return message.as_bytes()


def _simple(letter: Letter) -> dict[str, object]:
    body = {"Text": {"Data": letter.text, "Charset": "UTF-8"}}
    if letter.html is not None:
        body["Html"] = {"Data": letter.html, "Charset": "UTF-8"}
    subject = {"Data": letter.subject, "Charset": "UTF-8"}
    return {"Simple": {"Subject": subject, "Body": body}}
