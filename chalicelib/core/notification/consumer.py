"""Hands e-mails to the mail service."""

from botocore.exceptions import ClientError

from chalicelib.core.notification import store
from chalicelib.core.notification.store import AlreadySent
from chalicelib.runtime.aws import client
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.log import logger
from chalicelib.runtime.notify import MAIL, Email
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.resource import MailIdentity

SENDER = MailIdentity("Sender")


@consumer(MAIL, writes=[OUTBOX, SENDER])
def send_mail(letter: Email) -> None:
    """Send an e-mail once, as far as can be known.

    A delivery that stops between handing the e-mail over and noting it leaves its lease to run
    out, after which the e-mail goes again: the mail service cannot be asked whether it has it,
    and twice is better than never.
    """
    try:
        transact([store.claim(letter)])
    except AlreadySent:
        logger.info("mail repeated", mail_id=letter.mail_id)
        return
    body = {"Text": {"Data": letter.text, "Charset": "UTF-8"}}
    if letter.html:
        body["Html"] = {"Data": letter.html, "Charset": "UTF-8"}
    try:
        client("sesv2").send_email(
            FromEmailAddress=SENDER.physical_name,
            Destination={"ToAddresses": [letter.to]},
            Content={
                "Simple": {
                    "Subject": {"Data": letter.subject, "Charset": "UTF-8"},
                    "Body": body,
                }
            },
        )
    except ClientError:
        transact([store.release(letter)])
        raise
    transact([store.sent(letter)])
