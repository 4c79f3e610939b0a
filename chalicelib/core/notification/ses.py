"""Amazon SES v2, and clouds with the same API, as a carrier of e-mails."""

from chalicelib.core.notification.aws_errors import waiting
from chalicelib.core.notification.carrier import Reference
from chalicelib.core.notification.mail import MAIL_EVENTS, SENDER, Letter
from chalicelib.core.notification.mime import mime
from chalicelib.core.notification.ses_events import CLIENT_TAG, MESSAGE_TAG
from chalicelib.runtime.aws import client


class Ses:
    """Implements :class:`~chalicelib.core.notification.mail.MailPort`."""

    def send(self, letter: Letter) -> None:
        """Send an e-mail; only an e-mail with pictures is sent as raw MIME.

        Raises:
            CarrierUnavailable: SES throttles, has paused the account or does not answer.
            ClientError: SES refused the call for another reason.
        """
        raw = {"Raw": {"Data": mime(letter, SENDER.physical_name)}} if letter.pictures else None
        with waiting():
            client("sesv2").send_email(
                FromEmailAddress=SENDER.physical_name,
                Destination={"ToAddresses": [letter.to]},
                Content=raw or _simple(letter),
                ConfigurationSetName=MAIL_EVENTS.physical_name,
                EmailTags=_tags(letter.reference),
            )


def _tags(reference: Reference | None) -> list[dict[str, str]]:
    """Return the tags that the events about the e-mail will have."""
    if reference is None:
        return []
    return [
        {"Name": CLIENT_TAG, "Value": reference.client_id},
        {"Name": MESSAGE_TAG, "Value": reference.message_id},
    ]


def _simple(letter: Letter) -> dict[str, object]:
    body = {"Text": {"Data": letter.text, "Charset": "UTF-8"}}
    if letter.html is not None:
        body["Html"] = {"Data": letter.html, "Charset": "UTF-8"}
    subject = {"Data": letter.subject, "Charset": "UTF-8"}
    return {"Simple": {"Subject": subject, "Body": body}}
