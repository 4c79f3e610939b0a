"""MIME of e-mails with pictures."""

import email
import email.policy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.notification.mail import Letter
from chalicelib.core.notification.mime import mime

SENDER = "no-reply@ofd.example.ru"
PNG = b"\x89PNG\r\n\x1a\n"


def parsed(letter: Letter) -> Any:
    return email.message_from_bytes(mime(letter, SENDER), policy=email.policy.default)


def test_pictures_are_related_to_the_html() -> None:
    html = '<img src="cid:logo">' + "Ы" * 5_000
    message = parsed(Letter("a@example.ru", "Чек", "Текст\n", html, {"logo": PNG}))
    assert message["From"] == SENDER
    assert message["To"] == "a@example.ru"
    text, related = message.iter_parts()
    assert text.get_content() == "Текст\n"
    assert related.get_content_type() == "multipart/related"
    shown, picture = related.iter_parts()
    assert shown.get_content() == html
    assert (picture["Content-ID"], picture.get_content()) == ("<logo>", PNG)
    assert picture.get_content_disposition() == "inline"


def test_lines_are_short_and_ascii() -> None:
    raw = mime(
        Letter("a@example.ru", "Ы" * 300, "Ы" * 5_000, "Ы" * 5_000, {"logo": PNG * 99}), SENDER
    )
    raw.decode("ascii")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@settings(deadline=None)
@given(st.text(alphabet='Чек на 1\u00a0285,21 ₽ — ООО «"abc', max_size=120))
def test_subject_survives_encoding(subject: str) -> None:
    read = parsed(Letter("a@example.ru", subject, "Текст", "Текст", {"logo": PNG}))["Subject"]
    # Leading and trailing spaces of a header are not significant.
    assert str(read).strip() == subject.strip()
