"""Sending of e-mails from the queue Mail."""

from chalicelib.core.notification import store
from chalicelib.core.notification.carrier import Reference
from chalicelib.core.notification.carriers import send_letter
from chalicelib.core.notification.deduplication import SentRecord, send_once
from chalicelib.core.notification.mail import MAIL_EVENTS, SENDER, Letter
from chalicelib.core.notification.settings import MailSettings
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.log import logger
from chalicelib.runtime.notify import MAIL, Email
from chalicelib.runtime.outbox import OUTBOX


@consumer(MAIL, writes=[OUTBOX, SENDER, MAIL_EVENTS, MAIL], settings=[MailSettings], timeout=60)
def send_mail(email: Email) -> None:
    """Send an e-mail, unless an earlier delivery of the message has sent it.

    Raises:
        BeingSent: another delivery of the message is sending the e-mail.
        CarrierUnavailable: the e-mail waits for the carrier.
        RecipientRefused: the carrier refuses the e-mail for good.
    """

    def send() -> SentRecord:
        reference = Reference(email.client_id, email.mail_id)
        send_letter(Letter(email.to, email.subject, email.text, email.html, reference=reference))
        return {}, []

    if not send_once(store.mail(email), send):
        logger.info("mail repeated", mail_id=email.mail_id)
