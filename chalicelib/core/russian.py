"""How sums, dates and counts are written in Russian documents."""

from datetime import date

NBSP = "\u00a0"
THIN = "\u202f"
"""The narrow no-break space that parts thousands."""

_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


def number(value: int) -> str:
    """Thousands parted by thin spaces: ``1 000 000``."""
    return f"{value:,}".replace(",", THIN)


def money(kopecks: int) -> str:
    """Roubles with two decimals: ``12 200,00``."""
    return f"{number(kopecks // 100)},{kopecks % 100:02}"


def long_date(day: date) -> str:
    """``24 ноября 2026 г.``, never parted at the end of a line."""
    return f"{day.day}{NBSP}{_MONTHS[day.month - 1]}{NBSP}{day.year}{NBSP}г."


def sum_in_words(kopecks: int) -> str:
    """Roubles in words, kopecks in digits: ``Две тысячи рублей 00 копеек``."""
    # Loads fifty languages: only a document pays for it.
    from num2words import num2words  # type: ignore[import-untyped]

    words: str = num2words(
        kopecks, lang="ru", to="currency", currency="RUB", cents=False, separator=""
    )
    return words[0].upper() + words[1:]
