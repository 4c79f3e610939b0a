"""Sending of e-mails from the queue Mail."""

from chalicelib.core.notification import mail, store
from chalicelib.core.notification.deduplication import SentRecord, send_once
from chalicelib.core.notification.mail import SENDER, Letter
from chalicelib.core.notification.settings import MailSettings
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.log import logger
from chalicelib.runtime.notify import MAIL, Email
from chalicelib.runtime.outbox import OUTBOX


@consumer(MAIL, writes=[OUTBOX, SENDER], settings=[MailSettings])
def send_mail(email: Email) -> None:
    """Send an e-mail, unless an earlier delivery of the message has sent it.

    Raises:
        BeingSent: another delivery of the message is sending the e-mail.
    """

    def send() -> SentRecord:
        mail.send(Letter(email.to, email.subject, email.text, email.html))
        return {}, []

    if not send_once(store.mail(email), send):
        logger.info("mail repeated", mail_id=email.mail_id)
