"""Telephone numbers and e-mail addresses are read as cashiers enter them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.e_receipts import contact
from chalicelib.services.e_receipts.contact import Channel, ContactUnusable


@pytest.mark.parametrize(
    "text",
    [
        "+79161234567",
        "89161234567",
        "79161234567",
        "9161234567",
        "+7 (916) 123-45-67",
        " 8 916 123 45 67 ",
        "tel:+79161234567",
    ],
)
def test_telephone_number_is_read(text: str) -> None:
    assert contact.read(text) == contact.Contact(Channel.SMS, "+79161234567")


def test_number_of_another_country_is_read() -> None:
    assert contact.read("+375 29 123-45-67").address == "+375291234567"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ivan@Example.RU", "Ivan@example.ru"),
        (" ivan@example.ru ", "ivan@example.ru"),
        ("mailto:ivan@example.ru", "ivan@example.ru"),
        ("ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_email_is_read(text: str, address: str) -> None:
    assert contact.read(text) == contact.Contact(Channel.EMAIL, address)


@pytest.mark.parametrize(
    ("text", "channel", "reason"),
    [
        ("", Channel.SMS, ContactUnusable.PHONE_MALFORMED),
        ("none", Channel.SMS, ContactUnusable.PHONE_MALFORMED),
        ("+7916123456", Channel.SMS, ContactUnusable.PHONE_MALFORMED),
        ("12345", Channel.SMS, ContactUnusable.PHONE_MALFORMED),
        ("@", Channel.EMAIL, ContactUnusable.EMAIL_MALFORMED),
        ("ivan@", Channel.EMAIL, ContactUnusable.EMAIL_MALFORMED),
        ("ivan@example.ru, petr@example.ru", Channel.EMAIL, ContactUnusable.EMAIL_MALFORMED),
        ("иван@example.ru", Channel.EMAIL, ContactUnusable.EMAIL_MALFORMED),
        ("ivan@example.ru\nBcc: all@example.ru", Channel.EMAIL, ContactUnusable.EMAIL_MALFORMED),
    ],
)
def test_unusable_contact_has_a_reason(
    text: str, channel: Channel, reason: ContactUnusable
) -> None:
    assert contact.read(text) == contact.Contact(channel, unusable=reason)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_every_text_is_a_contact_or_unusable(text: str) -> None:
    result = contact.read(text)
    assert bool(result.address) != bool(result.unusable)
    if result.address:
        again = contact.read(result.address)
        assert again == result
