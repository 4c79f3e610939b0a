"""E-mails to clients. An e-mail is a message that commits in the transaction of its cause."""

from chalicelib.runtime import outbox
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.model import Model
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Write

MAIL = Queue("Mail")


class Email(Model):
    """An e-mail to be sent once. A repeated delivery has the same ``mail_id``."""

    client_id: str
    mail_id: str
    to: str
    subject: str
    text: str
    html: str | None = None


def email(client_id: str, *, to: str, subject: str, text: str, html: str | None = None) -> Write:
    """Describe an e-mail that is sent after the transaction of its cause has committed."""
    letter = Email(
        client_id=client_id,
        mail_id=new_identifier(),
        to=to,
        subject=subject,
        text=text,
        html=html,
    )
    return outbox.message(client_id, MAIL, letter)
