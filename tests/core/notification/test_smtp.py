"""E-mails go to a mail server over TLS; its refusals are for good, its silences are waited for."""

import email
import email.policy
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from pydantic import SecretStr

from chalicelib.core.notification.carrier import CarrierUnavailable, RecipientRefused, Reference
from chalicelib.core.notification.mail import Letter
from chalicelib.core.notification.settings import MailSettings
from chalicelib.core.notification.smtp import Smtp
from chalicelib.runtime.notify import MAIL
from chalicelib.runtime.outbox import OUTBOX
from infra.local.certificate import write_certificate
from tests.support.world import World

SENDER = "no-reply@ofd.example.ru"
LETTER = Letter(
    "pokupatel@example.ru",
    "Кассовый чек",
    "Итог: 100,00 ₽",
    "<p>Итог</p>",
    {"qr": b"\x89PNG"},
    Reference("client-1", "receipt-9999078900004312-0000000001"),
)
PASSWORD = "of the test"
SECONDS = 0.5


class Mailbox:
    """The handler of a mail server; ``answers`` replace those of the commands."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.silent: str | None = None
        self.received: list[Any] = []
        self.encrypted: list[bool] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if "DATA" not in self.answers:
            self.received.append(envelope)
            self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.silent == "DATA":
            time.sleep(SECONDS * 2)
        return self.answers.get("DATA", "250 OK")


Server = tuple[Mailbox, Callable[..., Smtp]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Return a function that starts a mail server, and how an adapter for the server is made."""
    certificate, key = write_certificate(tmp_path)
    inward = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inward.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))

    def authenticate(*arguments: Any) -> AuthResult:
        expected = LoginPassword(b"ofd", PASSWORD.encode())
        return AuthResult(success=arguments[-1] == expected, handled=False)

    with ExitStack() as running:

        def start(security: str = "starttls") -> Server:
            mailbox = Mailbox()
            how: dict[str, Any] = {"ssl_context": inward}
            if security == "starttls":
                how = {"tls_context": inward, "require_starttls": True}
            port = _free_port()
            controller = Controller(
                mailbox,
                hostname="127.0.0.1",
                port=port,
                authenticator=authenticate,
                auth_required=True,
                auth_require_tls=security == "starttls",
                **how,
            )
            controller.start()
            running.callback(controller.stop)

            def adapter(*, password: str = PASSWORD, tls: Any = trusting, **other: Any) -> Smtp:
                settings = {
                    "mail_provider": "smtp",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": port,
                    "smtp_security": security,
                    "smtp_username": "ofd",
                    "smtp_password": SecretStr(password),
                }
                return Smtp(MailSettings(**settings | other), SENDER, seconds=SECONDS, tls=tls)

            return mailbox, adapter

        yield start


@pytest.mark.parametrize("security", ["starttls", "implicit"])
def test_deployment_that_chose_smtp_waits_and_records_refusals(
    world: World,
    serve: Callable[..., Server],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    mailbox, adapter = serve(security)
    chosen = adapter()._settings
    for name, value in chosen.model_dump(exclude={"smtp_password"}).items():
        monkeypatch.setenv(name.upper(), str(value))
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cloud.crt"))
    MailSettings.load.cache_clear()
    mailbox.answers["RCPT"] = "450 4.2.0 Greylisted"
    email_to_send = {"to": LETTER.to, "subject": "Заказ оплачен", "text": "Здравствуйте!"}
    world.send(MAIL, {"client_id": "client-1", "mail_id": "mail-1"} | email_to_send)
    world.deliver()
    assert world.postponed()
    mailbox.answers.clear()
    world.drain()
    (received,) = mailbox.received
    mailbox.answers["RCPT"] = "550 5.1.1 No such user"
    world.send(MAIL, {"client_id": "client-1", "mail_id": "mail-2"} | email_to_send)
    world.drain()
    MailSettings.load.cache_clear()
    (refused,) = world.items(OUTBOX, "mail#mail-2")
    assert refused["reason"] == "email-refused"
    assert received.rcpt_tos == [LETTER.to]
    assert (world.dead, world.mails()) == ([], [])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("security", ["starttls", "implicit"])
def test_email_arrives_whole_and_encrypted(serve: Callable[..., Server], security: str) -> None:
    mailbox, adapter = serve(security)
    adapter().send(LETTER)
    adapter().send(LETTER)
    first, second = mailbox.received
    assert (first.mail_from, first.rcpt_tos) == (SENDER, [LETTER.to])
    message = email.message_from_bytes(first.content, policy=email.policy.default)
    assert message["Subject"] == LETTER.subject
    assert message["Date"]
    assert message.get_body(("plain",)).get_content().strip() == LETTER.text  # type: ignore[union-attr]
    again = email.message_from_bytes(second.content)
    assert again["Message-ID"] == message["Message-ID"] == f"<{LETTER.reference}@ofd.example.ru>"
    assert mailbox.encrypted == [True, True]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_refusal_for_now_is_waited_for(serve: Callable[..., Server], command: str) -> None:
    mailbox, adapter = serve()
    mailbox.answers[command] = "451 4.7.1 Try again later"
    with pytest.raises(CarrierUnavailable) as raised:
        adapter().send(LETTER)
    assert not raised.value.unanswered
    mailbox.answers.clear()
    adapter().send(LETTER)
    assert len(mailbox.received) == 1


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_refusal_for_good_is_the_recipients(serve: Callable[..., Server], command: str) -> None:
    mailbox, adapter = serve()
    mailbox.answers[command] = "550 5.1.1 No such user"
    with pytest.raises(RecipientRefused) as raised:
        adapter().send(LETTER)
    assert raised.value.reason == "email-refused"


def test_refused_sender_is_a_defect(serve: Callable[..., Server]) -> None:
    mailbox, adapter = serve()
    mailbox.answers["MAIL"] = "553 5.7.1 Sender address rejected"
    with pytest.raises(smtplib.SMTPSenderRefused):
        adapter().send(LETTER)


def test_silence_after_the_content_may_mean_acceptance(serve: Callable[..., Server]) -> None:
    mailbox, adapter = serve()
    mailbox.silent = "DATA"
    with pytest.raises(CarrierUnavailable) as raised:
        adapter().send(LETTER)
    assert raised.value.unanswered
    assert len(mailbox.received) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"password": "another"},
        {"tls": ssl.create_default_context()},
        {"smtp_port": 1},
        {"smtp_security": "implicit"},
    ],
    ids=["login", "certificate", "closed", "no TLS there"],
)
def test_server_that_cannot_be_used_is_waited_for(
    serve: Callable[..., Server], how: dict[str, Any]
) -> None:
    mailbox, adapter = serve()
    with pytest.raises(CarrierUnavailable) as raised:
        adapter(**how).send(LETTER)
    assert not raised.value.unanswered
    assert mailbox.received == []


def test_server_that_says_nothing_is_left_after_the_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = MailSettings(
            mail_provider="smtp", smtp_host="127.0.0.1", smtp_port=listener.getsockname()[1]
        )
        started = time.monotonic()
        with pytest.raises(CarrierUnavailable):
            Smtp(settings, SENDER, seconds=SECONDS).send(LETTER)
    assert time.monotonic() - started < SECONDS * 4
