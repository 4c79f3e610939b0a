"""Recognition of private keys, so that a key sent instead of a certificate is never stored.

The check is by the structure of the file, without decryption: PEM (RFC 7468),
PKCS#12 (RFC 7292), PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC 1 (RFC 5915), and the files
``primary.key`` and ``masks.key`` of a CryptoPro container.
"""

import base64
import binascii
import re

_PEM = re.compile(rb"-----BEGIN ([^\r\n-]{1,60})-----([^-]*)")
_LABELS = (b"PRIVATE KEY", b"PKCS12", b"PFX")
_SEQUENCE, _INTEGER, _OCTETS, _IDENTIFIER = 0x30, 0x02, 0x04, 0x06


def contains_private_key(data: bytes) -> bool:
    """Return whether a file is a private key, in DER or base64, or has one in a PEM block."""
    for label, body in _PEM.findall(data):
        if any(name in label.upper() for name in _LABELS) or _is_key(_base64(body)):
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
            return True  # the version number with which PKCS#1, #8, #12 and SEC 1 begin
        case [_, second, *_] if second == _OCTETS:
            return True  # the key or the mask of a CryptoPro container
        case [_, second, third]:
            return (second, third) == (
                _SEQUENCE,
                _IDENTIFIER,
            )  # the cipher of encrypted PKCS#8
    return False


def _first_tags(data: bytes) -> list[int]:
    """Return the ASN.1 tags of the outer SEQUENCE, its first element and the first within that."""
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
