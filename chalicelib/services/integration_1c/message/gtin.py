"""GTIN, the number in a barcode (GS1 General Specifications)."""

from collections.abc import Iterator, Mapping
from typing import Any

_LENGTHS = (8, 12, 13, 14)


def gtin(value: Any) -> str | None:
    """Return 14 digits, however many leading zeros were lost; ``None`` if it is no GTIN of goods.

    Numbers that a shop gives itself (GS1 prefixes 02, 04 and 20 to 29, and GTIN-8 beginning with 0
    or 2) are none: weighing encodes the weight in them, and every shop has its own.
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
    return -sum(int(one) * (3 if place % 2 == 0 else 1) for place, one in enumerate(digits)) % 10


def gtin_of(item: Mapping[str, Any]) -> str | None:
    """Return the GTIN in an item's product code (tags 1163 and 1162), if it has one."""
    return next((found for found in map(gtin, _said(item)) if found), None)


def _said(item: Mapping[str, Any]) -> Iterator[Any]:
    codes = item.get("productCodeNew")
    kinds = list(codes.values()) if isinstance(codes, dict) else []
    for code in (*kinds, item.get("productCodeData")):
        if isinstance(code, dict):
            yield code.get("gtin")
            raw = code.get("rawProductCode")
            if isinstance(raw, str) and len(raw) in _LENGTHS:
                yield raw
