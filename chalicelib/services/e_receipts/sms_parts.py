"""Number of parts of an SMS, as operators count and charge them.

Text in the GSM 7-bit alphabet (3GPP TS 23.038, §6.2.1) is sent in septets, two for a character of
the extension table; other text is sent in UCS-2. Text that does not fit into one message is split
into parts, each with less room because of a header (3GPP TS 23.040, §9.2.3.24.1). A character is
never split.
"""

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

GSM_ALONE, GSM_PART = 160, 153
"""Septets in a single message, and in a part."""
UCS2_ALONE, UCS2_PART = 70, 67
"""UTF-16 units in a single message, and in a part."""


def count_parts(text: str) -> int:
    """Return the number of parts of an SMS, at least 1."""
    if set(text) <= _BASIC | _EXTENSION:
        return _fill((1 + (letter in _EXTENSION) for letter in text), GSM_ALONE, GSM_PART)
    return _fill((1 + (letter > "\uffff") for letter in text), UCS2_ALONE, UCS2_PART)


def _fill(widths: Iterable[int], alone: int, part: int) -> int:
    widths = list(widths)
    if sum(widths) <= alone:
        return 1
    full, used = 0, 0
    for width in widths:
        if used + width > part:
            full, used = full + 1, 0
        used += width
    return full + 1
