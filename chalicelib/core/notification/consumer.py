"""Hands e-mails to the mail service."""

from chalicelib.core.notification import mail, store
from chalicelib.core.notification.deduplication import SentRecord, send_once
from chalicelib.core.notification.mail import SENDER, Letter
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.log import logger
from chalicelib.runtime.notify import MAIL, Email
from chalicelib.runtime.outbox import OUTBOX


@consumer(MAIL, writes=[OUTBOX, SENDER])
def send_mail(letter: Email) -> None:
    """Send an e-mail once, as far as can be known."""

    def send() -> SentRecord:
        mail.send(Letter(letter.to, letter.subject, letter.text, letter.html))
        return {}, []

    if not send_once(store.mail(letter), send):
        logger.info("mail repeated", mail_id=letter.mail_id)
