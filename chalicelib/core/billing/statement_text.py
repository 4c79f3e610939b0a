"""Reads the text of a 1CClientBankExchange file: its encoding and its lines.

The payer writes parts of the text. So control characters become spaces, and characters that only
change how other characters are shown (right-to-left marks, zero-width spaces) are removed.
"""

import codecs
import io
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

SIGNATURE = "1CClientBankExchange"
MAX_BYTES = 15 * 1024 * 1024
MAX_LINE = 1000
"""Characters of a line that are read. The longest value of the format, a purpose, has 210."""

_CHUNK = 64 * 1024
_WORDS = ("ВерсияФормата=", "Кодировка=", "СекцияДокумент", "КонецФайла")
_DOS_FRAMES = re.compile("[\u2550-\u256c]")
_CYRILLIC_LETTERS = re.compile("[\u0400-\u04ff][^\u0400-\u04ff]*" * 3)


class StatementUnreadable(ValueError):
    """The file is not a complete statement. ``line`` counts from 1; 0 stands for the whole file."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"Строка {line}: {reason}" if line else reason)
        self.line = line


class Line(NamedTuple):
    """A line of the file. ``value`` is None where the line has no ``=``."""

    number: int
    key: str
    value: str | None


def lines(file: BinaryIO) -> Iterator[Line]:
    """Yield the lines after the signature that are not empty. The file is read in small parts.

    Raises:
        StatementUnreadable: the file is of another format, too large, or not in one encoding
            throughout.
    """
    start = file.read(_CHUNK)
    encoding = _encoding(start)
    for number, raw in enumerate(_raw_lines(start, file), start=1):
        key, equals, value = _printable(_decode(raw, encoding, number)).partition("=")
        if number > 1 and (key.strip() or equals):
            yield Line(number, key.strip(), value.strip() if equals else None)


def _encoding(start: bytes) -> str:
    """Return the encoding that makes the format's own words readable at the start of a file.

    The header ``Кодировка=`` (Windows, DOS) is not used: banks that convert files leave it as it
    was.
    """
    for encoding in ("utf-8-sig", "cp1251", "cp866"):
        text = start.decode(encoding, errors="replace")
        if not text.startswith(SIGNATURE):
            break
        if any(word in text for word in _WORDS):
            return encoding
    raise StatementUnreadable(f"Это не банковская выписка в формате {SIGNATURE}")


def _raw_lines(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines as bytes, of each at least as many as ``MAX_LINE`` characters can have."""
    # Line breaks are the same bytes in each of the encodings.
    split = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("latin-1")(), translate=True)
    size, rest, chunk = 0, "", start
    while chunk:
        size += len(chunk)
        if size > MAX_BYTES:
            raise StatementUnreadable(f"Файл выписки больше {MAX_BYTES // 1024 // 1024} МБ")
        *whole, rest = (rest + split.decode(chunk)).split("\n")
        for line in whole:
            yield line.encode("latin-1")
        rest = rest[: 4 * MAX_LINE]
        chunk = file.read(_CHUNK)
    for line in (rest + split.decode(b"", final=True)).split("\n"):
        yield line.encode("latin-1")


def _decode(raw: bytes, encoding: str, number: int) -> str:
    """Return the text of a line, cut to ``MAX_LINE`` characters.

    Three Cyrillic letters in UTF-8 are no word in a single-byte encoding, and the letters of
    windows-1251 are frames of tables in cp866.
    """
    reason = "строка в другой кодировке, чем весь файл"
    try:
        text = _beginning(raw, encoding)
    except UnicodeDecodeError:
        raise StatementUnreadable(reason, number) from None
    single_byte = encoding != "utf-8-sig" and not raw.isascii()
    if single_byte and (_is_utf_8(raw) or (encoding == "cp866" and _DOS_FRAMES.search(text))):
        raise StatementUnreadable(reason, number)
    return text


def _is_utf_8(raw: bytes) -> bool:
    try:
        return bool(_CYRILLIC_LETTERS.search(_beginning(raw, "utf-8")))
    except UnicodeDecodeError:
        return False


def _beginning(raw: bytes, encoding: str) -> str:
    if len(raw) <= 4 * MAX_LINE:
        return raw.decode(encoding)[:MAX_LINE]
    # An incremental decoder accepts a last character that is cut.
    return codecs.getincrementaldecoder(encoding)().decode(raw[: 4 * MAX_LINE])[:MAX_LINE]


def _printable(line: str) -> str:
    if line.isprintable():
        return line
    categories = ((character, unicodedata.category(character)) for character in line)
    return "".join(
        " " if category in {"Cc", "Zl", "Zp"} else character
        for character, category in categories
        if category not in {"Cf", "Cs", "Co", "Cn"}
    )
