"""Detection of a file's type by its content: PDF, PNG or JPEG.

Images are decoded completely. A PDF is recognised by its header and trailer only (ISO 32000-1,
7.5): files are untrusted, and a PDF parser is a larger risk than an unreadable file. Files are
served as attachments with the type detected here, so a browser never executes their content.
"""

import io
import re

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
MOST_PIXELS = 40_000_000
"""Most pixels of an image; an A4 page at 600 dpi has 35 million."""

_PDF_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\s\0]*\Z")
_PDF_TAIL = 1024
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


def recognise(content: bytes) -> str:
    """Return the media type of a PDF, PNG or JPEG.

    Raises:
        ValueError: the file is of another type or damaged; the message says so in Russian.
    """
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return PDF
    if content.startswith(_PNG_START):
        # With data after the end, other programs may read the file as another format.
        if content.find(_PNG_END) != len(content) - len(_PNG_END):
            raise ValueError("Файл PNG не закончен или содержит посторонние данные после конца.")
        _check_picture(content, "PNG")
        return PNG
    if content.startswith(_JPEG_START):
        # Decoders fill missing data of a JPEG with grey, so its end is checked first.
        if not content.endswith(_JPEG_END):
            raise ValueError("Файл JPEG не закончен или содержит посторонние данные после конца.")
        _check_picture(content, "JPEG")
        return JPEG
    raise ValueError("Нужен файл PDF, JPEG или PNG.")


def is_encrypted(content: bytes) -> bool:
    """Return whether a PDF is encrypted; the trailer itself never is (ISO 32000-1, 7.6.1)."""
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
    except Exception as error:  # a decoder may raise anything for untrusted data
        raise ValueError("Изображение повреждено и не открывается.") from error
    if animated:
        raise ValueError("Анимированное изображение не подходит.")
    if not fits:
        most = MOST_PIXELS // 1_000_000
        raise ValueError(f"Изображение слишком большое: не больше {most} млн точек.")
