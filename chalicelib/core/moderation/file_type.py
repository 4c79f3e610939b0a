"""Recognises a document by its content: a PDF, or a picture that a decoder reads whole.

What comes in is looked at, never run: a PDF by the marks at its two ends alone (ISO 32000-1, 7.5),
since a parser of PDF fed by strangers is a risk that a person's own reader takes anyway. Files are
given out as attachments under the type found here, so that what hides in one stays a file.
"""

import io
import re

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
MOST_PIXELS = 40_000_000
"""Of a picture: an A4 page at 600 dots an inch has 35 millions."""

_PDF_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\s\0]*\Z")
_PDF_TAIL = 1024
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


def recognise(content: bytes) -> str:
    """Return the media type of a document.

    Raises:
        ValueError: it is no document that we take; the message says why in Russian.
    """
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return PDF
    if content.startswith(_PNG_START):
        # What comes after the end of a picture makes the file another one to another reader.
        if content.find(_PNG_END) != len(content) - len(_PNG_END):
            raise ValueError("Файл PNG не закончен или содержит посторонние данные после конца.")
        _check_picture(content, "PNG")
        return PNG
    if content.startswith(_JPEG_START):
        # A decoder fills what a JPEG lacks with grey, so its end is asked for first.
        if not content.endswith(_JPEG_END):
            raise ValueError("Файл JPEG не закончен или содержит посторонние данные после конца.")
        _check_picture(content, "JPEG")
        return JPEG
    raise ValueError("Нужен файл PDF, JPEG или PNG.")


def is_encrypted(content: bytes) -> bool:
    """Whether a PDF is encrypted; its trailer, which says so, never is (ISO 32000-1, 7.6.1)."""
    return b"/Encrypt" in content


def _check_pdf(content: bytes) -> None:
    end = _PDF_END.search(content, max(0, len(content) - _PDF_TAIL))
    if end is None or int(end[1]) >= len(content):
        raise ValueError("Файл PDF не закончен или содержит посторонние данные после конца.")


def _check_picture(content: bytes, kind: str) -> None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            width, height = picture.size
            animated = getattr(picture, "is_animated", False)
            if fits := width * height <= MOST_PIXELS and not animated:
                picture.load()
    except Exception as error:  # a decoder fed with anything raises anything
        raise ValueError("Изображение повреждено и не открывается.") from error
    if animated:
        raise ValueError("Анимированное изображение не подходит.")
    if not fits:
        most = MOST_PIXELS // 1_000_000
        raise ValueError(f"Изображение слишком большое: не больше {most} млн точек.")
