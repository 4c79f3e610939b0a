"""Validation and normalisation of logos."""

import io
import struct
import time
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.services.e_receipts import logo

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIZE = (170, 68)


def encoded(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def noise(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.effect_noise(size, 60).convert(mode)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def header(width: int = 170, height: int = 68, colour: int = 2, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, interlace))


def png(raw: bytes, *more: bytes, head: bytes | None = None) -> bytes:
    """Return a PNG of unfiltered image data, preceded by the chunks ``more``."""
    data = chunk(b"IDAT", zlib.compress(raw, 9))
    return SIGNATURE + (head or header()) + b"".join(more) + data + chunk(b"IEND", b"")


FULL = b"\0" * (68 * (1 + 3 * 170))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1"])
def test_valid_image_keeps_its_pixels(mode: str) -> None:
    picture = noise(mode)
    content = encoded(picture)
    assert logo.check(content) == []
    kept = Image.open(io.BytesIO(logo.normalise(content)))
    assert kept.size == SIZE
    assert kept.convert("RGBA").tobytes() == picture.convert("RGBA").tobytes()


def test_sixteen_bits_are_reduced_to_eight() -> None:
    content = encoded(Image.new("I;16", SIZE, 0xC080))
    kept = Image.open(io.BytesIO(logo.normalise(content)))
    assert kept.mode == "RGB"
    assert kept.getpixel((0, 0)) == (0xC0,) * 3


def test_interlaced_image_is_valid() -> None:
    passes = [(22, 9), (21, 9), (43, 8), (42, 17), (85, 17), (85, 34), (170, 34)]
    raw = b"".join(b"\0" * (rows * (1 + 3 * columns)) for columns, rows in passes)
    assert logo.check(png(raw, head=header(interlace=1))) == []
    assert logo.check(png(raw[:-1], head=header(interlace=1))) == [logo.DAMAGED]


def test_every_fault_is_reported() -> None:
    jpeg = encoded(noise(size=(300, 300)), "JPEG") + b"\0" * logo.MOST_BYTES
    assert logo.check(jpeg) == [logo.NOT_PNG, logo.WRONG_SIZE, logo.TOO_LARGE]
    big = encoded(noise("RGBA", (400, 300)))
    assert len(big) > logo.MOST_BYTES
    assert logo.check(big) == [logo.WRONG_SIZE, logo.TOO_LARGE]


@pytest.mark.parametrize(
    ("size", "faults"),
    [((170, 68), []), ((171, 68), [logo.WRONG_SIZE]), ((68, 170), [logo.WRONG_SIZE])],
)
def test_dimensions_are_exact(size: tuple[int, int], faults: list[str]) -> None:
    assert logo.check(encoded(noise(size=size))) == faults


def test_largest_allowed_size_is_accepted() -> None:
    room = logo.MOST_BYTES - len(png(FULL, chunk(b"prVt", b"")))
    assert logo.check(png(FULL, chunk(b"prVt", b"x" * room))) == []
    assert logo.check(png(FULL, chunk(b"prVt", b"x" * (room + 1)))) == [logo.TOO_LARGE]


HOSTILE = {
    "empty": (b"", logo.NOT_PNG),
    "image of another format": (encoded(noise(), "GIF"), logo.NOT_PNG),
    "signature alone": (SIGNATURE, logo.DAMAGED),
    "no header first": (SIGNATURE + chunk(b"IEND", b""), logo.DAMAGED),
    "truncated": (encoded(noise())[:-20], logo.DAMAGED),
    "no end": (encoded(noise())[:-12], logo.DAMAGED),
    "too few data": (png(FULL[:-1]), logo.DAMAGED),
    "no data": (SIGNATURE + header() + chunk(b"IEND", b""), logo.DAMAGED),
    "broken check sum": (encoded(noise()).replace(b"IDAT", b"IDAX", 1), logo.DAMAGED),
    "unknown colour type": (png(FULL, head=header(colour=5)), logo.DAMAGED),
    "data longer than the image": (png(FULL + b"\0"), logo.DAMAGED),
    "decompression bomb in the data": (png(b"\0" * 100_000_000), logo.DAMAGED),
    "decompression bomb in the dimensions": (
        png(b"\0" * 10_000_000, head=header(60_000, 60_000)),
        logo.WRONG_SIZE,
    ),
    "animation": (
        encoded(noise(), save_all=True, append_images=[noise()]),
        logo.ANIMATED,
    ),
    "archive after the image": (encoded(noise()) + b"PK\x03\x04", logo.TRAILING),
    "archive before the image": (b"PK\x03\x04" + encoded(noise()), logo.NOT_PNG),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_quickly(name: str) -> None:
    content, fault = HOSTILE[name]
    started = time.process_time()
    assert logo.check(content) == [fault]
    assert time.process_time() - started < 1
    with pytest.raises(ValueError, match=":"):
        logo.normalise(content)


def test_other_chunks_are_removed_and_never_decompressed() -> None:
    foreign = [
        chunk(b"tEXt", b"Comment\0<?php evil"),
        chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 50_000_000)),
        chunk(b"eXIf", b"II*\0where it was taken"),
    ]
    content = png(FULL, *foreign)
    started = time.process_time()
    kept = logo.normalise(content)
    assert time.process_time() - started < 1
    names = {
        kept[place : place + 4] for place in range(len(kept)) if kept[place : place + 4].isalpha()
    }
    assert not names & {b"tEXt", b"zTXt", b"eXIf"}
    assert b"evil" not in kept


@given(st.binary(max_size=400), st.integers(0, 2_000), st.integers(0, 255))
def test_every_file_is_valid_or_reported(junk: bytes, place: int, byte: int) -> None:
    content = bytearray(encoded(Image.new("RGB", SIZE, "teal")))
    content[place % len(content)] = byte
    for given_file in (junk, SIGNATURE + junk, SIGNATURE + header() + junk, bytes(content)):
        faults = logo.check(given_file)
        if not faults:
            assert logo.normalise(given_file).startswith(SIGNATURE)
