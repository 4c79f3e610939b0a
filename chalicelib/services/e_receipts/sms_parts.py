"""How many parts an SMS has, as operators count and charge it.

A text whose every character is in the GSM 7-bit alphabet (3GPP TS 23.038, §6.2.1) goes in septets,
two for a character of the extension table; any other text goes in UCS-2. A text that does not fit
one message is cut into parts that lose room to a header (3GPP TS 23.040, §9.2.3.24.1), and no part
ends in the middle of a character.
"""

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

GSM_ALONE, GSM_PART = 160, 153
"""Septets of a message alone, and of a part."""
UCS2_ALONE, UCS2_PART = 70, 67
"""UTF-16 units of a message alone, and of a part."""


def count_parts(text: str) -> int:
    """Return the number of parts, at least one."""
    if set(text) <= _BASIC | _EXTENSION:
        return _count((1 + (letter in _EXTENSION) for letter in text), GSM_ALONE, GSM_PART)
    return _count((1 + (letter > "\uffff") for letter in text), UCS2_ALONE, UCS2_PART)


def _count(widths: Iterable[int], alone: int, part: int) -> int:
    widths = list(widths)
    if sum(widths) <= alone:
        return 1
    full, used = 0, 0
    for width in widths:
        if used + width > part:
            full, used = full + 1, 0
        used += width
    return full + 1
