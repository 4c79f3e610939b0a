"""«Логотип в чеке»: validation of the logo at the head of an e-mailed receipt.

The file is untrusted, so its content is checked. The chunks (PNG, ISO/IEC 15948, §5) are parsed
here first: only a small file with the right dimensions is decoded, and only its image chunks. No
compressed data in the file can therefore expand to a large size.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

WIDTH, HEIGHT = 170, 68
"""Required size in pixels."""
MOST_BYTES = 204_800
"""Largest size of the file: 200 KB."""

NOT_PNG = "Формат: нужен файл PNG."
DAMAGED = "Формат: файл PNG повреждён или не закончен."
ANIMATED = "Формат: анимированный PNG не подходит."
TRAILING = "Формат: после изображения в файле есть посторонние данные."
WRONG_SIZE = f"Разрешение: нужно ровно {WIDTH}×{HEIGHT} пикселей."
TOO_LARGE = f"Размер файла: не больше 200 КБ ({MOST_BYTES} байт)."

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Channels by colour type."""
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
           (0, 1, 1, 2))  # fmt: skip
"""Passes of an interlaced image: first column, first row, column step, row step (§8.2)."""
_ANIMATION = {b"acTL", b"fcTL", b"fdAT"}


class _Damaged(Exception):
    """The file is not a valid PNG."""


def check(content: bytes) -> list[str]:
    """Return in Russian every requirement that the file does not meet; empty if it meets all."""
    faults, dimensions = _examine(content)
    # The sender of a JPEG learns at once whether the dimensions are wrong as well.
    if dimensions is not None and dimensions != (WIDTH, HEIGHT):
        faults.append(WRONG_SIZE)
    if len(content) > MOST_BYTES:
        faults.append(TOO_LARGE)
    if not faults:
        try:
            _decode(content)
        except _Damaged:
            faults.append(DAMAGED)
    return faults


def normalise(content: bytes) -> bytes:
    """Return the image re-encoded as PNG with 8 bits per channel, without any metadata.

    Raises:
        ValueError: the file does not meet the requirements, see :func:`check`.
    """
    if faults := check(content):
        raise ValueError(" ".join(faults))
    return _decode(content)


def _examine(content: bytes) -> tuple[list[str], tuple[int, int] | None]:
    """Return the faults of the format, and the dimensions if they can be read."""
    if not content.startswith(_SIGNATURE):
        return [NOT_PNG], _dimensions_of_another(content)
    dimensions: tuple[int, int] | None = None
    names: list[bytes] = []
    end = len(_SIGNATURE)
    try:
        for name, body, end in _chunks(content):  # noqa: B007 - used after the loop
            if not names:
                if name != b"IHDR" or len(body) != 13:
                    raise _Damaged
                width, height = struct.unpack(">II", body[:8])
                dimensions = width, height
            names.append(name)
    except _Damaged:
        return [DAMAGED], dimensions
    faults = []
    if _ANIMATION & set(names):
        faults.append(ANIMATED)
    if end != len(content):
        faults.append(TRAILING)
    return faults, dimensions


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield name, body and end offset of each chunk up to IEND.

    Raises:
        _Damaged: a chunk is truncated or has a wrong checksum.
    """
    start, name = len(_SIGNATURE), b""
    while name != b"IEND":
        head = content[start : start + 8]
        if len(head) < 8:
            raise _Damaged
        length, name = struct.unpack(">I4s", head)
        end = start + 12 + length
        body, check_sum = content[start + 8 : end - 4], content[end - 4 : end]
        if end > len(content) or zlib.crc32(name + body) != int.from_bytes(check_sum, "big"):
            raise _Damaged
        yield name, body, end
        start = end


def _dimensions_of_another(content: bytes) -> tuple[int, int] | None:
    """Return the dimensions of a JPEG, GIF or BMP, or None."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "GIF", "BMP")) as picture:
            return picture.size
    except Exception:  # a decoder may raise anything for untrusted data
        return None


def _decode(content: bytes) -> bytes:
    """Return the image decoded completely and encoded again.

    Raises:
        _Damaged: the image cannot be decoded.
    """
    from PIL import Image

    _check_data_length(content)
    bare = _SIGNATURE + b"".join(
        struct.pack(">I4s", len(body), name) + body + zlib.crc32(name + body).to_bytes(4, "big")
        for name, body, _ in _chunks(content)
        if name in _PICTURE
    )
    try:
        with Image.open(io.BytesIO(bare), formats=("PNG",)) as picture:
            picture.load()
            deep = picture.mode.startswith("I")
            plain = picture.convert("I").point(lambda level: level / 256) if deep else picture
            made = plain.convert("L").convert("RGB") if deep else _plain(plain)
    except Exception as error:  # a decoder may raise anything for untrusted data
        raise _Damaged from error
    out = io.BytesIO()
    made.save(out, "PNG", optimize=True)
    return out.getvalue()


def _check_data_length(content: bytes) -> None:
    """Check that the image data has exactly the length that the header implies.

    Decoders accept too little and too much data.

    Raises:
        _Damaged: the length differs, or the data cannot be decompressed.
    """
    header, data = b"", b""
    for name, body, _ in _chunks(content):
        if name == b"IHDR":
            header = body
        if name == b"IDAT":
            data += body
    depth, colour, _, _, interlaced = header[8:13]
    bits = depth * _CHANNELS.get(colour, 0)
    expected = 0
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(WIDTH - left) // across), -(-(HEIGHT - top) // down)
        expected += rows * (1 + -(-columns * bits // 8))
    inflater = zlib.decompressobj()
    try:
        actual = len(inflater.decompress(data, expected + 1))
    except zlib.error as error:
        raise _Damaged from error
    if actual != expected or not inflater.eof or inflater.unused_data:
        raise _Damaged


def _plain(picture: "Image.Image") -> "Image.Image":
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
