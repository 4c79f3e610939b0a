"""Amounts, dates and numbers as Russian documents write them."""

from datetime import date

NBSP = "\u00a0"
THIN = "\u202f"
"""Narrow no-break space, which separates thousands."""

_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


def number(value: int) -> str:
    """Return an integer with thousands separated by narrow no-break spaces: ``1 000 000``."""
    return f"{value:,}".replace(",", THIN)


def money(kopecks: int) -> str:
    """Return an amount in roubles with two decimals: ``12 200,00``."""
    return f"{number(kopecks // 100)},{kopecks % 100:02}"


def long_date(day: date) -> str:
    """Return a date as ``24 ноября 2026 г.``, with no-break spaces."""
    return f"{day.day}{NBSP}{_MONTHS[day.month - 1]}{NBSP}{day.year}{NBSP}г."


def sum_in_words(kopecks: int) -> str:
    """Return an amount with roubles in words: ``Две тысячи рублей 00 копеек``."""
    # The import loads fifty languages, so it is left to the functions that need it.
    from num2words import num2words  # type: ignore[import-untyped]

    words: str = num2words(
        kopecks, lang="ru", to="currency", currency="RUB", cents=False, separator=""
    )
    return words[0].upper() + words[1:]
