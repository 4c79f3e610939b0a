"""Preparation of untrusted ASN.1: PEM and base64 are decoded, BER is bounded and normalised.

The ASN.1 library parses lazily and recursively. Every input from outside passes through this
module first, so that its size, nesting depth and number of elements are bounded before the
library reads it. Encoding: ITU-T X.690. PEM: RFC 7468.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from chalicelib.kep.errors import KepError

MAX_BYTES = 8 * 1024 * 1024
"""Maximum size of a message, in bytes."""
MAX_DEPTH = 32
"""Maximum nesting depth. Real signatures with an embedded time stamp reach 20."""
MAX_ELEMENTS = 50_000
"""Maximum number of elements. A message of 8 MiB in octet strings of 1000 bytes has 8400."""
MAX_IDENTIFIER_BYTES = 64
MAX_INTEGER_BYTES = 256

_END, _INTEGER, _OCTETS, _IDENTIFIER, _ENUMERATED = 0x00, 0x02, 0x04, 0x06, 0x0A
_CONSTRUCTED, _HIGH_TAG, _INDEFINITE = 0x20, 0x1F, -1

_PEM = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]{1,40})-----\s+([A-Za-z0-9+/=\s]+?)-----END \1-----",
)


def pem_blocks(text: bytes) -> Iterator[bytes]:
    """Yield the binary content of every PEM block in ``text``.

    Raises:
        KepError: ``malformed``, a block is not valid base64.
    """
    for match in _PEM.finditer(text):
        yield _base64(match[2])


def unarmour(data: bytes) -> bytes:
    """Return DER or BER from ``data``, which is binary, PEM or base64 without armour.

    Raises:
        KepError: ``malformed``, the text does not hold exactly one PEM block or is not valid
            base64; ``too-large``, the binary content exceeds ``MAX_BYTES``.
    """
    if len(data) > MAX_BYTES * 3 // 2:
        raise KepError("too-large")
    if data[:1] == b"\x30":
        binary = data
    elif b"-----BEGIN" in data[:1000]:
        blocks = list(pem_blocks(data))
        if len(blocks) != 1:
            raise KepError("malformed", f"{len(blocks)} PEM blocks")
        binary = blocks[0]
    else:
        binary = _base64(data.removeprefix(b"\xef\xbb\xbf"))
    if len(binary) > MAX_BYTES:
        raise KepError("too-large")
    return binary


def _base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.translate(None, b" \t\r\n"), validate=True)
    except binascii.Error as error:
        raise KepError("malformed", "base64") from error


def header(data: bytes | memoryview, position: int, end: int) -> tuple[int, int, int]:
    """Return the tag, contents start and contents end of the element at ``position``.

    The contents end is -1 for an indefinite length.

    Args:
        data: the encoding.
        position: offset of the element's first identifier octet.
        end: offset that the element must not exceed.

    Raises:
        KepError: ``malformed``, the header is truncated, has a multi-byte tag, states a length
            beyond ``end`` or an indefinite length on a primitive element.
    """
    if position + 2 > end:
        raise KepError("malformed", "truncated")
    tag, length = data[position], data[position + 1]
    start = position + 2
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise KepError("malformed", "tag")
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise KepError("malformed", "indefinite length of a primitive")
        return tag, start, _INDEFINITE
    if length > 0x80:
        octets = length & 0x7F
        if octets > 4 or start + octets > end:
            raise KepError("malformed", "length")
        length = int.from_bytes(data[start : start + octets])
        start += octets
    if start + length > end:
        raise KepError("malformed", "truncated")
    return tag, start, start + length


def element(tag: int, contents: bytes) -> bytes:
    """Return the DER encoding of an element."""
    length = len(contents)
    if length < 0x80:
        return bytes((tag, length)) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + contents


def children(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int]]:
    """Yield (tag, position, end) of each element between ``start`` and ``end``.

    Raises:
        KepError: ``malformed``, also for an element of indefinite length.
    """
    end = len(data) if end is None else end
    while start < end:
        tag, _, stop = header(data, start, end)
        if stop == _INDEFINITE:
            raise KepError("malformed", "indefinite length")
        yield tag, start, stop
        start = stop


def definite(data: bytes) -> bytes:
    """Return the element in ``data`` with definite lengths and primitive octet strings.

    The same object is returned if ``data`` has that form already.

    Raises:
        KepError: ``malformed``, the data is not a single well-formed element, or exceeds the
            depth, count or size limits of this module.
    """
    reader = _Reader(memoryview(data))
    result, end = reader.read(0, len(data), 0)
    if end != len(data):
        raise KepError("malformed", "trailing bytes")
    return data if result.obj is data else bytes(result)


def _segment(octets: memoryview) -> memoryview:
    tag, start, end = header(octets, 0, len(octets))
    if tag != _OCTETS:
        raise KepError("malformed", "segment of an octet string")
    return octets[start:end]


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._elements = 0

    def read(self, position: int, end: int, depth: int) -> tuple[memoryview, int]:
        """Return the element at ``position`` with definite lengths, and the offset after it."""
        self._elements += 1
        if depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise KepError("malformed", "too deep or too many elements")
        tag, start, stop = header(self._data, position, end)
        if not tag & _CONSTRUCTED:
            self._check_primitive(tag, stop - start)
            return self._data[position:stop], stop
        parts: list[memoryview] = []
        changed = stop == _INDEFINITE
        at, limit = start, end if changed else stop
        while at < limit or stop == _INDEFINITE:
            if stop == _INDEFINITE and bytes(self._data[at : min(at + 2, limit)]) == b"\0\0":
                stop = at + 2
                break
            part, following = self.read(at, limit, depth + 1)
            changed = changed or part.obj is not self._data.obj
            parts.append(part)
            at = following
        if tag == _OCTETS | _CONSTRUCTED:  # segments of a constructed octet string
            return memoryview(element(_OCTETS, b"".join(map(_segment, parts)))), stop
        if not changed:
            return self._data[position:stop], stop
        return memoryview(element(tag, b"".join(parts))), stop

    def _check_primitive(self, tag: int, length: int) -> None:
        if (
            tag == _END
            or (tag == _IDENTIFIER and not 0 < length <= MAX_IDENTIFIER_BYTES)
            or (tag in (_INTEGER, _ENUMERATED) and not 0 < length <= MAX_INTEGER_BYTES)
        ):
            raise KepError("malformed", "primitive")
