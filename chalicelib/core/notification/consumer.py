"""Sending of e-mails from the queue Mail."""

from chalicelib.core.notification import store
from chalicelib.core.notification.carrier import RecipientRefused, Reference
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

    An e-mail that the carrier refuses for good is recorded with the reason and not sent again, as
    one that bounces later.

    Raises:
        BeingSent: another delivery of the message is sending the e-mail.
        CarrierUnavailable: the e-mail waits for the carrier.
    """

    def send() -> SentRecord:
        reference = Reference(email.client_id, email.mail_id)
        letter = Letter(email.to, email.subject, email.text, email.html, reference=reference)
        try:
            send_letter(letter)
        except RecipientRefused as refusal:
            logger.warning("e-mail not delivered", mail_id=email.mail_id, reason=refusal.reason)
            return {"reason": refusal.reason}, []
        return {}, []

    if not send_once(store.mail(email), send):
        logger.info("mail repeated", mail_id=email.mail_id)
