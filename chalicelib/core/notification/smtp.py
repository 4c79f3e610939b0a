"""A mail server as a carrier of e-mails, by SMTP over TLS (RFC 5321, RFC 3207, RFC 8314)."""

import contextlib
import smtplib
import ssl
from email.utils import formatdate, make_msgid

from chalicelib.core.notification.carrier import CarrierUnavailable, RecipientRefused
from chalicelib.core.notification.mail import Letter
from chalicelib.core.notification.mime import mime
from chalicelib.core.notification.settings import MailSettings

EMAIL_REFUSED = "email-refused"
"""Reason: the mail server refuses the recipient or the e-mail for good (5xx)."""
_TRANSIENT = range(400, 500)


class Smtp:
    """Implements :class:`~chalicelib.core.notification.mail.MailPort`.

    A connection is opened for each e-mail: a frozen Lambda would find an open one closed.
    ``seconds`` is the time-out of each step, ``tls`` verifies the server's certificate.
    """

    def __init__(
        self,
        settings: MailSettings,
        sender: str,
        *,
        seconds: float = 5,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._sender = sender
        self._seconds = seconds
        self._tls = tls or ssl.create_default_context()

    def send(self, letter: Letter) -> None:
        """Hand an e-mail to the server.

        Raises:
            CarrierUnavailable: the server does not answer, does not admit the login, or answers
                4xx. If the server is silent after the content, it may have taken the e-mail.
            RecipientRefused: the server answers 5xx to the recipient or the content.
            SMTPSenderRefused: the server answers 5xx to the sender.
        """
        content = mime(
            letter,
            self._sender,
            Date=formatdate(),
            # A repeat has the same id, by which a mailbox recognises the repeat.
            Message_ID=self._message_id(letter),
        )
        try:
            server = self._connect()
        except OSError as error:  # SMTPException is one too
            raise CarrierUnavailable(f"smtp {type(error).__name__}") from error
        with contextlib.closing(server):
            self._hand_over(server, letter.to, content)
            # What follows the server's answer to the content does not change the outcome.
            with contextlib.suppress(OSError):
                server.quit()

    def _message_id(self, letter: Letter) -> str:
        domain = self._sender.rpartition("@")[2]
        return f"<{letter.reference}@{domain}>" if letter.reference else make_msgid(domain=domain)

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        where = settings.smtp_host, settings.smtp_port
        server: smtplib.SMTP
        if settings.smtp_security == "implicit":
            server = smtplib.SMTP_SSL(*where, timeout=self._seconds, context=self._tls)
        else:
            server = smtplib.SMTP(*where, timeout=self._seconds)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=self._tls)
            if settings.smtp_username:
                server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, to: str, content: bytes) -> None:
        """Send the envelope and the content."""
        try:
            server.ehlo_or_helo_if_needed()
            self._require(server.mail(self._sender), sender=True)
            self._require(server.rcpt(to))
        except smtplib.SMTPSenderRefused:
            raise
        except OSError as error:
            raise CarrierUnavailable(f"smtp {type(error).__name__}") from error
        try:
            self._require(server.data(content))
        except smtplib.SMTPDataError as error:
            self._require((error.smtp_code, error.smtp_error))
        except OSError as error:
            raise CarrierUnavailable(f"smtp {type(error).__name__}", unanswered=True) from error

    def _require(self, answer: tuple[int, bytes | str], *, sender: bool = False) -> None:
        code, text = answer
        if code in _TRANSIENT:
            raise CarrierUnavailable(f"smtp {code}")
        if code >= 500 and sender:
            raise smtplib.SMTPSenderRefused(code, str(text).encode(), self._sender)
        if code >= 500:
            raise RecipientRefused(EMAIL_REFUSED)
