"""A file's type is detected by its content; damaged files and appended data are refused."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from PIL import Image

from chalicelib.core.moderation import file_type
from tests.support.applications import PDF, picture


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.html", "<script>alert(1)</script>")
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(width: int, height: int) -> bytes:
    """Return a black PNG of a few kilobytes that decodes to gigabytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def undecodable() -> bytes:
    """Return a PNG with valid chunks and checksums but invalid compressed data."""
    header = struct.pack(">IIBBBBB", 170, 68, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", b"no deflate"), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def noise() -> bytes:
    """Return a JPEG of noise, as large as a photograph."""
    out = io.BytesIO()
    Image.effect_noise((400, 400), 100).save(out, "JPEG", quality=95)
    assert len(out.getvalue()) > 40_000
    return out.getvalue()


def animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "green")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PDF.rstrip(), "application/pdf"),
        (PDF + b"\r\n\0\0", "application/pdf"),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
    ],
)
def test_type_is_detected_by_content(content: bytes, media_type: str) -> None:
    assert file_type.recognise(content) == media_type


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Нужен файл"),
        (b"plain text", "Нужен файл"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Нужен файл"),
        (picture("GIF"), "Нужен файл"),
        (archive(), "Нужен файл"),
        (b"\n" + PDF, "Нужен файл"),
        (PDF[:-8], "PDF не закончен"),
        (PDF[: len(PDF) // 2], "PDF не закончен"),
        (PDF.replace(b"startxref\n9", b"startxref\n99999"), "PDF не закончен"),
        (PDF + archive(), "PDF не закончен"),
        (PDF + b" " * 2000 + b"x", "PDF не закончен"),
        (picture("PNG")[:-1], "PNG не закончен"),
        (picture("PNG")[:60], "PNG не закончен"),
        (picture("PNG") + archive(), "PNG не закончен"),
        (picture("PNG") + archive() + picture("PNG")[-12:], "PNG не закончен"),
        (picture("JPEG")[:-2], "JPEG не закончен"),
        (picture("JPEG") + archive(), "JPEG не закончен"),
        (picture("JPEG")[:300] + b"\xff\xd9", "повреждено"),
        (picture("PNG")[:40] + b"\xff" + picture("PNG")[41:], "повреждено"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "повреждено"),
        (undecodable(), "повреждено"),
        (noise()[:20_000], "JPEG не закончен"),
        (animated(), "Анимированное"),
    ],
)
def test_file_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        file_type.recognise(content)


@pytest.mark.parametrize("size", [(60_000, 60_000), (12_000, 12_000), (8_000, 5_001)])
def test_decompression_bomb_is_refused_quickly(size: tuple[int, int]) -> None:
    content, started = bomb(*size), time.process_time()
    with pytest.raises(ValueError, match=r"слишком большое|не открывается"):
        file_type.recognise(content)
    assert time.process_time() - started < 1


def test_encryption_is_detected_in_the_trailer() -> None:
    assert not file_type.is_encrypted(PDF)
    assert file_type.is_encrypted(PDF.replace(b"/Root", b"/Encrypt 2 0 R/Root"))
