"""Requisites: real values, and check digits recomputed independently."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from chalicelib import requisites as r


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def accepts(kind: Any, value: object) -> bool:
    try:
        r.check(kind, value)
    except ValueError:
        return False
    return True


VALID = [
    (r.Inn, "7707083893", "7707083893"),
    (r.Inn, " 500100732259 ", "500100732259"),
    (r.InnLegal, "7707083893", "7707083893"),
    (r.InnPerson, "500100732259", "500100732259"),
    (r.Kpp, "770701001", "770701001"),
    (r.Kpp, "7707AB001", "7707AB001"),
    (r.Ogrn, "1027700132195", "1027700132195"),
    (r.Ogrnip, "304500116000157", "304500116000157"),
    (r.Snils, "112-233-445 95", "11223344595"),
    (r.Snils, "08765430300", "08765430300"),  # the sum is a multiple of 101
    (r.Snils, "00100199800", "00100199800"),  # the last one issued without a check number
    (r.Bic, "044525225", "044525225"),
    (r.Account, "40702810900000000042", "40702810900000000042"),
    (r.RegisterNumber, "0000000001009506", "0000000001009506"),
    (r.FiscalDriveNumber, "7380440700123456", "7380440700123456"),
    (r.TaxOfficeCode, "7707", "7707"),
    (r.Okpo, "00032537", "00032537"),
    (r.Okpo, "00040778", "00040778"),
    (r.Okpo, "00032537000001", "00032537000001"),
    (r.Phone, "8 (916) 123-45-67", "+79161234567"),
    (r.Phone, "+7 916 123 45 67", "+79161234567"),
    (r.Phone, "+375 29 491-19-11", "+375294911911"),
    (r.Email, " Name@Example.RU ", "Name@example.ru"),
    (r.Email, "name@пример.рф", "name@xn--e1afmkfd.xn--p1ai"),
    (r.PersonName, "  Анна-Мария д’Арк ", "Анна-Мария д’Арк"),
    (r.Line, "ООО «Ёж»", "ООО «Ёж»"),
    (r.Line, unicodedata.normalize("NFD", "Йога"), "Йога"),
    (r.Line, "мага\u00adзин", "магазин"),
    (r.Kopecks, 0, 0),
    (r.Kopecks, 10**13, 10**13),
]

INVALID = [
    (r.Inn, "0000000000"),
    (r.Inn, "000000000000"),
    (r.Inn, "7707083894"),
    (r.Inn, "500100732258"),
    (r.Inn, "50010073225"),
    (r.Inn, 7707083893),
    (r.Inn, "٧٧٠٧٠٨٣٨٩٣"),  # Arabic digits are digits to str.isdigit
    (r.Inn, "7707083893\n1"),
    (r.InnLegal, "500100732259"),
    (r.InnPerson, "7707083893"),
    (r.Kpp, "77070100"),
    (r.Kpp, "7707АВ001"),  # Cyrillic
    (r.Ogrn, "1027700132196"),
    (r.Ogrn, "0000000000000"),
    (r.Ogrnip, "304500116000158"),
    (r.Snils, "112-233-445 96"),
    (r.Snils, "000-000-000 00"),
    (r.Bic, "144525225"),
    (r.Bic, "04452522"),
    (r.Account, "4070281090000000004"),
    (r.RegisterNumber, "000000000100950"),
    (r.TaxOfficeCode, "77071"),
    (r.Okpo, "00032538"),
    (r.Okpo, "0000000000"),
    (r.Phone, "12345"),
    (r.Phone, "8 916 123-45-67 доб. 12"),
    (r.Phone, "+7" + "9" * 100),
    (r.Phone, ""),
    (r.Email, "name"),
    (r.Email, "имя@example.ru"),  # the mail service cannot deliver to it
    (r.Email, "a@b@example.ru"),
    (r.Email, "Name <name@example.ru>"),
    (r.Email, "name@example.ru\r\nBcc: x@example.ru"),
    (r.PersonName, " "),
    (r.PersonName, "А" * 121),
    (r.Line, "первая\nвторая"),
    (r.Line, "abc\u202egnp.exe"),
    (r.Line, "a\u200bb"),
    (r.Line, "a\x00b"),
    (r.Line, "a\ud800b"),
    (r.Line, None),
    (r.Kopecks, -1),
    (r.Kopecks, 10**13 + 1),
    (r.Kopecks, 1.0),
    (r.Kopecks, "1"),
    (r.Kopecks, True),
]


@pytest.mark.parametrize(("kind", "given_value", "normalised"), VALID)
def test_value_is_normalised(kind: Any, given_value: object, normalised: object) -> None:
    assert r.check(kind, given_value) == normalised
    assert TypeAdapter(kind).validate_python(given_value) == normalised


@pytest.mark.parametrize(("kind", "value"), INVALID)
def test_refused_in_russian(kind: Any, value: object) -> None:
    with pytest.raises(ValueError, match=r"[А-Яа-яё]{3}"):
        r.check(kind, value)
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    message = caught.value.errors()[0]["msg"]
    assert not any("a" <= c <= "z" for c in message.replace("name@example.ru", ""))


def test_every_example_is_valid_and_every_schema_can_be_shown() -> None:
    kinds = [kind for kind in vars(r).values() if hasattr(kind, "__metadata__")]
    assert len(kinds) == 18
    for kind in kinds:
        schema = TypeAdapter(kind).json_schema()
        assert json.dumps(schema)
        for example in schema.get("examples", []):
            assert r.check(kind, example) == example


def test_optional_in_a_model() -> None:
    class Payer(BaseModel):
        inn: r.Inn
        kpp: r.Kpp | None = None

    assert Payer(inn="7707083893").kpp is None
    with pytest.raises(ValidationError, match="КПП"):
        Payer(inn="7707083893", kpp="1")


# Recomputed in another way: a check digit is found by trying all ten.


def one_digit_fits(kind: Any, head: str) -> list[str]:
    return [d for d in "0123456789" if accepts(kind, head + d)]


@given(digits(9))
def test_inn_of_an_organisation(head: str) -> None:
    weights = [2, 4, 10, 3, 5, 9, 4, 6, 8]
    total = 0
    for position in range(9):
        total += int(head[position]) * weights[position]
    expected = str((total - total // 11 * 11) % 10)
    assert one_digit_fits(r.InnLegal, head) == ([] if head == "0" * 9 else [expected])


@given(digits(10))
def test_inn_of_a_person(head: str) -> None:
    def check_digit(number: str) -> str:
        weights = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8][-len(number) :]
        return str(sum(a * b for a, b in zip(map(int, number), weights, strict=True)) % 11 % 10)

    first = check_digit(head)
    whole = head + first + check_digit(head + first)
    assert accepts(r.InnPerson, whole) == (whole != "0" * 12)
    wrong = whole[:10] + str((int(whole[10]) + 1) % 10) + whole[11]
    assert not accepts(r.InnPerson, wrong)


@given(st.integers(10**11, 10**12 - 1))
def test_ogrn(number: int) -> None:
    assert one_digit_fits(r.Ogrn, str(number)) == [str(number % 11)[-1]]


@given(st.integers(10**13, 10**14 - 1))
def test_ogrnip(number: int) -> None:
    assert one_digit_fits(r.Ogrnip, str(number)) == [str(number % 13)[-1]]


def test_ogrnip_whose_remainder_has_two_digits() -> None:
    number = next(n for n in range(30450011600000, 30450011600020) if n % 13 == 12)
    assert accepts(r.Ogrnip, f"{number}2")


@given(st.integers(1_001_999, 999_999_999))
def test_snils(number: int) -> None:
    head = f"{number:09}"
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(head))
    while total > 101:
        total -= 101
    control = "00" if total in {100, 101} else f"{total:02}"
    assert [n for n in range(100) if accepts(r.Snils, f"{head}{n:02}")] == [int(control)]


@given(digits(20), st.integers(3, 999))
def test_one_check_digit_fits_an_account(account: str, bank: int) -> None:
    bic = f"044525{bank:03}"
    keys = [
        d for d in "0123456789" if r.account_fits(account[:8] + d + account[9:], bic)
    ]  # the ninth digit is the key
    assert len(keys) == 1
    with_nought = f"{bank:03}" + account[:8] + "0" + account[9:]
    tails = (int(d) * w % 10 for d, w in zip(with_nought, [7, 1, 3] * 8, strict=False))
    assert keys == [str(sum(tails) % 10 * 3 % 10)]  # the rule's own way of finding the key


def test_accounts_and_bic() -> None:
    r.check_accounts("044525225", "40702810138250123017", "30101810400000000225")
    with pytest.raises(ValueError, match="Расчётный"):
        r.check_accounts("044525226", "40702810138250123017", "30101810400000000225")
    with pytest.raises(ValueError, match="Корреспондентский"):
        r.check_accounts("044525225", "40702810138250123017", "30101810500000000225")


def test_account_in_the_central_bank_is_checked_like_a_correspondent_one() -> None:
    account = "30101810400000000225"
    assert r.account_fits(account, "044525000") == r.correspondent_account_fits(
        account, "044525000"
    )


@given(digits(10), st.sampled_from(["7707083893", "500100732259"]), digits(14))
def test_register_number(head: str, inn: str, serial: str) -> None:
    crc = 0xFFFF
    for byte in (head + inn.zfill(12) + serial.zfill(20)).encode():
        for bit in range(7, -1, -1):
            top = crc >> 15 ^ (byte >> bit & 1)
            crc = crc << 1 & 0xFFFF ^ (0x1021 if top else 0)
    assert r.register_number_fits(f"{head}{crc:06}", inn, serial)
    assert not r.register_number_fits(f"{head}{crc ^ 1:06}", inn, serial)


@given(digits(7))
def test_okpo(head: str) -> None:
    first = sum(int(head[i]) * (i + 1) for i in range(7)) % 11
    second = sum(int(head[i]) * (i + 3) for i in range(7)) % 11
    control = first if first < 10 else second % 10
    expected = [] if head == "0" * 7 else [str(control)]
    assert one_digit_fits(r.Okpo, head) == expected


@settings(deadline=None)  # the first telephone and address load their libraries
@given(
    st.one_of(st.text(), st.binary(), st.integers(), st.floats(), st.none(), st.lists(st.text()))
)
def test_any_value_is_normalised_or_refused(value: object) -> None:
    for kind in (r.Inn, r.Snils, r.Okpo, r.Line, r.Phone, r.Email, r.Kopecks):
        if accepts(kind, value):
            normalised = r.check(kind, value)
            assert r.check(kind, normalised) == normalised
