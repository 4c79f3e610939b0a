"""The picture at the head of an e-mailed receipt: «Логотип в чеке».

A file from anywhere is judged by its content. Its chunks (PNG, ISO/IEC 15948, §5) are walked by
hand first: only a small file of the right dimensions reaches a decoder, and of it only the chunks
that make the picture. So nothing that is compressed inside it can become large.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

WIDTH, HEIGHT = 170, 68
"""Pixels, exactly."""
MOST_BYTES = 204_800
"""200.0 KB."""

NOT_PNG = "Формат: нужен файл PNG."
DAMAGED = "Формат: файл PNG повреждён или не закончен."
ANIMATED = "Формат: анимированный PNG не подходит."
TRAILING = "Формат: после изображения в файле есть посторонние данные."
WRONG_SIZE = f"Разрешение: нужно ровно {WIDTH}×{HEIGHT} пикселей."
TOO_LARGE = f"Размер файла: не больше 200 КБ ({MOST_BYTES} байт)."

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By colour type."""
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
           (0, 1, 1, 2))  # fmt: skip
"""Of an interlaced picture: first column and row, steps of columns and rows (§8.2)."""
_ANIMATION = {b"acTL", b"fcTL", b"fdAT"}


class _Damaged(Exception):
    """The chunks do not hold."""


def check(content: bytes) -> list[str]:
    """Return every requirement that the file does not meet, in Russian; nothing if it is fit."""
    faults, dimensions = _examine(content)
    # Whoever sent a JPEG is told at once if its dimensions are wrong too.
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
    """Return a fit file's picture encoded anew, eight bits a channel, with nothing else in it.

    Raises:
        ValueError: the file is not fit, see :func:`check`.
    """
    if faults := check(content):
        raise ValueError(" ".join(faults))
    return _decode(content)


def _examine(content: bytes) -> tuple[list[str], tuple[int, int] | None]:
    """Return what is wrong with the format, and the dimensions where they can be told."""
    if not content.startswith(_SIGNATURE):
        return [NOT_PNG], _dimensions_of_another(content)
    dimensions: tuple[int, int] | None = None
    names: list[bytes] = []
    end = len(_SIGNATURE)
    try:
        for name, body, end in _chunks(content):  # noqa: B007 - the last end is asked for below
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
    """Yield the name, the body and the end of each chunk up to IEND."""
    place, name = len(_SIGNATURE), b""
    while name != b"IEND":
        head = content[place : place + 8]
        if len(head) < 8:
            raise _Damaged
        length, name = struct.unpack(">I4s", head)
        end = place + 12 + length
        body, check_sum = content[place + 8 : end - 4], content[end - 4 : end]
        if end > len(content) or zlib.crc32(name + body) != int.from_bytes(check_sum, "big"):
            raise _Damaged
        yield name, body, end
        place = end


def _dimensions_of_another(content: bytes) -> tuple[int, int] | None:
    """Return what the header of a picture of another format says."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "GIF", "BMP")) as picture:
            return picture.size
    except Exception:  # a decoder fed with anything raises anything
        return None


def _decode(content: bytes) -> bytes:
    """Return the picture alone, decoded whole and encoded anew.

    Raises:
        _Damaged: it cannot be decoded.
    """
    from PIL import Image

    _measure(content)
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
    except Exception as error:  # as above
        raise _Damaged from error
    out = io.BytesIO()
    made.save(out, "PNG", optimize=True)
    return out.getvalue()


def _measure(content: bytes) -> None:
    """See that the picture's data are there, all of them and no more: decoders forgive both.

    Raises:
        _Damaged: they are not.
    """
    header, data = b"", b""
    for name, body, _ in _chunks(content):
        if name == b"IHDR":
            header = body
        if name == b"IDAT":
            data += body
    depth, colour, _, _, interlaced = header[8:13]
    bits = depth * _CHANNELS.get(colour, 0)
    wanted = 0
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(WIDTH - left) // across), -(-(HEIGHT - top) // down)
        wanted += rows * (1 + -(-columns * bits // 8))
    inflater = zlib.decompressobj()
    try:
        got = len(inflater.decompress(data, wanted + 1))
    except zlib.error as error:
        raise _Damaged from error
    if got != wanted or not inflater.eof or inflater.unused_data:
        raise _Damaged


def _plain(picture: "Image.Image") -> "Image.Image":
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
