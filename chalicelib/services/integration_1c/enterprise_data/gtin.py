"""GTIN, the number of a trade item in a barcode (GS1 General Specifications)."""

from collections.abc import Iterator, Mapping
from typing import Any

_LENGTHS = (8, 12, 13, 14)


def gtin(value: Any) -> str | None:
    """Return a GTIN as 14 digits, with leading zeros restored; None if ``value`` is not a GTIN.

    Numbers for use within one company (GS1 prefixes 02, 04 and 20 to 29, and GTIN-8 starting with
    0 or 2) are not returned: they may encode a weight, and shops assign them independently.
    """
    text = str(value) if type(value) is int else value.strip() if isinstance(value, str) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 14):
        return None
    text = text.zfill(14)
    if not int(text) or _check_digit(text[:13]) != int(text[13]):
        return None
    if text.startswith("000000"):
        return None if text[6] in "02" else text
    return None if text[1] == "2" or text[1:3] in {"02", "04"} else text


def _check_digit(digits: str) -> int:
    return (
        -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits)) % 10
    )


def gtin_of(item: Mapping[str, Any]) -> str | None:
    """Return the GTIN in an item's product code (tags 1163 and 1162); None without a GTIN."""
    return next((code for code in map(gtin, _product_codes(item)) if code), None)


def _product_codes(item: Mapping[str, Any]) -> Iterator[Any]:
    codes = item.get("productCodeNew")
    kinds = list(codes.values()) if isinstance(codes, dict) else []
    for code in (*kinds, item.get("productCodeData")):
        if isinstance(code, dict):
            yield code.get("gtin")
            raw = code.get("rawProductCode")
            if isinstance(raw, str) and len(raw) in _LENGTHS:
                yield raw
