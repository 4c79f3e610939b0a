"""Amounts and dates as Russian documents write them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.russian import long_date, money, number, sum_in_words


@pytest.mark.parametrize(
    ("roubles", "words"),
    [
        (0, "Ноль рублей"),
        (1, "Один рубль"),
        (2, "Два рубля"),
        (5, "Пять рублей"),
        (11, "Одиннадцать рублей"),
        (12, "Двенадцать рублей"),
        (14, "Четырнадцать рублей"),
        (21, "Двадцать один рубль"),
        (22, "Двадцать два рубля"),
        (100, "Сто рублей"),
        (101, "Сто один рубль"),
        (111, "Сто одиннадцать рублей"),
        (1_000, "Одна тысяча рублей"),
        (2_000, "Две тысячи рублей"),
        (5_000, "Пять тысяч рублей"),
        (11_000, "Одиннадцать тысяч рублей"),
        (12_200, "Двенадцать тысяч двести рублей"),
        (21_001, "Двадцать одна тысяча один рубль"),
        (22_002, "Двадцать две тысячи два рубля"),
        (1_000_000, "Один миллион рублей"),
        (2_000_000, "Два миллиона рублей"),
        (1_001_001, "Один миллион одна тысяча один рубль"),
        (5_000_000_000, "Пять миллиардов рублей"),
        (100_000_000_000, "Сто миллиардов рублей"),
    ],
)
def test_roubles_in_words(roubles: int, words: str) -> None:
    assert sum_in_words(roubles * 100) == f"{words} 00 копеек"


@pytest.mark.parametrize(
    ("kopecks", "tail"),
    [
        (0, "00 копеек"),
        (1, "01 копейка"),
        (2, "02 копейки"),
        (5, "05 копеек"),
        (11, "11 копеек"),
        (12, "12 копеек"),
        (21, "21 копейка"),
        (33, "33 копейки"),
        (99, "99 копеек"),
    ],
)
def test_kopecks_in_digits(kopecks: int, tail: str) -> None:
    assert sum_in_words(2_000_00 + kopecks) == f"Две тысячи рублей {tail}"


@settings(deadline=None)  # the first call loads the library
@given(st.integers(0, 10**13))
def test_large_amounts_are_exact(kopecks: int) -> None:
    assert money(kopecks).replace("\u202f", "").replace(",", "") == f"{kopecks:03}"
    assert f" {kopecks % 100:02} копе" in sum_in_words(kopecks)


def test_numbers_and_dates_have_no_break_spaces() -> None:
    assert number(999) == "999"
    assert number(1_000_000) == "1\u202f000\u202f000"
    assert money(12_200_00) == "12\u202f200,00"
    assert money(5) == "0,05"
    assert long_date(date(2026, 11, 24)) == "24\u00a0ноября\u00a02026\u00a0г."
    assert [long_date(date(2026, month, 1)).split("\u00a0")[1][:3] for month in range(1, 13)] == [
        *("янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
    ]
