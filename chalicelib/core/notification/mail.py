"""Port to the e-mail provider; the deployment chooses the provider."""

import dataclasses
from collections.abc import Mapping
from email.header import Header
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from typing import Protocol

from chalicelib.core.notification.settings import MailSettings
from chalicelib.runtime.aws import client
from chalicelib.runtime.resource import MailIdentity

SENDER = MailIdentity("Sender")


@dataclasses.dataclass(frozen=True)
class Letter:
    """An e-mail ready to be sent."""

    to: str
    subject: str
    text: str
    html: str | None = None
    pictures: Mapping[str, bytes] = dataclasses.field(default_factory=dict)
    """PNG images by the content id with which the HTML refers to them."""


class MailPort(Protocol):
    """Interface to an e-mail provider."""

    def send(self, letter: Letter) -> None:
        """Send an e-mail.

        Raises:
            ClientError: the provider refused the e-mail.
        """


class Ses:
    """Amazon SES v2, and clouds with the same API."""

    def send(self, letter: Letter) -> None:
        """Send an e-mail; only an e-mail with pictures is sent as raw MIME."""
        client("sesv2").send_email(
            FromEmailAddress=SENDER.physical_name,
            Destination={"ToAddresses": [letter.to]},
            Content={"Raw": {"Data": mime(letter)}} if letter.pictures else _simple(letter),
        )


_PROVIDERS: dict[str, MailPort] = {"ses": Ses()}


def send(letter: Letter) -> None:
    """Send an e-mail with the provider of this deployment."""
    _PROVIDERS[MailSettings.load().mail_provider].send(letter)


def mime(letter: Letter) -> bytes:
    """Return the e-mail as MIME: text, or HTML with its pictures (RFC 2046, RFC 2387).

    The legacy e-mail API builds the message: the newer API loses spaces when it folds a subject.
    """
    message = MIMEMultipart("alternative")
    message["From"] = SENDER.physical_name
    message["To"] = letter.to
    message["Subject"] = Header(letter.subject, "utf-8", header_name="Subject").encode()
    message.attach(MIMEText(letter.text, "plain", "utf-8"))
    if letter.html is not None:
        related = MIMEMultipart("related")
        related.attach(MIMEText(letter.html, "html", "utf-8"))
        for name, picture in letter.pictures.items():
            image = MIMEImage(picture, "png")
            image["Content-ID"] = f"<{name}>"
            image.add_header("Content-Disposition", "inline", filename=f"{name}.png")
            related.attach(image)
        message.attach(related)
    return message.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _simple(letter: Letter) -> dict[str, object]:
    body = {"Text": {"Data": letter.text, "Charset": "UTF-8"}}
    if letter.html is not None:
        body["Html"] = {"Data": letter.html, "Charset": "UTF-8"}
    subject = {"Data": letter.subject, "Charset": "UTF-8"}
    return {"Simple": {"Subject": subject, "Body": body}}
