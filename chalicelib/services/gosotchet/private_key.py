"""Tells a private key from an open certificate, so that one sent by mistake is never kept.

By shape alone, nothing is decrypted: PEM (RFC 7468), PKCS#12 (RFC 7292), PKCS#8 (RFC 5958), PKCS#1
(RFC 8017), SEC 1 (RFC 5915), and the files ``primary.key`` and ``masks.key`` of a CryptoPro
container.
"""

import base64
import binascii
import re

_PEM = re.compile(rb"-----BEGIN ([^\r\n-]{1,60})-----([^-]*)")
_LABELS = (b"PRIVATE KEY", b"PKCS12", b"PFX")
_SEQUENCE, _INTEGER, _OCTETS, _IDENTIFIER = 0x30, 0x02, 0x04, 0x06


def is_inside(data: bytes) -> bool:
    """Whether a file holds a private key: in itself, in any of its PEM blocks, or in base64."""
    for label, body in _PEM.findall(data):
        if any(one in label.upper() for one in _LABELS) or _is_key(_base64(body)):
            return True
    return _is_key(data) or _is_key(_base64(data))


def _base64(text: bytes) -> bytes:
    digits = text.translate(None, b" \t\r\n").removeprefix(b"\xef\xbb\xbf")
    try:
        return base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
    except binascii.Error:
        return b""


def _is_key(data: bytes) -> bool:
    match _first_tags(data):
        case [_, second, *_] if second == _INTEGER:
            return True  # the version that PKCS#1, #8, #12 and SEC 1 begin with
        case [_, second, *_] if second == _OCTETS:
            return True  # the key of a CryptoPro container, or its mask
        case [_, second, third]:
            return (second, third) == (_SEQUENCE, _IDENTIFIER)  # encrypted PKCS#8: its cipher
    return False


def _first_tags(data: bytes) -> list[int]:
    """Return the tags of an outer SEQUENCE, of its first element, and of the first within that."""
    tags: list[int] = []
    position = 0
    while len(tags) < 3 and position + 2 <= len(data):
        tag, length = data[position], data[position + 1]
        if not tags and tag != _SEQUENCE:
            break
        tags.append(tag)
        if tag != _SEQUENCE:
            break
        position += 2 + (length & 0x7F if length > 0x80 else 0)
    return tags
